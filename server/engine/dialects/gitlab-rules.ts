/**
 * When GitLab runs a pipeline and which of its jobs are then part of it. The kinds of runs that there are, a push to
 * each branch that is named somewhere, a merge request, a tag, a schedule, are gone through one by one.
 */
import type { Place } from "../../../model/edit.ts";
import type { Field, Trigger } from "../../../model/facts.ts";
import {
  type Condition,
  conditionOf,
  matchesPattern,
  OTHER,
  SOMETHING,
  type Truth,
  type Value,
  type Variables,
} from "./gitlab-conditions.ts";
import { flattened, textOf } from "./gitlab-field.ts";

/** One kind of run. */
export interface Run {
  /** As `CI_PIPELINE_SOURCE` has it. */
  readonly source: string;
  readonly ref: "branch" | "tag" | "merge-request" | "any";
  /** Absent for what happens only where somebody set it up, and the file does not speak of it. */
  readonly trigger: Trigger | undefined;
  readonly variables: Variables;
}

type When = "on_success" | "manual" | "delayed" | "always" | "on_failure" | "never";

/** One way in which a job may be part of a run. */
export interface Outcome {
  readonly when: When;
  readonly tolerated: boolean;
  /** Where it says that a person must start it. */
  readonly manual: Place | undefined;
}

const SET_UP: Readonly<Record<string, Trigger>> = {
  schedule: "schedule",
  web: "manual",
  webide: "manual",
  chat: "manual",
  trigger: "other",
  pipeline: "call",
  parent_pipeline: "call",
  api: "other",
  external: "other",
  external_pull_request_event: "pull-request",
};

/** What `only` and `except` call the sources. */
const KEYWORDS: Readonly<Record<string, string>> = {
  pushes: "push",
  schedules: "schedule",
  web: "web",
  api: "api",
  triggers: "trigger",
  pipelines: "pipeline",
  chat: "chat",
  external: "external",
  external_pull_requests: "external_pull_request_event",
};

const MAX_BRANCHES = 12;
const MAX_RULES = 300;

/** All kinds of runs, for the branches that these texts name: conditions, and single refs. */
export function runsOf(texts: readonly string[]): readonly Run[] {
  const named = branchesIn(texts);
  const main = ["main", "master", "trunk"].find((it) => named.has(it)) ?? "main";
  const branches: readonly Value[] = [...[...new Set([main, ...named])].slice(0, MAX_BRANCHES), OTHER];
  const all = texts.join("\n");
  const run = (
    source: string,
    ref: Run["ref"],
    trigger: Trigger | undefined,
    branch: Value,
    tag: Value,
    name: Value,
  ): Run => {
    const known = new Map<string, Value>([
      ["CI_PIPELINE_SOURCE", source],
      ["CI_DEFAULT_BRANCH", main],
      ["CI_COMMIT_BRANCH", branch],
      ["CI_COMMIT_TAG", tag],
      ["CI_COMMIT_REF_NAME", name],
      ["CI_COMMIT_REF_SLUG", name],
    ]);
    const ofRequest: Value = ref === "merge-request" ? SOMETHING : null;
    const variables: Variables = (it) => (it.startsWith("CI_MERGE_REQUEST_") ? ofRequest : known.get(it));
    return { source, ref, trigger, variables };
  };
  return [
    ...branches.map((it) => run("push", "branch", "push", it, null, it)),
    run("push", "tag", "tag", null, SOMETHING, SOMETHING),
    run("merge_request_event", "merge-request", "pull-request", null, null, OTHER),
    ...Object.entries(SET_UP).map(([source, trigger]) => {
      const spokenOf = isNamed(source, all);
      return run(source, "any", spokenOf ? trigger : undefined, undefined, undefined, undefined);
    }),
  ];
}

/** The same runs as a child pipeline sees them. */
export function childRuns(runs: readonly Run[]): readonly Run[] {
  return runs.map((run) => ({
    ...run,
    source: "parent_pipeline",
    variables: (name) => (name === "CI_PIPELINE_SOURCE" ? "parent_pipeline" : run.variables(name)),
  }));
}

function isNamed(source: string, text: string): boolean {
  const keyword = Object.entries(KEYWORDS).find(([, it]) => it === source)?.[0];
  return (
    new RegExp(`["'(|/^]${source}["')|/$]`).test(text) ||
    (keyword !== undefined && new RegExp(`^${keyword}$`, "m").test(text))
  );
}

const COMPARED =
  /\$\{?CI_COMMIT_(?:BRANCH|REF_NAME|REF_SLUG)\}?\s*[=!]=\s*["']([^"'$]+)["']|["']([^"'$]+)["']\s*[=!]=\s*\$\{?CI_COMMIT_(?:BRANCH|REF_NAME|REF_SLUG)\b/g;

function branchesIn(texts: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const text of texts) {
    const ref = /^[\w./-]+(?=@|$)/.exec(text)?.[0];
    if (ref !== undefined && !/^(?:branches|tags|merge_requests)$/.test(ref) && !Object.hasOwn(KEYWORDS, ref))
      found.add(ref);
    for (const [, right, left] of text.matchAll(COMPARED)) found.add(right ?? left ?? "");
  }
  return found;
}

/** Conditions of rules, and refs of `only` and `except`: the texts that tell runs apart. */
export function textsOf(body: Field): readonly string[] {
  const rules = flattened(body.at("rules"), MAX_RULES).map((it) => it.at("if").source);
  const lists = ["only", "except"].flatMap((key) => {
    const field = body.at(key);
    return field.kind === "map" ? [field.at("refs"), field.at("variables")] : [field];
  });
  const refs = lists.flatMap((it) => flattened(it, MAX_RULES)).map((it) => it.source);
  return [...rules, ...refs].filter((it) => it !== undefined);
}

/** Whether the pipeline as a whole is run, or may be. */
export function isRun(rules: readonly Field[], variables: Variables): (run: Run) => boolean {
  const all = rules.map((it) => ({ ...ruleOf(it), never: textOf(it.at("when")) === "never" }));
  return (run) => {
    const known = withRun(run, variables);
    for (const rule of all) {
      const holds = truthIn(rule, known);
      if (holds === false) continue;
      if (!rule.never) return true;
      if (holds === true) return false;
    }
    return all.length === 0;
  };
}

/** A condition alone, as a rule of a template has it. */
export function mayHold(condition: string, run: Run, variables: Variables): boolean {
  return conditionOf(condition)(withRun(run, variables)) !== false;
}

/** All that may become of a job in a run. */
export function outcomesOf(job: Field, variables: Variables): (run: Run) => readonly Outcome[] {
  const rules = flattened(job.at("rules"), MAX_RULES).filter((it) => it.kind === "map");
  if (rules.length === 0) {
    const usual = outcome(job, undefined);
    const isIn = admitted(job, variables);
    return (run) => {
      const holds = isIn(run);
      return holds === undefined ? [usual, NOT] : [holds ? usual : NOT];
    };
  }
  const all = rules.map((it) => ({ ...ruleOf(it), outcome: outcome(job, it) }));
  return (run) => {
    const known = withRun(run, variables);
    const found: Outcome[] = [];
    for (const rule of all) {
      const holds = truthIn(rule, known);
      if (holds === false) continue;
      found.push(rule.outcome);
      if (holds === true) return found;
    }
    return [...found, NOT];
  };
}

const NOT: Outcome = { when: "never", tolerated: false, manual: undefined };

/** What a run says of a variable has the last word, even where it says that it is not set. */
function withRun(run: Run, variables: Variables): Variables {
  return (name) => {
    const own = run.variables(name);
    return own === undefined ? variables(name) : own;
  };
}

interface Rule {
  /** Absent where it has none, and then it holds. */
  readonly condition: Condition | undefined;
  /** What changed, and which files there are, decides too: that is different from run to run. */
  readonly more: boolean;
}

function ruleOf(rule: Field): Rule {
  const condition = rule.at("if");
  return {
    condition: condition.presence === "absent" ? undefined : conditionOf(textOf(condition) ?? ""),
    more: ["changes", "exists"].some((it) => rule.at(it).presence !== "absent"),
  };
}

function truthIn({ condition, more }: Rule, variables: Variables): Truth {
  const holds = condition === undefined ? true : condition(variables);
  return holds === true && more ? undefined : holds;
}

const WHEN: ReadonlySet<string> = new Set<When>(["on_success", "manual", "delayed", "always", "on_failure", "never"]);

function isWhen(text: string | undefined): text is When {
  return text !== undefined && WHEN.has(text);
}

function outcome(job: Field, rule: Field | undefined): Outcome {
  const own = job.at("when");
  const field = rule === undefined || rule.at("when").presence === "absent" ? own : rule.at("when");
  const text = textOf(field);
  const when = isWhen(text) ? text : "on_success";
  const said = [rule?.at("allow_failure"), job.at("allow_failure")].find(
    (it) => it !== undefined && it.presence !== "absent",
  );
  // A job that is manual by itself may be left alone; one that a rule makes manual holds up the pipeline.
  const tolerated = said === undefined ? textOf(own) === "manual" && field === own : textOf(said) === "true";
  return { when, tolerated, manual: when === "manual" ? field.place : undefined };
}

/** `only` and `except`. */
function admitted(job: Field, variables: Variables): (run: Run) => Truth {
  const [wanted, unwanted] = [job.at("only"), job.at("except")].map(filterOf);
  return (run) => {
    const known = withRun(run, variables);
    const isIn = allOf([
      wanted?.refs === undefined ? run.ref !== "merge-request" : anyOf(refsIn(wanted.refs, run)),
      ...truthsIn(wanted, known),
    ]);
    const isOut = anyOf([...refsIn(unwanted?.refs ?? [], run), ...truthsIn(unwanted, known)]);
    return allOf([isIn, isOut === undefined ? undefined : !isOut]);
  };
}

interface Filter {
  readonly refs: readonly string[] | undefined;
  readonly conditions: readonly Condition[];
  /** What changed, or whether there is a cluster, decides too. */
  readonly more: boolean;
}

function filterOf(field: Field): Filter {
  const refs = field.kind === "map" ? field.at("refs") : field;
  const texts = (it: Field) => flattened(it, MAX_RULES).map(({ source }) => source?.trim() ?? "");
  return {
    refs: refs.presence === "absent" ? undefined : texts(refs),
    conditions: texts(field.at("variables")).map(conditionOf),
    more: ["changes", "kubernetes"].some((it) => field.at(it).presence !== "absent"),
  };
}

function truthsIn(filter: Filter | undefined, variables: Variables): readonly Truth[] {
  const { conditions, more } = filter ?? { conditions: [], more: false };
  const holds = conditions.length === 0 ? [] : [anyOf(conditions.map((it) => it(variables)))];
  return more ? [...holds, undefined] : holds;
}

function refsIn(refs: readonly string[], run: Run): readonly Truth[] {
  if (run.ref === "any" && refs.includes("branches") && refs.includes("tags")) return [true];
  return refs.map((it) => inRef(it, run));
}

function inRef(ref: string, run: Run): Truth {
  if (ref === "branches") return inBranch(run);
  if (ref === "tags") return inTag(run);
  if (ref === "merge_requests") return run.ref === "merge-request";
  if (Object.hasOwn(KEYWORDS, ref)) return KEYWORDS[ref] === run.source;
  if (run.ref === "merge-request") return false;
  const name = run.variables("CI_COMMIT_REF_NAME");
  const bare = ref.replace(/@[^/@]+\/.*$/s, "");
  if (run.ref === "tag") return isTag(bare);
  if (typeof name !== "string") return name === OTHER && !bare.startsWith("/") ? false : undefined;
  return bare.startsWith("/") ? matchesPattern(name, bare) : name === bare;
}

/** A tag has the number of a version in its name: a ref that could be none is a branch. */
function isTag(ref: string): Truth {
  if (!ref.startsWith("/")) return /\d/.test(ref) ? undefined : false;
  const truths = ["v1.2.3", "1.2.3", "v1.2.3-rc.1", "release-1.2.3"].map((it) => matchesPattern(it, ref));
  return truths.some((it) => it !== false) ? undefined : false;
}

function inBranch({ ref }: Run): Truth {
  return ref === "any" ? undefined : ref === "branch";
}

function inTag({ ref }: Run): Truth {
  return ref === "any" ? undefined : ref === "tag";
}

function anyOf(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes(undefined) ? undefined : false;
}

function allOf(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}
