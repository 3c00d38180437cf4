import assert from "node:assert/strict";
import { parseCareful } from "../../../server/engine/tree/careful.ts";
import { allEntries, hasMerge, isOpen, lookup } from "../../../server/engine/tree/read.ts";
import type { MapTree } from "../../../server/engine/tree/tree.ts";

function mapOf(text: string, ...path: string[]): MapTree {
  let tree = parseCareful(text).tree;
  for (const key of path) tree = tree?.kind === "map" ? lookup(tree, key)?.value : undefined;
  assert.ok(tree?.kind === "map", `no map at /${path.join("/")}`);
  return tree;
}

function textOf(map: MapTree, key: string): string | undefined {
  const value = lookup(map, key)?.value;
  return value?.kind === "scalar" ? value.text : undefined;
}

const MERGED = `
a: &a {x: a, y: a, z: a}
b: &b {y: b, w: b}
one: {<<: *a, x: own}
list:
  z: own
  <<: [*b, *a]
chain: &chain
  <<: *b
  v: chain
end:
  <<: *chain
quoted: {"<<": *a}
broken: {<<: *missing, k: 1}
nothing: {<<: null, k: 1}
twice: {<<: *a, <<: *b}
`;

describe("lookup", () => {
  it("lets the last of a map's own duplicates hold", () => {
    assert.equal(textOf(mapOf("a: 1\na: 2\n"), "a"), "2");
    assert.equal(lookup(mapOf("a: 1\n"), "b"), undefined);
  });

  it("prefers own entries to merged ones, and the earlier of merged maps", () => {
    assert.equal(textOf(mapOf(MERGED, "one"), "x"), "own");
    assert.equal(textOf(mapOf(MERGED, "one"), "y"), "a");
    assert.equal(textOf(mapOf(MERGED, "list"), "y"), "b");
    assert.equal(textOf(mapOf(MERGED, "list"), "z"), "own");
    assert.equal(textOf(mapOf(MERGED, "end"), "w"), "b");
    assert.equal(textOf(mapOf(MERGED, "twice"), "y"), "a");
    assert.equal(textOf(mapOf(MERGED, "twice"), "w"), "b");
  });

  it("does not merge a quoted key", () => {
    assert.equal(hasMerge(mapOf(MERGED, "quoted")), false);
    assert.equal(lookup(mapOf(MERGED, "quoted"), "x"), undefined);
  });

  it("finds keys of large maps, and no member of an object", () => {
    const map = mapOf(Array.from({ length: 50 }, (_, at) => `k${at}: ${at}\n`).join(""));
    assert.equal(textOf(map, "k49"), "49");
    for (const key of ["__proto__", "constructor", "toString"]) assert.equal(lookup(map, key), undefined);
  });
});

describe("allEntries", () => {
  it("has each key once, own ones first", () => {
    const keys = (...path: string[]): string[] => allEntries(mapOf(MERGED, ...path)).map((entry) => entry.key);
    assert.deepEqual(keys("one"), ["x", "y", "z"]);
    assert.deepEqual(keys("list"), ["z", "y", "w", "x"]);
    assert.deepEqual(keys("end"), ["v", "y", "w"]);
    const map = mapOf("a: 1\nb: 2\na: 3\n");
    assert.deepEqual(
      allEntries(map).map((entry) => `${entry.key} ${entry.value.kind === "scalar" ? entry.value.text : ""}`),
      ["a 3", "b 2"],
    );
  });

  it("is the map's own list, and always the same one", () => {
    const map = mapOf("a: 1\n");
    assert.equal(allEntries(map), map.entries);
    const merged = mapOf(MERGED, "list");
    assert.equal(allEntries(merged), allEntries(merged));
  });
});

describe("isOpen", () => {
  it("is said of a map when a merge cannot be followed", () => {
    assert.equal(isOpen(mapOf(MERGED, "broken")), true);
    assert.equal(isOpen(mapOf(MERGED, "list")), false);
    assert.equal(isOpen(mapOf(MERGED, "nothing")), false);
  });

  it("is said of a map that merges too deep or too much", () => {
    const link = (at: number): string => `m${at}: &m${at} {<<: *m${at - 1}, k${at}: 1}\n`;
    const chain = `m0: &m0 {k0: 1}\n${Array.from({ length: 60 }, (_, at) => link(at + 1)).join("")}`;
    assert.equal(isOpen(mapOf(chain, "m20")), false);
    assert.equal(isOpen(mapOf(chain, "m60")), true);
    assert.equal(textOf(mapOf(chain, "m20"), "k0"), "1");
    const many = (name: string): string => Array.from({ length: 6000 }, (_, at) => `  ${name}${at}: 1\n`).join("");
    const wide = `a: &a\n${many("a")}b: &b\n${many("b")}both: {<<: [*a, *b]}\n`;
    assert.equal(isOpen(mapOf(wide, "both")), true);
  });
});
