/** What all dialects share: making steps with their capabilities, and the order of jobs. */
import type { Place } from "../../../model/edit.ts";
import type { Capability, Field, Job, Pipeline, Step } from "../../../model/facts.ts";
import type { ReferenceKind } from "../../../model/tools.ts";
import { type Environment, type Sighting, sightingsOfCommand, sightingsOfReference } from "../capabilities.ts";
import type { Followed } from "../indirection.ts";
import type { PlacedCommand } from "../shell.ts";

export interface StepParts {
  readonly body: Field;
  readonly place: Place;
  readonly displayName: string;
  readonly commands: readonly PlacedCommand[];
  /** What the commands call in the workspace. */
  readonly followed?: Followed;
  readonly uses: Field;
  readonly kind: ReferenceKind;
  readonly inputs: Field;
  readonly environment: Environment;
  readonly disabled: boolean;
  readonly tolerated: boolean;
  /** Seen in what the step calls elsewhere, such as a composite action. */
  readonly called?: readonly Sighting[];
}

/** What a step's own words and what it calls give, each with its place. */
export function sightingsOf(
  parts: Omit<StepParts, "body" | "place" | "displayName" | "disabled">,
): readonly Sighting[] {
  const commands = inOrder(parts.commands, parts.followed);
  const seen = [
    ...sightingsOfReference(parts.kind, parts.uses, parts.inputs, parts.environment),
    ...(parts.called ?? []),
    ...commands.flatMap((it) => sightingsOfCommand(it, parts.environment)),
  ];
  return parts.tolerated ? seen.map((it) => ({ ...it, gating: false })) : seen;
}

/** What a command calls stands behind the command itself, and before the next one. */
function inOrder(commands: readonly PlacedCommand[], followed: Followed | undefined): readonly PlacedCommand[] {
  if (followed === undefined) return commands;
  const called = new Map<Place, PlacedCommand[]>();
  for (const it of followed.commands) {
    const known = called.get(it.place);
    if (known === undefined) called.set(it.place, [it]);
    else known.push(it);
  }
  const ordered = commands.flatMap((it) => {
    const found = called.get(it.place) ?? [];
    called.delete(it.place);
    return followed.idle.has(it) ? found : [it, ...found];
  });
  return [...ordered, ...[...called.values()].flat()];
}

/**
 * The steps of a job, in order. `job.steps` must be the list that is returned here: a step knows its job and the job
 * its steps.
 */
export function makeSteps(job: Job, parts: readonly StepParts[]): Step[] {
  let edits = false;
  return parts.map((it) => {
    const capabilities: Capability[] = [];
    const step: Step = {
      body: it.body,
      place: it.place,
      displayName: it.displayName,
      commands: it.commands,
      uses: it.uses,
      inputs: it.inputs,
      disabled: it.disabled,
      tolerated: it.tolerated,
      capabilities,
      job,
    };
    if (it.disabled || job.disabled) return step;
    for (const seen of distinct(sightingsOf(it))) {
      if (seen.half === "edit") edits = true;
      if (seen.half === "edit" || (seen.half === "publish" && !edits)) continue;
      const { name, tool, place, text } = seen;
      capabilities.push({ name, tool, place, text, step, gating: seen.gating && !job.tolerated });
    }
    return step;
  });
}

/** The same tool called many times through one indirection is one capability; the strictest call counts. */
function distinct(sightings: readonly Sighting[]): readonly Sighting[] {
  const kept = new Map<string, Sighting>();
  for (const it of sightings) {
    const key = `${it.name} ${it.tool} ${it.half ?? ""} ${it.place.document.uri} ${it.place.path.join("/")} ${it.place.span ?? ""}`;
    const known = kept.get(key);
    if (known === undefined || (it.gating && !known.gating)) kept.set(key, it);
  }
  const all = [...kept.values()];
  // `npm test` counts by its name only where its script does not say better which runner it is.
  const named = (it: Sighting) => /^(?:npm|pnpm|yarn|bun)$/.test(it.tool) && (it.name === "test" || it.name === "e2e");
  return all.filter(
    (it) =>
      !named(it) || !all.some((other) => other.name === it.name && !named(other) && samePlace(it.place, other.place)),
  );
}

function samePlace(a: Place, b: Place): boolean {
  return a.document === b.document && a.path.join("/") === b.path.join("/") && String(a.span) === String(b.span);
}

/**
 * Order among the jobs of one pipeline, those of called pipelines included. `callers` gives the job that calls the
 * pipeline a job belongs to.
 */
export function orderOf(jobs: readonly Job[], callers: ReadonlyMap<Job, Job>): Pipeline["precedes"] {
  const scopes = new Map<Job | undefined, Map<string, Job>>();
  for (const job of jobs) {
    const caller = callers.get(job);
    const scope = scopes.get(caller) ?? new Map<string, Job>();
    scope.set(job.id, job);
    scopes.set(caller, scope);
  }
  const reached = new Map<Job, ReadonlySet<Job>>();

  return (earlier, later) => {
    const around = chain(later.job);
    for (const before of chain(earlier.job)) {
      const after = around.find((it) => callers.get(it) === callers.get(before));
      if (after === undefined) continue;
      if (after !== before) return needed(after).has(before);
      return before.steps.indexOf(earlier) >= 0 && before.steps.indexOf(earlier) < before.steps.indexOf(later);
    }
    return false;
  };

  function chain(job: Job): readonly Job[] {
    const found: Job[] = [];
    for (let it: Job | undefined = job; it !== undefined && !found.includes(it); it = callers.get(it)) found.push(it);
    return found;
  }

  function needed(job: Job): ReadonlySet<Job> {
    const known = reached.get(job);
    if (known !== undefined) return known;
    const scope = scopes.get(callers.get(job));
    const found = new Set<Job>();
    const open = [...job.needs];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const next = scope?.get(id);
      if (next === undefined || found.has(next)) continue;
      found.add(next);
      open.push(...next.needs);
    }
    reached.set(job, found);
    return found;
  }
}
