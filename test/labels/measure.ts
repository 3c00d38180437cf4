/**
 * How far our findings agree with labels that authors of other tools gave to their own test resources. A label is a line
 * of tab-separated `repo commit path resource topic expected doc line context strict rule basis`; the files lie in
 * `FOLDER/<owner+name>/<path>`. Each labelled file is a workspace of its own.
 *
 * A label "fail" is found where a practice of its topic has an unmet finding on the resource. Precision: of the
 * resources where we found something, how many are labelled "fail"; recall: of those labelled "fail", how many we found.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { PRACTICES } from "../../model/practices.ts";
import type { Outcome } from "../../server/engine/outcome.ts";
import { type Snapshot, Workspace } from "../../server/engine/workspace.ts";
import { TOPICS, type Topic } from "./topics.ts";

const [, , labels, folder, ...shown] = process.argv;
if (labels === undefined || folder === undefined) {
  process.stderr.write("usage: measure LABELS.tsv FOLDER [TOPIC…]\n");
  process.exit(2);
}

interface Label {
  readonly file: string;
  readonly path: string;
  readonly kind: string;
  readonly name: string;
  readonly topic: string;
  readonly fails: boolean;
  readonly doc: string;
  readonly context: string;
  readonly strict: boolean;
}

interface Score {
  found: number;
  wrong: number;
  missed: number;
  quiet: number;
}

const lines = readFileSync(labels, "utf8").trim().split("\n").slice(1);
const all = lines.map((line): Label => {
  const [repo = "", , path = "", resource = "", topic = "", expected, doc = "", , context = "", strict] =
    line.split("\t");
  const [kind = "", ...name] = resource.split("/");
  const file = join(folder, repo.replace("/", "+"), path);
  return {
    file,
    path,
    kind,
    name: name.join("/"),
    topic,
    fails: expected === "fail",
    doc,
    context,
    strict: strict === "Y",
  };
});

const snapshots = new Map<string, Snapshot>();

/** The labelled file, with those beside it where the label needs them. */
function snapshotOf(label: Label): Snapshot {
  const beside = label.context === "dir" && existsSync(dirname(label.file));
  const key = beside ? dirname(label.file) : label.file;
  let snapshot = snapshots.get(key);
  if (snapshot === undefined) {
    const files = beside
      ? readdirSync(key)
          .filter((name) => /\.ya?ml$/.test(name))
          .map((name) => join(key, name))
      : [label.file];
    const workspace = new Workspace({
      practices: PRACTICES,
      roots: [{ uri: "file:///ws", name: "ws", versionControl: "yes" }],
      today: "2026-06-01",
    });
    const changes = files.map((file) => ({ uri: uriOf(label, file), text: readFileSync(file, "utf8") }));
    snapshot = workspace.apply(changes);
    snapshots.set(key, snapshot);
  }
  return snapshot;
}

function uriOf(label: Label, file: string): string {
  if (label.kind === "workflow") return `file:///ws/.github/workflows/${basename(file)}`;
  return `file:///ws/${label.kind === "action" ? "" : "k8s/"}${basename(file)}`;
}

/** Outcomes on the labelled resource; those on a namespace or on the workspace belong to all of its file. */
function outcomesOn(label: Label, { practice, message }: Topic): readonly Outcome[] {
  const snapshot = snapshotOf(label);
  const source = snapshot.files.get(uriOf(label, label.file))?.source;
  return snapshot.outcomes.all().filter((one) => {
    if (one.practice.id !== practice) return false;
    const spots = "spots" in one.verdict ? one.verdict.spots : [];
    if (one.state === "unmet" && message !== undefined && !spots.some((spot) => message.test(`${spot.message}`)))
      return false;
    const { kind, fact } = one.subject;
    if (kind !== "resource" && kind !== "workload") return true;
    if (source === undefined || !("groupKind" in fact) || !("document" in fact)) return false;
    const [index, item] = label.doc.split(".items");
    if (`${source.indexOf(fact.document)}` !== index) return false;
    return item === undefined || item === `[${fact.body.place.path[1]}]`;
  });
}

/** Decided: something is unmet, or met. */
function stateOf(label: Label, topics: readonly Topic[]): "unmet" | "met" | "quiet" {
  const outcomes = topics.flatMap((topic) => outcomesOn(label, topic));
  if (outcomes.some(({ state }) => state === "unmet")) return "unmet";
  return outcomes.some(({ state }) => state === "met") ? "met" : "quiet";
}

function score(strict: boolean): void {
  const scores = new Map<string, Score>();
  for (const label of all) {
    const topics = TOPICS[label.topic];
    if (topics === undefined || label.strict !== strict || (shown.length > 0 && !shown.includes(label.topic))) continue;
    if (!topics.some(({ practice }) => PRACTICES.some(({ id }) => id === practice))) continue;
    const state = stateOf(label, topics);
    const one = scores.get(label.topic) ?? { found: 0, wrong: 0, missed: 0, quiet: 0 };
    scores.set(label.topic, one);
    if (label.fails && state === "unmet") one.found += 1;
    else if (label.fails) one.missed += 1;
    else if (state === "unmet") one.wrong += 1;
    else if (state === "quiet") one.quiet += 1;
    if ((strict || shown.length > 0) && (label.fails ? state !== "unmet" : state === "unmet"))
      process.stdout.write(
        `${label.topic}: labelled ${label.fails ? "fail" : "pass"}, ours ${state}: ${label.file}#${label.doc} ${label.kind}/${label.name}\n`,
      );
  }
  print(scores, strict ? "strict" : "not strict");
}

/** Topics that differ by their definition are shown, and left out of the sums. */
function reasonFor(topic: string): string {
  const reason = TOPICS[topic]?.find((one) => one.differs !== undefined)?.differs;
  return reason === undefined ? "" : ` (left out: ${reason})`;
}

function print(scores: ReadonlyMap<string, Score>, title: string): void {
  const share = (part: number, rest: number) => (part + rest === 0 ? undefined : part / (part + rest));
  const text = (value: number | undefined) => (value === undefined ? "   -" : value.toFixed(2));
  const rows = [...scores].sort(([a], [b]) => a.localeCompare(b));
  process.stdout.write(`\n${title}\n`);
  for (const [topic, { found, wrong, missed, quiet }] of rows)
    process.stdout.write(
      `${topic.padEnd(36)} precision ${text(share(found, wrong))} recall ${text(share(found, missed))}   found ${found}, wrong ${wrong}, missed ${missed}, quiet on pass ${quiet}${reasonFor(topic)}\n`,
    );
  const counted = rows.filter(([topic]) => reasonFor(topic) === "");
  const sum = (pick: (one: Score) => number) => counted.reduce((total, [, one]) => total + pick(one), 0);
  const mean = (values: readonly (number | undefined)[]) => {
    const known = values.filter((one) => one !== undefined);
    return known.reduce((total, one) => total + one, 0) / known.length;
  };
  const [found, wrong, missed] = [sum((one) => one.found), sum((one) => one.wrong), sum((one) => one.missed)];
  process.stdout.write(
    `all: precision ${text(share(found, wrong))} recall ${text(share(found, missed))}; mean over topics: precision ${text(mean(counted.map(([, one]) => share(one.found, one.wrong))))} recall ${text(mean(counted.map(([, one]) => share(one.found, one.missed))))}\n`,
  );
}

score(true);
score(false);
