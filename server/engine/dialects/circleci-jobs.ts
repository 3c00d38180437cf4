/** The jobs of a CircleCI workflow: what each call of a job makes of its definition. */
import type { Place } from "../../../model/edit.ts";
import type { Field, Job, Step } from "../../../model/facts.ts";
import type { Environment } from "../capabilities.ts";
import {
  type Around,
  definitionOf,
  folderOf,
  orbJobSteps,
  orbReference,
  type Reading,
  stepsOf,
} from "./circleci-steps.ts";
import { onBranches, onTags } from "./circleci-triggers.ts";
import { expansionOf, givenBy, givenByMatrix, parametersOf } from "./circleci-values.ts";
import { expanded, saying } from "./expanded.ts";
import { makeSteps, type StepParts } from "./pipeline.ts";
import { imageReference } from "./references.ts";
import { isAbsent, keyOf, oneOrMore, textOf, variablesOf } from "./written.ts";

/** One entry of a workflow's `jobs`. */
interface Call {
  readonly id: string;
  readonly name: string;
  readonly item: Field;
  readonly args: Field;
  readonly place: Place;
  readonly needs: readonly string[];
  readonly disabled: boolean;
}

const MAX_COMBINATIONS = 64;

/** Adds the jobs of a workflow. A configuration without workflows has one job, which stands for itself. */
export function jobsOf(workflow: Field, config: Field, reading: Reading, never: boolean, jobs: Job[]): void {
  const list = workflow.at("jobs");
  const calls = isAbsent(list) ? [soleCall(workflow)] : callsOf(expanded(list, expansionOf(reading.values)), never);
  const off = switchedOff(calls);
  for (const call of calls) jobs.push(readJob(call, config, reading, off.has(call.id)));
  const approvals = approvalsOf(calls);
  for (const [index, job] of jobs.entries()) {
    const approval = approvals.get(job.id);
    if (approval !== undefined) jobs[index] = approved(job, approval);
  }
}

/** Steps know their job, so the one that they know is changed. */
function approved(job: Job, approval: Place): Job {
  return Object.assign(job, { approval });
}

function soleCall(job: Field): Call {
  return { id: "build", name: "build", item: job, args: job.at("with"), place: keyOf(job), needs: [], disabled: false };
}

function callsOf(list: Field, never: boolean): readonly Call[] {
  const names = new Map<string, string>();
  const seen = new Map<string, number>();
  const drafts = list.writtenItems().flatMap((item) => {
    const [first] = item.writtenEntries();
    const name = first?.[0] ?? textOf(item);
    if (name === undefined) return [];
    const args = first?.[1] ?? item.at("with");
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    const given = textOf(args.at("name"));
    // A second call of the same job is called after its number.
    const id = textOf(args.at("matrix", "alias")) ?? given ?? (count === 0 ? name : `${name}-${count}`);
    for (const combined of combinations(name, given, args.at("matrix", "parameters"))) names.set(combined, id);
    const place = first === undefined ? item.place : keyOf(args);
    return [{ id, name, item, args, place }];
  });
  return drafts.map((draft) => {
    const needs = oneOrMore(draft.args.at("requires"))
      .map((it) => textOf(it) ?? it.writtenEntries()[0]?.[0])
      .filter((it) => it !== undefined)
      .map((it) => names.get(it) ?? it);
    const filters = draft.args.at("filters");
    return { ...draft, needs: [...new Set(needs)], disabled: never || (!onBranches(filters) && !onTags(filters)) };
  });
}

/** The names of the jobs that a matrix makes, by which others ask for them. */
function combinations(name: string, given: string | undefined, parameters: Field): readonly string[] {
  let all: readonly (readonly [string, ReadonlyMap<string, string>])[] = [[name, new Map()]];
  for (const [parameter, values] of parameters.writtenEntries()) {
    all = all
      .flatMap(([text, chosen]) =>
        oneOrMore(values).map(
          (it) => [`${text}-${it.source ?? ""}`, new Map([...chosen, [parameter, it.source ?? ""]])] as const,
        ),
      )
      .slice(0, MAX_COMBINATIONS);
  }
  if (given === undefined) return all.map(([text]) => text);
  return all.map(([, chosen]) =>
    given.replace(/<<\s*matrix\.([\w-]+)\s*>>/g, (whole, key: string) => chosen.get(key) ?? whole),
  );
}

/** What requires a job that never runs does not run either. */
function switchedOff(calls: readonly Call[]): ReadonlySet<string> {
  const off = new Set(calls.filter((it) => it.disabled).map((it) => it.id));
  for (let more = off.size > 0; more; ) {
    const added = calls.filter((it) => !off.has(it.id) && it.needs.some((need) => off.has(need)));
    for (const it of added) off.add(it.id);
    more = added.length > 0;
  }
  return off;
}

/** The approval that a job is, or waits for through any number of others. */
function approvalsOf(calls: readonly Call[]): ReadonlyMap<string, Place> {
  const found = new Map<string, Place>();
  for (const { id, args } of calls) if (isApproval(args)) found.set(id, args.at("type").place);
  for (let more = found.size > 0; more; ) {
    more = false;
    for (const { id, needs } of calls) {
      const place = needs.map((it) => found.get(it)).find((it) => it !== undefined);
      if (place === undefined || found.has(id)) continue;
      found.set(id, place);
      more = true;
    }
  }
  return found;
}

function isApproval(args: Field): boolean {
  return textOf(args.at("type")) === "approval";
}

function readJob(call: Call, config: Field, reading: Reading, disabled: boolean): Job {
  const { args, name, item, place } = call;
  const found = definitionOf(config, "jobs", name);
  const type = textOf(args.at("type"));
  const none = item.at("image");
  const steps: Step[] = [];
  const base = { id: call.id, place, needs: call.needs, steps, disabled, tolerated: false, environment: none };
  // An approval, a lock, a release: nothing runs.
  if (type !== undefined && type !== "build")
    return { ...base, body: item, image: none, uses: none, opaque: false, approval: undefined };
  if (found !== undefined && "body" in found) return localJob(found, args, reading, base);
  const uses = saying(item, found === undefined ? name : orbReference(found, reading), place);
  const around = aroundOf(config, none, () => undefined, "", disabled);
  const known = orbJobSteps(item, uses, args, reading, around);
  const opaque = !disabled && !known.isKnown && !CONTINUATION.test(uses.source ?? "");
  const job: Job = { ...base, body: item, image: none, uses, opaque, approval: undefined };
  if (opaque) reading.gaps.push({ place, reason: found === undefined ? "missing" : "remote", name });
  steps.push(...makeSteps(job, withOthers(args, known.steps, reading, around)));
  return job;
}

/** What a setup goes on with is looked for in the workspace. */
const CONTINUATION = /^circleci\/(?:path-filtering|continuation)\//;

function localJob(
  found: { readonly body: Field; readonly beside: Field },
  args: Field,
  reading: Reading,
  base: Pick<Job, "id" | "place" | "needs" | "disabled" | "tolerated" | "environment"> & { readonly steps: Step[] },
): Job {
  const values = parametersOf(found.body.at("parameters"), givenByMatrix(args), reading.values);
  const body = expanded(found.body, expansionOf(values));
  const runner = runnerOf(body, found.beside, reading);
  const images = runner.at("docker").writtenItems();
  const image = images[0]?.at("image") ?? body.at("image");
  reading.references.push(...images.map((it) => imageReference(it.at("image"))).filter((it) => it !== undefined));
  const job: Job = { ...base, body, image, uses: body.at("uses"), opaque: false, approval: undefined };
  const outer: Environment = variablesOf(
    runner.at("environment"),
    variablesOf(images[0]?.at("environment") ?? image, () => undefined),
  );
  const environment = variablesOf(body.at("environment"), outer);
  const shell = isAbsent(body.at("shell")) ? runner.at("shell") : body.at("shell");
  const home = textOf(body.at("working_directory")) ?? textOf(runner.at("working_directory")) ?? "";
  const around = aroundOf(found.beside, shell, environment, home, base.disabled);
  const own = stepsOf(body.at("steps"), reading, around);
  base.steps.push(...makeSteps(job, withOthers(args, own, reading, around)));
  return job;
}

/** Steps that the call puts before and behind those of the job. */
function withOthers(args: Field, own: readonly StepParts[], reading: Reading, around: Around): readonly StepParts[] {
  return [
    ...stepsOf(args.at("pre-steps"), reading, around),
    ...own,
    ...stepsOf(args.at("post-steps"), reading, around),
  ];
}

function aroundOf(beside: Field, shell: Field, environment: Environment, home: string, disabled: boolean): Around {
  return { beside, environment, shell, home, directory: folderOf(undefined, home, ""), disabled, stack: [] };
}

/** The job itself says what it runs in, or names what does. */
function runnerOf(body: Field, beside: Field, reading: Reading): Field {
  const named = body.at("executor");
  const name = textOf(named) ?? textOf(named.at("name"));
  const found = name === undefined ? undefined : definitionOf(beside, "executors", name);
  if (found === undefined) return body;
  if (!("body" in found)) {
    orbReference(found, reading);
    return body;
  }
  const values = parametersOf(
    found.body.at("parameters"),
    givenBy(named.kind === "map" ? named : undefined),
    reading.values,
  );
  return expanded(found.body, expansionOf(values));
}
