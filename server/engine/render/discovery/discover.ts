/** From the files of a workspace to the environments that they describe. */
import type { Resource } from "../../../../model/facts.ts";
import type { FileEntry } from "../../files.ts";
import type { ReadonlyLayers } from "../../layers.ts";
import { type Charts, parentOf, type Root } from "../../layout.ts";
import type { RenderProblem } from "../rendered.ts";
import type { EnvironmentSpec } from "../specs.ts";
import { chartEnvironments } from "./charts.ts";
import { type Context, namedByFolder } from "./context.ts";
import { sameData } from "./equal.ts";
import { Kustomizations } from "./kustomize-roots.ts";
import { Listing } from "./listing.ts";

export interface DiscoveryInput {
  readonly files: ReadonlyLayers<FileEntry>;
  readonly charts: Charts;
  /** The name that `.kmm.yaml` gives to the environment of a path below a root. */
  environment(root: Root | undefined, path: string): string | undefined;
  /** GitOps objects as they are applied; where they are not given, as they stand in their files. */
  readonly resources?: readonly Resource[];
}

export interface Discovery {
  readonly specs: readonly EnvironmentSpec[];
  /** By the URI of a file, the ids of environments that may apply it or be made with it. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly RenderProblem[];
}

/** The environments of a workspace. What is the same as in the discovery before is the same object. */
export function discover(input: DiscoveryInput, previous?: Discovery): Discovery {
  const listing = new Listing(input.files);
  const context: Context = {
    listing,
    charts: input.charts,
    kustomizations: new Kustomizations(listing),
    problems: [],
    environment: (root, path) => input.environment(root, path),
  };
  const specs = [...kustomizeEnvironments(context), ...chartEnvironments(context, new Map())];
  return settled(context, specs, previous);
}

function kustomizeEnvironments(context: Context): readonly EnvironmentSpec[] {
  return context.kustomizations.roots().map((entry) => {
    const root = parentOf(entry.uri);
    return {
      id: `kustomize:${root}`,
      ...namedByFolder(context, entry.uri),
      kind: "kustomize",
      root,
      build: { tool: "kustomize", kustomization: entry.uri, overrides: undefined, substitute: undefined },
      namespace: undefined,
      declaredBy: undefined,
    };
  });
}

function settled(context: Context, specs: readonly EnvironmentSpec[], previous: Discovery | undefined): Discovery {
  const before = new Map(previous?.specs.map((spec) => [spec.id, spec]));
  const taken = new Set<string>();
  const kept = specs.map((spec) => {
    const id = unused(spec.id, taken);
    const now = id === spec.id ? spec : { ...spec, id };
    const last = before.get(id);
    return last !== undefined && sameData(last, now) ? last : now;
  });
  const members = membersOf(context, kept);
  const next: Discovery = { specs: kept, members, problems: context.problems };
  return previous !== undefined && sameSpecs(previous, next) && sameData(previous, next) ? previous : next;
}

function sameSpecs(one: Discovery, other: Discovery): boolean {
  return one.specs.length === other.specs.length && one.specs.every((spec, at) => spec === other.specs[at]);
}

function unused(id: string, taken: Set<string>): string {
  let free = id;
  for (let count = 2; taken.has(free); count++) free = `${id}#${count}`;
  taken.add(free);
  return free;
}

function membersOf(context: Context, specs: readonly EnvironmentSpec[]): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>();
  for (const spec of specs) {
    for (const uri of filesOf(context, spec)) {
      const ids = members.get(uri);
      if (ids === undefined) members.set(uri, [spec.id]);
      else ids.push(spec.id);
    }
  }
  return members;
}

function filesOf(context: Context, { build }: EnvironmentSpec): Iterable<string> {
  switch (build.tool) {
    case "kustomize":
      return context.kustomizations.members(parentOf(build.kustomization));
    case "helm":
      return [
        ...build.values,
        ...context.listing
          .below(build.chart)
          .filter((entry) => entry.chart !== undefined || /\/values\.ya?ml$/.test(entry.uri))
          .map((entry) => entry.uri),
      ];
    case "none":
      return build.files;
    default:
      return build satisfies never;
  }
}
