import assert from "node:assert/strict";
import type { DocumentRef, Edit, Json, Key } from "../../../model/edit.ts";
import type { Refusal, Written } from "../../../server/engine/changes.ts";
import { writeEdits } from "../../../server/engine/changes.ts";
import { splitDocuments } from "../../../server/engine/tree/split.ts";

/** Edits of the documents of one file. */
export type Edits = (documents: readonly DocumentRef[]) => readonly Edit[];

export const URI = "file:///shop/deploy/web.yaml";

export function write(text: string, edits: Edits, existing: readonly string[] = [], uri = URI): Written {
  const chunks = splitDocuments(text);
  const places = new Map<DocumentRef, { text: string; start: number; end: number }>();
  for (const { start, end } of chunks.length === 0 ? [{ start: 0, end: text.length }] : chunks)
    places.set({ uri }, { text, start, end });
  return writeEdits(edits([...places.keys()]), {
    document: (ref) => places.get(ref),
    exists: (it) => existing.includes(it),
  });
}

export function applied(text: string, written: Written): string {
  assert.ok(written.ok, written.ok ? "" : `refused: ${written.why}`);
  let result = "";
  let at = 0;
  for (const { start, end, text: inserted } of written.changes) {
    assert.ok(start >= at, "the changes are disjoint and sorted");
    result += text.slice(at, start) + inserted;
    at = end;
  }
  return result + text.slice(at);
}

/**
 * A diff of whole lines, two columns right of the closing quote: what begins with `-` goes, what begins with `+` comes.
 * `⏎` says that no line break follows.
 */
export function sides(diff: string): readonly [before: string, after: string] {
  const lines = diff.split("\n").slice(1);
  const margin = (lines.pop() ?? "").length + 2;
  const side = (sign: string): string =>
    lines
      .map((line) => line.slice(margin))
      .filter((line) => line === "" || line[0] === " " || line[0] === sign)
      .map((line) => `${line.slice(1)}\n`)
      .join("")
      .replace(/⏎\n/, "");
  return [side("-"), side("+")];
}

export function changes(name: string, diff: string, edits: Edits): void {
  const [before, after] = sides(diff);
  it(name, () => {
    assert.equal(applied(before, write(before, edits)), after);
    const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
    assert.equal(applied(crlf(before), write(crlf(before), edits)), crlf(after), "with CRLF");
    assert.equal(
      applied(`\ufeff${before}`, write(`\ufeff${before}`, edits)),
      `\ufeff${after}`,
      "with a byte order mark",
    );
    if (edits([{ uri: URI }, { uri: URI }]).every((edit) => edit.op !== "replace" && edit.op !== "remove")) {
      assert.equal(applied(after, write(after, edits)), after, "a second time");
    }
  });
}

export function refuses(name: string, why: Refusal, text: string, edits: Edits): void {
  const before = text.startsWith("\n") ? sides(text)[0] : text;
  it(`${name}: ${why}`, () => assert.deepEqual(write(before, edits), { ok: false, why }));
}

export const set =
  (path: readonly Key[], value: Json, index = 0): Edits =>
  (all) => [{ op: "set", at: { document: all[index]!, path }, value }];
export const append =
  (path: readonly Key[], value: Json): Edits =>
  (all) => [{ op: "append", at: { document: all[0]!, path }, value }];
export const remove =
  (...path: Key[]): Edits =>
  (all) => [{ op: "remove", at: { document: all[0]!, path } }];
export const replace =
  (path: readonly Key[], text: string, span?: readonly [number, number]): Edits =>
  (all) => [{ op: "replace", at: { document: all[0]!, path, ...(span === undefined ? {} : { span }) }, text }];
export const addDocument =
  (value: Json, comment?: string): Edits =>
  (all) => [{ op: "add-document", behind: all[0]!, value, ...(comment === undefined ? {} : { comment }) }];
export const all =
  (...several: Edits[]): Edits =>
  (documents) =>
    several.flatMap((edits) => edits(documents));

export const PDB = {
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "web" },
  spec: { minAvailable: 1 },
};
