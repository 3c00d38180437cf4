/** The objects as they are judged: for each environment what it applies, and where each object was written. */
import type { Json } from "../../model/edit.ts";
import { ResourceFact } from "../engine/dialects/kubernetes.ts";
import type { EnvironmentUnit, Unit } from "../engine/environments.ts";
import { scalarValue as builtValue } from "../engine/render/plain-object.ts";
import { allEntries, nodeAt } from "../engine/tree/read.ts";
import type { ScalarTree, Tree } from "../engine/tree/tree.ts";
import type { Snapshot } from "../engine/workspace.ts";
import { relativeUri } from "./findings.ts";

export interface RenderedView {
  /** Name of the environment; `null` for what is in none, and is judged as it stands. */
  readonly environment: string | null;
  /** The folder that is rendered, relative to the checked folder. */
  readonly root: string | null;
  readonly kind: string | null;
  /** Where the object is declared, relative to the checked folder; lines count from 1. */
  readonly file: string;
  readonly line: number;
  readonly tree: Tree;
  /** Kustomize built it, which reads YAML 1.2. */
  readonly built: boolean;
  /** Values of it that are not to be printed. */
  readonly secret: boolean;
}

/** All objects in the order in which they are applied. `name` picks environments by their name or their folder. */
export function renderedViews(snapshot: Snapshot, name?: string): readonly RenderedView[] {
  const units = snapshot.environments.units.filter((unit) => name === undefined || isNamed(snapshot, unit, name));
  if (name !== undefined) return units.flatMap((unit) => viewsOf(snapshot, unit, unit));
  // A folder that is an environment of its own holds what that applies, and nothing else.
  const [root, ...others] = snapshot.roots;
  const own = others.length > 0 ? [] : units.filter((unit) => unit.environment.spec.root === root?.uri);
  if (own.length > 0) return own.flatMap((unit) => viewsOf(snapshot, unit, unit));
  const loose = [...snapshot.files.values()].filter(
    (entry) => entry.resources.length > 0 && !snapshot.isRendered(entry.uri),
  );
  return [
    ...units.flatMap((unit) => viewsOf(snapshot, unit, unit)),
    ...loose.flatMap((entry) => viewsOf(snapshot, entry, undefined)),
  ];
}

/** Names of all environments, each once. */
export function environmentNames(snapshot: Snapshot): readonly string[] {
  return [...new Set(snapshot.environments.units.map(({ environment }) => environment.spec.name))];
}

function isNamed(snapshot: Snapshot, unit: EnvironmentUnit, name: string): boolean {
  const { spec } = unit.environment;
  return spec.name === name || folderOf(snapshot, unit) === name.replace(/\/+$/, "");
}

function folderOf(snapshot: Snapshot, { environment, root }: EnvironmentUnit): string {
  const folder = environment.spec.root;
  if (root === undefined) return folder;
  const path = decodeURIComponent(folder.slice(root.uri.length + 1));
  const parts = snapshot.roots.length === 1 ? [path] : [root.name, path];
  return parts.filter((part) => part !== "").join("/") || ".";
}

function viewsOf(snapshot: Snapshot, unit: Unit, environment: EnvironmentUnit | undefined): readonly RenderedView[] {
  const seen = new Set<object>();
  return unit.resources.flatMap((resource) => {
    if (!(resource instanceof ResourceFact)) return [];
    const tree = nodeAt(resource.read.tree(), resource.path);
    // An object with several pod templates is one object.
    if (tree === undefined || seen.has(tree)) return [];
    seen.add(tree);
    const { place } = resource;
    return [
      {
        environment: environment?.environment.spec.name ?? null,
        root: environment === undefined ? null : folderOf(snapshot, environment),
        kind: environment?.environment.spec.kind ?? null,
        file: relativeUri(snapshot, place.document.uri),
        line: snapshot.rangeOf({ ...resource.body.place, onKey: true }).start.line + 1,
        tree,
        built: environment?.environment.spec.build.tool === "kustomize",
        secret: resource.groupKind === "/Secret" && environment?.environment.spec.build.tool === "helm",
      },
    ];
  });
}

/** What stands in place of a value of a Secret that a chart makes out of somebody's values. */
export const HIDDEN = "(not shown)";

/** Calls for each value of a tree with the way to it; secret ones are left to the caller to hide. */
export function isHidden(view: RenderedView, path: readonly (string | number)[]): boolean {
  return view.secret && path.length >= 2 && (path[0] === "data" || path[0] === "stringData");
}

/** The object as data, read as Kubernetes' own reader does (YAML 1.1), and the paths of what is not known. */
export function asData(view: RenderedView): { readonly object: Json; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const convert = (tree: Tree, path: readonly (string | number)[]): Json => {
    switch (tree.kind) {
      case "scalar":
        if (tree.unknown === true) unknown.push(path.join("."));
        if (isHidden(view, path)) return HIDDEN;
        // What kustomize builds is printed so that a text such as `yes` stays one.
        return view.built ? builtValue(tree) : scalarValue(tree);
      case "list":
        if (tree.open === true) unknown.push(`${path.join(".")}[]`);
        return tree.items.map((item, index) => convert(item, [...path, index]));
      case "map": {
        if (tree.open === true) unknown.push(`${path.join(".")}.*`);
        const map: Record<string, Json> = Object.create(null);
        for (const { key, value } of allEntries(tree)) map[key] = convert(value, [...path, key]);
        return map;
      }
      default:
        return tree satisfies never;
    }
  };
  return { object: convert(view.tree, []), unknown };
}

const NULLS = /^(~|null|Null|NULL|)$/;
const TRUES = /^(true|True|TRUE|yes|Yes|YES|on|On|ON)$/;
const FALSES = /^(false|False|FALSE|no|No|NO|off|Off|OFF)$/;

function scalarValue({ text, style, tag, unknown }: ScalarTree): Json {
  if (style !== "plain" || unknown === true || tag === "!!str" || tag === "!") return text;
  if (NULLS.test(text)) return null;
  if (TRUES.test(text)) return true;
  if (FALSES.test(text)) return false;
  if (/^[-+]?0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8);
  if (/^[-+]?0x[0-9a-fA-F]+$/.test(text)) return Number(text);
  return /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(text) ? Number(text) : text;
}
