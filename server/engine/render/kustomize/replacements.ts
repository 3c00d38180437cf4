/** `replacements`: values of one object, copied into fields of others. */
import { allEntries } from "../../tree/read.ts";
import type { ScalarTree, Tree } from "../../tree/tree.ts";
import { withOrigin } from "../graft.ts";
import { scalarValue } from "../plain-object.ts";
import { lookUp, splitFieldPath, visitPath } from "./field-path.ts";
import { nameOf } from "./identity.ts";
import type { Item } from "./item.ts";
import { isNull, isUnknown, Spot, stringAt, textOf, unknownAt } from "./nodes.ts";
import { invalid, Refusal } from "./refusal.ts";
import { fits, idPattern, isEmptyPattern, labelSelector } from "./selector.ts";
import type { Problems, Step } from "./step.ts";

/** One replacement. The result for an object is kept as long as neither it nor the value changes. */
export class ReplacementStep implements Step {
  readonly #replacement: Spot;
  readonly #known = new WeakMap<Item, { readonly value: Tree; readonly item: Item }>();

  constructor(replacement: Spot) {
    this.#replacement = replacement;
  }

  run(items: readonly Item[], problems: Problems): readonly Item[] {
    try {
      return this.#run(items, problems);
    } catch (error) {
      problems.refused(error, this.#replacement.place);
      return items;
    }
  }

  #run(items: readonly Item[], problems: Problems): readonly Item[] {
    const value = this.#value(items);
    if (value === undefined) return items;
    const targets = this.#replacement.at("targets");
    if (targets === undefined) throw invalid("targets", this.#replacement.place);
    const chosen = targets.items().map((target) => ({ target, chooses: chooser(target) }));
    return items.map((item) => {
      const meant = chosen.filter(({ chooses }) => chooses(item));
      if (meant.length === 0) return item;
      const before = this.#known.get(item);
      if (before !== undefined && before.value === value.node) return before.item;
      try {
        let tree: Tree = item.tree;
        for (const { target } of meant) tree = written(tree, value, target);
        const result = tree.kind === "map" && tree !== item.tree ? item.with(tree) : item;
        this.#known.set(item, { value: value.node, item: result });
        return result;
      } catch (error) {
        problems.refused(error, meant[0]?.target.place ?? this.#replacement.place);
        return item;
      }
    });
  }

  #value(items: readonly Item[]): Spot | undefined {
    const source = this.#replacement.at("source");
    const literal = this.#replacement.at("sourceValue");
    if (source === undefined) {
      if (literal === undefined) throw invalid("source", this.#replacement.place);
      return literal;
    }
    const pattern = idPattern(source);
    const matches = items.filter((item) => fits(item, pattern));
    const [item, ...others] = matches;
    const named = nameOf({ kind: pattern.kind ?? "", name: pattern.name });
    if (item === undefined) throw new Refusal("target", { object: named }, source.place);
    if (others.length > 0) throw new Refusal("conflict", { object: named }, source.place);
    const fieldPath = source.at("fieldPath");
    const path = textOf(fieldPath?.node) || "metadata.name";
    const spot = lookUp(item.spot, splitFieldPath(path));
    const place = (fieldPath ?? source).place;
    if (spot === undefined || isEmpty(spot.node)) {
      if (item.tree.open === true || item.past.unknown) return Spot.at(unknownAt(place), place);
      throw new Refusal("target", { object: path }, place);
    }
    return this.#part(source.at("options"), spot);
  }

  #part(options: Spot | undefined, spot: Spot): Spot {
    const delimiter = textOf(options?.at("delimiter")?.node);
    if (delimiter === "" || isUnknown(spot.node)) return spot;
    if (spot.node.kind !== "scalar") throw invalid("delimiter", options?.place);
    const parts = spot.node.text.split(delimiter);
    const part = parts[indexOf(options)];
    if (part === undefined) throw invalid("index", options?.place);
    return Spot.at(this.#interned(spot, part), spot.place);
  }

  #last: { readonly node: Tree; readonly text: string; readonly made: Tree } | undefined;

  /** The same part of the same value is the same node, so that what was made with it holds. */
  #interned(spot: Spot, text: string): Tree {
    if (this.#last?.node !== spot.node || this.#last.text !== text)
      this.#last = { node: spot.node, text, made: stringAt(text, spot.place) };
    return this.#last.made;
  }
}

function indexOf(options: Spot | undefined): number {
  return Number(textOf(options?.at("index")?.node) || "0");
}

function isEmpty(node: Tree): boolean {
  if (isNull(node)) return true;
  if (node.kind === "map") return allEntries(node).length === 0;
  return node.kind === "list" && node.items.length === 0;
}

function chooser(target: Spot): (item: Item) => boolean {
  const select = target.at("select");
  if (select === undefined) throw invalid("select", target.place);
  const pattern = idPattern(select);
  const wanted = [
    labelSelector(select, "labelSelector", "labels"),
    labelSelector(select, "annotationSelector", "annotations"),
  ];
  const rejects = (target.at("reject")?.items() ?? []).map((reject) => {
    const rejected = idPattern(reject);
    const byLabels = ["labelSelector", "annotationSelector"].some((key) => textOf(reject.at(key)?.node) !== "");
    const tests = [
      labelSelector(reject, "labelSelector", "labels"),
      labelSelector(reject, "annotationSelector", "annotations"),
    ];
    return (item: Item) =>
      (byLabels && tests.every((test) => test(item))) || (!isEmptyPattern(rejected) && fits(item, rejected));
  });
  return (item) =>
    wanted.every((test) => test(item)) && fits(item, pattern) && !rejects.some((rejected) => rejected(item));
}

function written(tree: Tree, value: Spot, target: Spot): Tree {
  const options = target.at("options");
  const create = textOf(options?.at("create")?.node) === "true";
  const paths = target.at("fieldPaths")?.items() ?? [];
  const all =
    paths.length === 0
      ? [{ path: "metadata.name", spot: target }]
      : paths.map((spot) => ({ path: textOf(spot.node), spot }));
  let result = tree;
  for (const { path, spot } of all) {
    const making = create ? { kind: value.node.kind, spot: target } : undefined;
    try {
      const visited = visitPath(result, splitFieldPath(path), making, (node) => put(node, value, options));
      if (visited.found === 0) throw new Refusal("target", { object: path }, spot.place);
      result = visited.tree;
    } catch (error) {
      if (error instanceof Refusal && error.place === undefined) throw new Refusal(error.code, error.args, spot.place);
      throw error;
    }
  }
  return result;
}

/** A text keeps how it is read: a number copied into a text in quotes is a text. */
function put(node: Tree, value: Spot, options: Spot | undefined): Tree {
  const delimiter = textOf(options?.at("delimiter")?.node);
  const { place } = value;
  if (isUnknown(node) || isUnknown(value.node)) return unknownAt(place);
  if (delimiter !== "" && (node.kind !== "scalar" || value.node.kind !== "scalar"))
    throw invalid("delimiter", options?.place);
  if (node.kind !== "scalar" || value.node.kind !== "scalar") return withOrigin(value.node, place);
  const text = delimiter === "" ? value.node.text : spliced(node.text, value.node.text, delimiter, indexOf(options));
  return textLike(node, text, value.node, place);
}

function spliced(text: string, part: string, delimiter: string, index: number): string {
  const parts = text.split(delimiter);
  if (index < 0) parts.unshift(part);
  else if (index >= parts.length) parts.push(part);
  else parts[index] = part;
  return parts.join(delimiter);
}

function textLike(node: ScalarTree, text: string, value: ScalarTree, origin: Spot["place"]): Tree {
  // What was made just now is of the value's own kind.
  const like = node.text === "" && node.style === "plain" ? value : node;
  const isText = like.style !== "plain" || typeof scalarValue(like) === "string";
  return {
    kind: "scalar",
    start: 0,
    end: 0,
    text,
    style: isText ? "double" : "plain",
    origin,
  };
}
