import assert from "node:assert/strict";
import fc from "fast-check";
import { parseAllDocuments } from "yaml";
import type { DocumentRef, Edit, Json, Key } from "../../../model/edit.ts";
import { writeEdits } from "../../../server/engine/changes.ts";
import { splitDocuments } from "../../../server/engine/tree/split.ts";
import "../../support/random.ts";

/** Whatever a person may have typed: YAML in every style that means `value`, with a numbered comment here and there. */
function print(value: Json, choices: readonly number[], quoteKeys = false): string {
  let turn = 0;
  let comments = 0;
  const choose = (options: number): number => (choices[turn++ % choices.length] ?? 0) % options;
  const comment = (): string => `# note-${comments++}.`;
  const step = 1 + choose(4);
  const lists = choose(3);

  const tail = (): string => (choose(5) === 0 ? `${" ".repeat(1 + choose(2))}${comment()}` : "");
  const aside = (column: number): string[] => {
    const kind = choose(8);
    if (kind === 0) return [""];
    if (kind === 1) return [`${" ".repeat(column)}${comment()}`];
    return kind === 2 ? ["", `${" ".repeat(column)}${comment()}`] : [];
  };
  const scalar = (it: Json, flow: boolean): string => {
    if (typeof it !== "string") return String(it);
    const style = choose(4);
    if (style === 0) return JSON.stringify(it);
    if (style === 1 && /^[ -~]*$/.test(it)) return `'${it.replaceAll("'", "''")}'`;
    return /^[a-z][a-z/]*$/.test(it) && !["yes", "on", "null", "true"].includes(it) && !flow ? it : JSON.stringify(it);
  };
  const keyText = (key: string, times: number): string =>
    quoteKeys || choose(times) === 0 ? JSON.stringify(key) : key;
  const flow = (it: Json): string => {
    if (isList(it)) return `[${it.map(flow).join(choose(2) === 0 ? ", " : " , ")}]`;
    if (!isMap(it)) return scalar(it, true);
    const pairs = Object.entries(it).map(([key, child]) => `${keyText(key, 3)}: ${flow(child)}`);
    return choose(2) === 0 ? `{${pairs.join(", ")}}` : `{ ${pairs.join(", ")} }`;
  };
  /** The lines of a collection; the first one begins at `column` in the text as well, without its white space. */
  const block = (it: Json, column: number): string[] => {
    if (isList(it)) {
      return it.flatMap((item, index) => {
        const gap = 1 + choose(2);
        const [first = "", ...rest] = isBlock(item) ? block(item, column + 1 + gap) : [leaf(item)];
        return [
          ...(index === 0 ? [] : aside(column)),
          `${" ".repeat(column)}-${" ".repeat(gap)}${first.trimStart()}`,
          ...rest,
        ];
      });
    }
    return Object.entries(it as { [key: string]: Json }).flatMap(([key, child], index) => {
      const head = `${" ".repeat(column)}${keyText(key, 6)}:`;
      const before = index === 0 ? [] : aside(column);
      if (!isBlock(child))
        return [...before, child === null && choose(2) === 0 ? head + tail() : `${head} ${leaf(child)}`];
      return [...before, head + tail(), ...block(child, column + (isList(child) ? lists : step))];
    });
  };
  const isBlock = (it: Json): boolean =>
    (isList(it) ? it.length > 0 : isMap(it) && Object.keys(it).length > 0) && choose(5) > 0;
  const leaf = (it: Json): string => (isMap(it) || isList(it) ? flow(it) : scalar(it, false)) + tail();

  const opening = choose(3) === 0 ? [comment(), "---"] : [];
  const closing = choose(3) === 0 ? ["", comment()] : [];
  return [...opening, ...block(value, 0), ...closing].map((line) => `${line}\n`).join("");
}

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const isMap = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !isList(value);

const KEYS = ["name", "spec", "on", "y", "image", "a/b", "labels", "0"];
const leaves = fc.oneof(
  fc.constantFrom<Json>(
    "web",
    "yes",
    "0400",
    "1e3",
    "null",
    "a: b",
    "a #b",
    "- x",
    "#",
    "",
    " x",
    "it's",
    '"',
    "12:30:45",
    "üñ 🎉",
    "x\ny\n",
    "=",
    "<<",
    "~",
    "{a}",
    "a, b",
  ),
  fc.constantFrom<Json>(true, false, null, 0, 80, -1.5),
  fc.string({ maxLength: 8, unit: "binary" }),
);
const { value: values } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    leaves,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const documents = fc
  .dictionary(fc.constantFrom(...KEYS), values, { minKeys: 1, maxKeys: 4, noNullPrototype: true })
  .map((value) => value as { [key: string]: Json });
const choices = fc.array(fc.nat(1000), { minLength: 3, maxLength: 40 });
const wishes = fc.record({
  op: fc.constantFrom("set", "add", "append", "remove", "replace"),
  pick: fc.nat(10_000),
  key: fc.constantFrom("new", "spec", "no"),
  value: values,
});
type Wish = typeof wishes extends fc.Arbitrary<infer T> ? T : never;

const REF: DocumentRef = { uri: "file:///a.yaml" };

/** The edit that a wish comes to in a value, and what the value is to be afterwards. */
function grant(value: Json, { op, pick, key, value: wanted }: Wish): { edit: Edit; after: Json } | undefined {
  const paths = allPaths(value).filter((path) => {
    const here = dig(value, path);
    if (op === "append") return isList(here);
    if (op === "add") return isMap(here);
    if (op === "replace") return typeof here === "string";
    return path.length > 0;
  });
  const path = paths[pick % Math.max(paths.length, 1)];
  if (path === undefined) return undefined;
  const at = { document: REF, path };
  switch (op) {
    case "append": {
      const list = dig(value, path) as readonly Json[];
      const has = list.some((item) => same(item, wanted));
      return { edit: { op, at, value: wanted }, after: has ? value : change(value, path, () => [...list, wanted]) };
    }
    case "remove":
      return { edit: { op, at }, after: without(value, path) ?? {} };
    case "replace": {
      const text = typeof wanted === "string" ? wanted : "new";
      return { edit: { op, at, text }, after: change(value, path, () => text) };
    }
    default: {
      const full = op === "add" ? [...path, key] : path;
      return {
        edit: { op: "set", at: { document: REF, path: full }, value: wanted },
        after: change(value, full, (old) => merge(old, wanted)),
      };
    }
  }
}

function allPaths(value: Json, path: readonly Key[] = []): (readonly Key[])[] {
  if (isList(value)) return [path, ...value.flatMap((item, index) => allPaths(item, [...path, index]))];
  return isMap(value)
    ? [path, ...Object.entries(value).flatMap(([key, child]) => allPaths(child, [...path, key]))]
    : [path];
}

function dig(value: Json, path: readonly Key[]): Json | undefined {
  return path.reduce<Json | undefined>((here, key) => (here as Record<Key, Json> | undefined)?.[key], value);
}

function change(value: Json | undefined, [key, ...rest]: readonly Key[], make: (old: Json | undefined) => Json): Json {
  if (key === undefined) return make(value);
  if (isList(value)) return value.with(key as number, change(value[key as number], rest, make));
  const map = isMap(value) ? value : {};
  return { ...map, [key]: change(map[key], rest, make) };
}

function without(value: Json, [key, ...rest]: readonly Key[]): Json | undefined {
  if (key === undefined) return undefined;
  const inner = without(dig(value, [key]) ?? null, rest);
  if (isList(value)) {
    const left = inner === undefined ? value.toSpliced(key as number, 1) : value.with(key as number, inner);
    return left.length === 0 ? undefined : left;
  }
  const { [key]: _, ...others } = value as { [key: string]: Json };
  const left = inner === undefined ? others : { ...others, [key]: inner };
  return Object.keys(left).length === 0 ? undefined : left;
}

function merge(old: Json | undefined, value: Json): Json {
  if (!isMap(old) || !isMap(value)) return value;
  return { ...old, ...Object.fromEntries(Object.entries(value).map(([key, child]) => [key, merge(old[key], child)])) };
}

function same(a: unknown, b: unknown): boolean {
  try {
    assert.deepStrictEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

function edited(text: string, edits: readonly Edit[]): string {
  const [chunk] = splitDocuments(text);
  const written = writeEdits(edits, {
    document: () => ({ text, start: chunk?.start ?? 0, end: chunk?.end ?? text.length }),
    exists: () => false,
  });
  assert.ok(written.ok, written.ok ? "" : `refused: ${written.why}`);
  let [result, at] = ["", 0];
  for (const { start, end, text: inserted } of written.changes) {
    assert.ok(at <= start && start <= end, "disjoint and sorted");
    result += text.slice(at, start) + inserted;
    at = end;
  }
  return result + text.slice(at);
}

function read(text: string, version: "1.1" | "1.2"): unknown {
  const [document, ...others] = parseAllDocuments(text, { version, logLevel: "silent" });
  assert.equal(others.length, 0);
  assert.deepEqual(document!.errors, []);
  return document!.toJS();
}

/** How many lines are not there any more, in their order. */
function lost(before: readonly string[], after: readonly string[]): number {
  let row = new Array<number>(after.length + 1).fill(0);
  for (const line of before) {
    const next = [0];
    for (const [at, other] of after.entries())
      next.push(line === other ? row[at]! + 1 : Math.max(row[at + 1]!, next[at]!));
    row = next;
  }
  return before.length - row.at(-1)!;
}

function notes(text: string): string[] {
  return text.match(/# note-\d+\./g) ?? [];
}

describe("changes: for any document and any edits", () => {
  const settings = { numRuns: 200 };
  const several = fc.array(wishes, { minLength: 1, maxLength: 3 });

  /** Edits of a document one after another, with what they come to. */
  const granted = (value: Json, wished: readonly Wish[]): { edits: Edit[]; after: Json } => {
    const edits: Edit[] = [];
    let after = value;
    for (const wish of wished) {
      const next = grant(after, wish);
      if (next === undefined) continue;
      edits.push(next.edit);
      after = next.after;
    }
    return { edits, after };
  };

  it("the result says what was meant, to readers of YAML 1.1 and 1.2", () => {
    fc.assert(
      fc.property(documents, choices, several, (value, layout, wished) => {
        const { edits, after } = granted(value, wished);
        const text = edited(print(value, layout), edits);
        assert.deepEqual(read(text, "1.2"), after, text);
        // There, `on` is a boolean as a key as well.
        const portable = edited(print(value, layout, true), edits);
        assert.deepEqual(read(portable, "1.1"), after, portable);
      }),
      settings,
    );
  });

  it("a second time nothing changes", () => {
    fc.assert(
      fc.property(documents, choices, wishes, (value, layout, wish) => {
        const next = grant(value, wish);
        if (next === undefined || next.edit.op === "remove") return;
        const text = edited(print(value, layout), [next.edit]);
        assert.equal(edited(text, [next.edit]), text);
      }),
      settings,
    );
  });

  it("line breaks are those of the file, also when it ends without one", () => {
    fc.assert(
      fc.property(documents, choices, several, (value, layout, wished) => {
        const text = print(value, layout);
        const { edits } = granted(value, wished);
        const result = edited(text, edits);
        assert.equal(edited(text.replaceAll("\n", "\r\n"), edits), result.replaceAll("\n", "\r\n"));
        if (edits.some((edit) => edit.op === "remove")) return;
        assert.equal(edited(text.slice(0, -1), edits), result.slice(0, -1));
      }),
      settings,
    );
  });

  it("what is added costs no line and no comment, and nothing moves", () => {
    fc.assert(
      fc.property(documents, choices, wishes, (value, layout, wish) => {
        const next = grant(value, wish);
        if (
          next === undefined ||
          (wish.op !== "append" &&
            (wish.op !== "add" || dig(value, next.edit.op === "set" ? next.edit.at.path : []) !== undefined))
        )
          return;
        const text = print(value, layout);
        const result = edited(text, [next.edit]);
        assert.deepEqual(notes(result), notes(text));
        // One line may change: that of brackets, or of an empty value.
        assert.ok(lost(text.split("\n"), result.split("\n")) <= 1, `${text}\nbecame\n${result}`);
      }),
      settings,
    );
  });

  it("whatever the text and the place are, it answers and does not throw", () => {
    const anything = fc
      .array(
        fc.constantFrom(
          "a: ",
          "b:",
          "- ",
          "\n",
          "\n  ",
          "{",
          "}",
          "[",
          "]",
          ",",
          "'",
          '"',
          "&x ",
          "*x",
          "<<: ",
          "|",
          ">",
          "{{ if x }}",
          "{{ end }}",
          "{{ x | nindent 2 }}",
          "---\n",
          "...\n",
          "# c",
          "!t ",
          "? ",
          "\t",
          "\r\n",
          "\r",
          "x",
          "é",
        ),
      )
      .map((it) => it.join(""));
    const paths = fc.array(fc.oneof(fc.constantFrom<Key>("a", "b", "x", "<<"), fc.nat(2)), { maxLength: 3 });
    fc.assert(
      fc.property(
        anything,
        paths,
        values,
        fc.constantFrom("set", "append", "remove", "replace", "add-document"),
        (text, path, value, op) => {
          const [chunk] = splitDocuments(text);
          const at = { document: REF, path };
          const edit = (op === "add-document" ? { op, behind: REF, value } : { op, at, value, text: "new" }) as Edit;
          writeEdits([edit], {
            document: () => ({ text, start: chunk?.start ?? 0, end: chunk?.end ?? text.length }),
            exists: () => false,
          });
        },
      ),
      { numRuns: 1000 },
    );
  });
});
