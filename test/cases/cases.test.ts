import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { MessageArgs } from "../../model/edit.ts";
import type { Practice } from "../../model/practice.ts";
import { PRACTICES } from "../../model/practices.ts";
import { LANGUAGES } from "../../model/text/texts.ts";
import { fixOf, writeFix } from "../../server/engine/fixes.ts";
import type { Outcome } from "../../server/engine/outcome.ts";
import { type Snapshot, Workspace } from "../../server/engine/workspace.ts";
import { spotsOf } from "../../server/features/findings.ts";
import { type Case, readCases } from "../support/case-file.ts";
import { textsOf } from "../support/disk.ts";

const ROOT = "file:///case";
const TEXTS = LANGUAGES.map((language) => textsOf(language));
const FOLDER = join(process.cwd(), "model/practices");

function open(
  practice: Practice,
  files: ReadonlyMap<string, string>,
  versionControl: Case["versionControl"] = "yes",
): { workspace: Workspace; snapshot: Snapshot } {
  const workspace = new Workspace({
    practices: [practice],
    roots: [{ uri: ROOT, name: "case", versionControl }],
    today: "2026-06-01",
  });
  const snapshot = workspace.apply([...files].map(([path, text]) => ({ uri: ROOT + path, text })));
  assert.deepEqual(snapshot.errors, [], "the practice threw");
  return { workspace, snapshot };
}

function spots(snapshot: Snapshot, outcomes: readonly Outcome[], state: string): string[] {
  return outcomes
    .filter((outcome) => outcome.state === state && "spots" in outcome.verdict)
    .flatMap((outcome) =>
      "spots" in outcome.verdict && outcome.verdict.spots.length > 0
        ? outcome.verdict.spots
        : [{ place: outcome.subject.fact.place }],
    )
    .map((spot) => {
      const range = snapshot.rangeOf(spot.place);
      const to = range.end.line === range.start.line ? range.end.character : "…";
      return `${spot.place.document.uri.slice(ROOT.length)}:${range.start.line}:${range.start.character}-${to}`;
    })
    .sort();
}

function check(practice: Practice, one: Case): void {
  const { snapshot } = open(practice, one.files, one.versionControl);
  const outcomes = snapshot.outcomes.all();
  assert.deepEqual(snapshot.errors, [], "the practice threw");
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome.state, (counts.get(outcome.state) ?? 0) + 1);
  const text = (path: string, line: number) => one.files.get(path)?.split("\n")[line]?.length ?? 0;
  const marked = (state: string) =>
    one.marks
      .filter((mark) => mark.state === state)
      .map((mark) => `${mark.path}:${mark.line}:${mark.from}-${Math.min(mark.to, text(mark.path, mark.line))}`);
  if (one.counts !== undefined)
    assert.deepEqual(
      Object.fromEntries([...counts].sort()),
      Object.fromEntries([...one.counts].sort()),
      "counts of verdicts",
    );
  else assert.ok(one.marks.length > 0, "a case needs a mark or an expectation");
  if (one.counts === undefined || one.marks.some((mark) => mark.state === "unmet")) {
    assert.deepEqual(spots(snapshot, outcomes, "unmet"), marked("unmet").sort(), "places of what is unmet");
  }
  for (const state of ["met", "unknown"]) {
    const seen = spots(snapshot, outcomes, state);
    for (const mark of marked(state))
      assert.ok(seen.includes(mark), `nothing ${state} at ${mark}, but at ${seen.join(", ") || "no place"}`);
    if (one.counts === undefined && marked(state).length === 0 && state === "unknown")
      assert.deepEqual(seen, [], "places of what is unknown");
  }
  checkMessages(practice, one, outcomes);
  checkFixes(practice, one, snapshot, outcomes);
}

function checkMessages(practice: Practice, one: Case, outcomes: readonly Outcome[]): void {
  const wanted = one.marks.filter((mark) => mark.message !== undefined).map((mark) => `${mark.state} ${mark.message}`);
  const seen = outcomes.flatMap((outcome) =>
    "spots" in outcome.verdict
      ? outcome.verdict.spots.map((spot) => `${outcome.state} ${spot.message ?? outcome.state}`)
      : [],
  );
  for (const message of wanted)
    assert.ok(seen.includes(message), `no message "${message}" of ${practice.id}, but ${seen.join(", ")}`);
  for (const outcome of outcomes)
    if (outcome.state === "met" || outcome.state === "unmet")
      for (const spot of spotsOf(outcome)) checkHoles(practice, spot.message ?? outcome.state, spot.args ?? {});
}

/** A hole that nothing fills would be shown as it stands. */
function checkHoles(practice: Practice, key: string, args: MessageArgs): void {
  for (const texts of TEXTS) {
    const messages = texts.practices[practice.id]?.messages ?? {};
    const [, hole] =
      [...(messages[key] ?? "").matchAll(/(?<![${])\{(\w+)\}/g)].find(([, name = ""]) => !(name in args)) ?? [];
    assert.equal(hole, undefined, `nothing fills {${hole}} of "${key}"`);
  }
}

function checkFixes(practice: Practice, one: Case, first: Snapshot, outcomes: readonly Outcome[]): void {
  const unmet = outcomes.filter((outcome) => outcome.state === "unmet");
  const offered = unmet.filter((outcome) => fixOf(first, outcome) !== undefined);
  if (one.noFix) {
    assert.equal(offered.length, 0, "a fix is offered");
    return;
  }
  if (one.fixed.size > 0) assert.ok(offered.length > 0, "no fix is offered");
  if (offered.length === 0) return;
  let files = new Map(one.files);
  let snapshot = first;
  for (let round = 0; round < 10; round++) {
    const next = snapshot.outcomes
      .all()
      .find((outcome) => outcome.state === "unmet" && fixOf(snapshot, outcome) !== undefined);
    if (next === undefined) break;
    const fix = fixOf(snapshot, next);
    assert.ok(fix !== undefined);
    const written = writeFix(snapshot, fix);
    assert.ok(written.ok, `the fix is refused: ${written.ok ? "" : written.why}`);
    const after = new Map(files);
    for (const change of [...written.changes].sort((a, b) => b.start - a.start)) {
      const path = change.uri.slice(ROOT.length);
      const text = after.get(path) ?? "";
      after.set(path, text.slice(0, change.start) + change.text + text.slice(change.end));
    }
    for (const creation of written.creations) after.set(creation.uri.slice(ROOT.length), creation.text);
    assert.notDeepEqual([...after], [...files], "the fix changes nothing");
    files = after;
    snapshot = open(practice, files).snapshot;
  }
  const left = snapshot.outcomes
    .all()
    .filter(
      (outcome) =>
        outcome.state === "unmet" &&
        offered.some((before) => before.subject.kind === outcome.subject.kind) &&
        fixOf(snapshot, outcome) !== undefined,
    );
  assert.equal(left.length, 0, "the fix does not make it met");
  if (offered.length === unmet.length)
    assert.equal(
      snapshot.outcomes.all().filter((outcome) => outcome.state === "unmet").length,
      0,
      "something is still unmet after the fixes",
    );
  for (const [path, text] of one.fixed) {
    assert.equal(files.get(path), text, `${path} after the fix`);
  }
}

describe("practices", () => {
  for (const practice of PRACTICES) {
    describe(practice.id, () => {
      const path = join(FOLDER, practice.id, "cases.yaml");
      assert.ok(existsSync(path), `${practice.id} has no cases.yaml`);
      const text = readFileSync(path, "utf8");
      it("has cases that are valid YAML", () => {
        for (const document of parseAllDocuments(text.replace(/^#=.*$/gm, "---"), {
          uniqueKeys: false,
          logLevel: "silent",
        })) {
          assert.deepEqual("errors" in document ? document.errors.map((error) => error.message) : [], []);
        }
      });
      for (const one of readCases(text, `${practice.id}/cases.yaml`))
        it(`${one.title} (line ${one.line})`, () => check(practice, one));
    });
  }
});
