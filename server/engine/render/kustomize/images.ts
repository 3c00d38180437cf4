/** `images`: other names, tags and digests for what containers run. */
import type { Place } from "../../../../model/edit.ts";
import { allEntries } from "../../tree/read.ts";
import type { MapTree, Tree } from "../../tree/tree.ts";
import { withItems } from "../graft.ts";
import { changeField, type FieldSpec } from "./field-specs.ts";
import { isNull, isUnknown, type Spot, stringAt, textOf, withEntry } from "./nodes.ts";
import { invalid } from "./refusal.ts";
import { wholePattern } from "./selector.ts";
import { ItemStep, type Step } from "./step.ts";

export function imageStep(image: Spot, fields: readonly FieldSpec[]): Step {
  const part = (key: string) => textOf(image.at(key)?.node);
  const [newName, newTag, digest, tagSuffix] = [part("newName"), part("newTag"), part("digest"), part("tagSuffix")];
  const pattern = wholePattern(part("name"), image.at("name"), "(?::[a-zA-Z0-9_.{}-]*)?(?:@sha256:[a-zA-Z0-9_.{}-]*)?");
  const decided = ["newTag", "digest", "tagSuffix", "newName"].find((key) => part(key) !== "");
  const place: Place = (decided === undefined ? undefined : image.at(decided)?.place) ?? image.place;
  const isTemplated = ["newName", "newTag", "digest"].some((key) => isUnknown(image.at(key)?.node));

  const renamed = (node: Tree): Tree => {
    if (isNull(node) || isUnknown(node)) return node;
    if (node.kind !== "scalar") throw invalid("an image is a text");
    if (!pattern.test(node.text)) return node;
    const old = split(node.text);
    let { tag, digest: sum } = old;
    if (newTag !== "" || digest !== "") {
      tag = newTag;
      sum = digest;
    } else if (tagSuffix !== "") {
      tag += tagSuffix;
      sum = "";
    }
    const text = `${newName || old.name}${tag && `:${tag}`}${sum && `@${sum}`}`;
    if (text === node.text) return node;
    return isTemplated ? { ...stringAt(text, place), unknown: true } : stringAt(text, place);
  };

  return new ItemStep(image.place, (item) => {
    if (item.type.kind === "CustomResourceDefinition") return item;
    let tree: MapTree = item.tree;
    // An image that is come across in both ways gets a suffix twice, as it does from the tool.
    const everywhere = inContainers(tree, renamed);
    if (everywhere.kind === "map") tree = everywhere;
    for (const field of fields)
      tree = changeField(tree, item.type, field, false, (node) =>
        node === undefined ? stringAt("", place) : renamed(node),
      );
    return tree === item.tree ? item : item.with(tree);
  });
}

/** Images of everything called `containers` or `initContainers`, however deep. */
function inContainers(node: Tree, rename: (image: Tree) => Tree): Tree {
  if (node.kind === "list") {
    const items = node.items.map((item) => inContainers(item, rename));
    return items.every((item, at) => item === node.items[at]) ? node : withItems(node, items);
  }
  if (node.kind !== "map") return node;
  let map: MapTree = node;
  for (const { key, value } of allEntries(node)) {
    let changed = inContainers(value, rename);
    if ((key === "containers" || key === "initContainers") && changed.kind === "list") {
      const list = changed;
      const items = list.items.map((item) => {
        const image = item.kind === "map" ? allEntries(item).find((entry) => entry.key === "image")?.value : undefined;
        return item.kind === "map" && image !== undefined ? withEntry(item, "image", rename(image)) : item;
      });
      if (items.some((item, at) => item !== list.items[at])) changed = withItems(list, items);
    }
    if (changed !== value) map = withEntry(map, key, changed);
  }
  return map;
}

/** Name, tag and digest of an image; a port of its registry is no tag. */
function split(image: string): { readonly name: string; readonly tag: string; readonly digest: string } {
  const slash = Math.max(image.indexOf("/"), 0);
  const at = image.indexOf("@", slash);
  const colon = image.indexOf(":", slash);
  if (at >= 0 && (colon < 0 || at < colon)) return { name: image.slice(0, at), tag: "", digest: image.slice(at + 1) };
  if (colon < 0) return { name: image, tag: "", digest: "" };
  if (at < 0) return { name: image.slice(0, colon), tag: image.slice(colon + 1), digest: "" };
  return { name: image.slice(0, colon), tag: image.slice(colon + 1, at), digest: image.slice(at + 1) };
}
