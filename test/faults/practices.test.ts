/** Practices that are wrong themselves: each is left out and said once, and the others say what they always say. */
import assert from "node:assert/strict";
import type { Json, Place } from "../../model/edit.ts";
import type { Workload } from "../../model/facts.ts";
import { met, type Practice, unmet } from "../../model/practice.ts";
import { PRACTICES } from "../../model/practices.ts";
import { type Snapshot, Workspace } from "../../server/engine/workspace.ts";
import { actionsAt } from "../../server/features/code-actions.ts";
import { diagnosticsOf } from "../../server/features/diagnostics.ts";
import { hoverAt } from "../../server/features/hover.ts";
import { buildReport } from "../../server/features/report.ts";
import { textsOf } from "../support/disk.ts";
import { deployment } from "./support.ts";

const ROOT = "file:///shop";
const FILES = ["one", "two"].map((name) => ({
  uri: `${ROOT}/${name}.yaml`,
  text: deployment(name, "          securityContext:\n            privileged: true\n"),
}));
const texts = textsOf("en");

const base: Practice<"workload"> = {
  id: "security/wrong" as Practice["id"],
  dimension: "security",
  level: 2,
  gate: "required",
  share: "all",
  subject: "workload",
  effort: "confirm",
};

/** Everything that is ever asked of a workspace with this practice among the others. */
function asked(wrong: readonly Practice<"workload">[]) {
  const workspace = new Workspace({
    practices: [...wrong, ...PRACTICES],
    roots: [{ uri: ROOT, name: "shop", versionControl: "yes" }],
    today: "2026-06-01",
  });
  const snapshot = workspace.apply(FILES);
  const report = buildReport(snapshot, { texts, version: "0" });
  const shown = FILES.map(({ uri, text }) => shownOf(snapshot, uri, text));
  return { report, shown, errors: snapshot.errors };
}

function shownOf(snapshot: Snapshot, uri: string, text: string) {
  const entry = snapshot.entry(uri);
  assert.ok(entry !== undefined);
  const lines = text.split("\n");
  const whole = { start: { line: 0, character: 0 }, end: { line: lines.length, character: 0 } };
  const diagnostics = diagnosticsOf(snapshot, entry, texts, "all");
  for (const { range } of diagnostics) {
    for (const { line, character } of [range.start, range.end]) {
      assert.ok(Number.isInteger(line) && line >= 0 && line < lines.length, `line ${line}`);
      assert.ok(Number.isInteger(character) && character >= 0, `character ${character}`);
      assert.ok(character <= (lines[line] ?? "").length, `character ${character} of line ${line}`);
    }
  }
  for (const [line, content] of lines.entries())
    hoverAt(snapshot, entry, { line, character: Math.floor(content.length / 2) }, texts, () => undefined);
  const actions = actionsAt(snapshot, entry, whole, texts, "all");
  const isOther = (code: string) => code !== base.id;
  return {
    diagnostics: diagnostics
      .filter((one) => isOther(one.code))
      .map(({ code, range, message }) => ({ code, range, message })),
    actions: actions.filter((one) => isOther(one.diagnostic.code)).map(({ title, changes }) => ({ title, changes })),
    wrong: actions.filter((one) => !isOther(one.diagnostic.code)),
  };
}

const at = (workload: Workload, more: Partial<Place>): Place => ({ ...workload.place, ...more });
const nowhere = { uri: `${ROOT}/nowhere.yaml` };

/** What a practice must not answer. Types forbid most of it, but a practice may come from elsewhere. */
const ANSWERS: Readonly<Record<string, (workload: Workload) => unknown>> = {
  throws: () => {
    throw new Error("broken");
  },
  "throws nothing at all": () => {
    throw undefined;
  },
  "calls itself without end": function judge(workload): unknown {
    return [judge(workload)];
  },
  "answers a text": () => "met",
  "answers a state that there is not": (workload) => ({ ...met(workload.place), state: "great" }),
  "points at nothing": () => ({ state: "unmet", spots: [{ place: undefined }] }),
  "has no list of places": () => ({ state: "unmet" }),
};

/** Where a practice must not point. */
const PLACES: Readonly<Record<string, (workload: Workload) => Place>> = {
  "a path that is not there": (workload) => at(workload, { path: ["spec", "nothing", 7, "x"] }),
  "a path through a scalar": (workload) => at(workload, { path: ["kind", "x", 0] }),
  "behind the end of the text": (workload) => at(workload, { path: [], span: [1_000_000, 2_000_000] }),
  "before its start": (workload) => at(workload, { path: ["kind"], span: [-50, -7] }),
  "from behind to before": (workload) => at(workload, { path: [], span: [90, 10] }),
  "no number": (workload) => at(workload, { path: [], span: [Number.NaN, Number.POSITIVE_INFINITY] }),
  "a file that is not there": (workload) => at(workload, { document: nowhere }),
};

/** What a fix must not write. */
const FIXES: Readonly<Record<string, (workload: Workload) => unknown>> = {
  throws: () => {
    throw new Error("broken");
  },
  "has no edits": () => ({ safety: "safe" }),
  "edits a file that is not there": (workload) => ({
    safety: "safe",
    edits: [{ op: "set", at: at(workload, { document: nowhere }), value: 1 }],
  }),
  "edits what is not there": (workload) => ({
    safety: "safe",
    edits: [{ op: "remove", at: at(workload, { path: ["spec", "nothing", 3] }) }],
  }),
  "writes without end": (workload) => {
    const value: Record<string, Json> = {};
    value["self"] = value;
    return { safety: "safe", edits: [{ op: "set", at: at(workload, { path: ["spec", "x"] }), value }] };
  },
  "makes a hook": (workload) => ({
    safety: "safe",
    edits: [{ op: "create-file", beside: workload.document, path: "../.git/hooks/pre-commit", text: "x" }],
  }),
};

describe("a practice that is wrong", function () {
  this.timeout(30_000);
  const alone = asked([]);
  const others = (report: typeof alone.report) => report.findings.filter((one) => one.practice !== base.id);

  function unaffected(now: typeof alone): void {
    assert.deepEqual(others(now.report), others(alone.report));
    assert.deepEqual(
      now.shown.map(({ diagnostics, actions }) => ({ diagnostics, actions })),
      alone.shown.map(({ diagnostics, actions }) => ({ diagnostics, actions })),
    );
  }

  function saidOnce(now: typeof alone): void {
    assert.deepEqual(
      now.errors.map((one) => one.practice),
      [base.id],
    );
    assert.equal(now.report.notices.filter((one) => one.message.includes(base.id)).length, 1);
  }

  for (const [what, answer] of Object.entries(ANSWERS))
    it(`and ${what} is left out and said once`, () => {
      const now = asked([{ ...base, judge: answer as NonNullable<typeof base.judge> }]);
      unaffected(now);
      saidOnce(now);
    });

  for (const [where, place] of Object.entries(PLACES))
    it(`and points at ${where} is shown somewhere in the text, or nowhere`, () => {
      for (const say of [met, unmet]) unaffected(asked([{ ...base, judge: (workload) => say(place(workload)) }]));
    });

  for (const [what, fix] of Object.entries(FIXES))
    it(`and whose fix ${what} has none`, () => {
      const wrong = {
        ...base,
        judge: (workload: Workload) => unmet(workload.place),
        fix: fix as NonNullable<typeof base.fix>,
      };
      const now = asked([wrong]);
      unaffected(now);
      assert.deepEqual(
        now.shown.flatMap((one) => one.wrong),
        [],
      );
    });

  it("is said once however often it fails, and does not come back", () => {
    let calls = 0;
    const now = asked([
      {
        ...base,
        judge: () => {
          calls++;
          throw new Error("broken");
        },
      },
    ]);
    saidOnce(now);
    assert.equal(calls, 1);
  });
});
