/** What Flux puts in place of variables in what was built (`postBuild`): by name, with defaults, as its shell-like syntax has it. */
import { once } from "../../../model/memo.ts";
import { allEntries } from "../tree/read.ts";
import type { Entry, ScalarTree, Tree } from "../tree/tree.ts";
import { withEntries, withItems, withOrigin } from "./graft.ts";
import type { RenderedObject } from "./rendered.ts";

const perMap = once((_values: ReadonlyMap<string, string>) => new WeakMap<RenderedObject, RenderedObject>());

/** The object with its variables put in; those without a value are not known. The same object for the same values. */
export function substituted(object: RenderedObject, values: ReadonlyMap<string, string>): RenderedObject {
  const known = perMap(values);
  let made = known.get(object);
  if (made === undefined) {
    const tree = inTree(object.tree, values);
    const origin = object.tree.origin ?? { document: object.document, path: object.path };
    made =
      tree === object.tree || tree.kind !== "map"
        ? object
        : { ...object, tree: withOrigin(tree, origin), untouched: false };
    known.set(object, made);
  }
  return made;
}

function inTree(tree: Tree, values: ReadonlyMap<string, string>): Tree {
  switch (tree.kind) {
    case "scalar":
      return tree.text.includes("${") ? inScalar(tree, values) : tree;
    case "list": {
      const items = tree.items.map((item) => inTree(item, values));
      return items.every((item, at) => item === tree.items[at]) ? tree : withItems(tree, items);
    }
    case "map": {
      const entries = allEntries(tree).map((entry): Entry => {
        const value = inTree(entry.value, values);
        return value === entry.value ? entry : { ...entry, value };
      });
      return entries.every((entry, at) => entry === tree.entries[at]) ? tree : withEntries(tree, entries);
    }
    default:
      return tree satisfies never;
  }
}

/** `${name}`, `${name:=default}`, `${name:-default}`; `$${name}` stays a text. */
const VARIABLE = /\$\$\{|\$\{([A-Za-z_]\w*)(?::?[-=]([^}]*))?\}/g;

function inScalar(scalar: ScalarTree, values: ReadonlyMap<string, string>): ScalarTree {
  let sure = true;
  const text = scalar.text.replace(VARIABLE, (whole, name: string | undefined, standard: string | undefined) => {
    if (name === undefined) return "${";
    const value = values.get(name) ?? standard;
    if (value === undefined) sure = false;
    return value ?? whole;
  });
  // Functions of strings, such as `${name:0:3}`, are left alone.
  if (/\$\{/.test(text.replace(/\$\$\{/g, ""))) sure = false;
  if (text === scalar.text && sure) return scalar;
  const { kind, start, end, style, tag, origin } = scalar;
  return {
    kind,
    start,
    end,
    text,
    style,
    ...(tag === undefined ? {} : { tag }),
    ...(sure && scalar.unknown !== true ? {} : { unknown: true as const }),
    ...(origin === undefined ? {} : { origin }),
  };
}
