/** The only caller of a practice's `judge()`: subject in, verdicts out, never an exception. */
import type { DocumentRef } from "../../model/edit.ts";
import type { Resource, SubjectKind, Subjects, Workload } from "../../model/facts.ts";
import type { PracticeId } from "../../model/kmm.ts";
import { notApplicable, type Practice, Unresolved, type Verdict } from "../../model/practice.ts";
import { Asked, type Dependencies, type WorldState } from "./dependencies.ts";
import { WorkloadFact } from "./dialects/kubernetes.ts";
import { TrackedWorld } from "./world.ts";

/** What was judged: the fact, and what people call it. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly fact: Subjects[SubjectKind];
  /** The document it stands in; nothing for a namespace, a folder, a repository, the workspace. */
  readonly document: DocumentRef | undefined;
}

/** One practice's answer on one subject. */
export interface Judged {
  readonly practice: Practice;
  readonly subject: Subject;
  readonly verdicts: readonly Verdict[];
  /** What other files it was computed from; nothing when only the subject itself was looked at. */
  readonly dependencies: Dependencies | undefined;
}

/** A practice that failed. One that cannot judge is asked no more. */
export interface JudgeError {
  readonly practice: PracticeId;
  readonly message: string;
  readonly uri: string | undefined;
}

/** All practices by the kind of subject they look at. */
export class Catalogue {
  readonly practices: readonly Practice[];
  readonly #byKind = new Map<SubjectKind, Practice[]>();
  readonly #byGroupKind = new Map<string, Practice[]>();

  constructor(practices: readonly Practice[]) {
    this.practices = practices;
    for (const practice of practices) {
      if (practice.asked === true || practice.judge === undefined) continue;
      if (practice.subject === "resource") {
        for (const kind of practice.kinds ?? ["*"]) put(this.#byGroupKind, kind, practice);
      } else {
        put(this.#byKind, practice.subject, practice);
        for (const kind of practice.claims?.kinds ?? []) put(this.#byGroupKind, kind, practice);
      }
    }
  }

  for(kind: SubjectKind): readonly Practice[] {
    return this.#byKind.get(kind) ?? [];
  }

  forResource(resource: Resource): readonly Practice[] {
    return [...(this.#byGroupKind.get(resource.groupKind) ?? []), ...(this.#byGroupKind.get("*") ?? [])];
  }

  get(id: string): Practice | undefined {
    return this.practices.find((practice) => practice.id === id);
  }
}

function put<K>(map: Map<K, Practice[]>, key: K, practice: Practice): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [practice]);
  else list.push(practice);
}

/** Judges, and keeps what failed so that it is said once. */
export class Judge {
  readonly catalogue: Catalogue;
  readonly errors: JudgeError[] = [];
  readonly #failed = new Set<PracticeId>();

  constructor(catalogue: Catalogue) {
    this.catalogue = catalogue;
  }

  /** Everything a document's objects are judged by. */
  resources(resources: readonly Resource[], state: WorldState): readonly Judged[] {
    const all: Judged[] = [];
    const seen = new Set<string>();
    for (const resource of resources) {
      if (resource.foreign) continue;
      const subject: Subject = { kind: "resource", fact: resource, document: resource.document };
      // An object with several pod templates is several workloads, but one resource.
      const path = resource.place.path.join("/");
      if (!seen.has(path))
        for (const practice of this.catalogue.forResource(resource)) this.#add(all, practice, subject, state);
      seen.add(path);
      if (!(resource instanceof WorkloadFact) || !resource.finished) continue;
      const workload: Subject = { kind: "workload", fact: resource, document: resource.document };
      for (const practice of this.catalogue.for("workload")) {
        if (resource.class === "ci" && practice.includesCi !== true) continue;
        this.#add(all, practice, workload, state);
      }
    }
    return all.slice();
  }

  subject(
    kind: SubjectKind,
    fact: Subjects[SubjectKind],
    document: DocumentRef | undefined,
    state: WorldState,
  ): readonly Judged[] {
    const all: Judged[] = [];
    for (const practice of this.catalogue.for(kind)) this.#add(all, practice, { kind, fact, document }, state);
    return all;
  }

  /** The same judgements, those computed anew whose dependencies no longer hold. The same array when all hold. */
  refresh(judged: readonly Judged[], state: WorldState): readonly Judged[] {
    if (judged.every((one) => one.dependencies === undefined || one.dependencies.hold(state))) return judged;
    return judged.map((one) => this.#again(one, state));
  }

  /** One judgement after the other, those that still hold taken over. */
  *steps(
    kind: SubjectKind,
    fact: Subjects[SubjectKind],
    before: readonly Judged[] | undefined,
    state: WorldState,
  ): Generator<Judged | undefined, void> {
    if (before === undefined) {
      const subject = { kind, fact, document: undefined };
      for (const practice of this.catalogue.for(kind)) yield this.#judge(practice, subject, state);
    } else for (const one of before) yield this.#again(one, state);
  }

  /** Keeps what a practice failed with: in a verdict or in a fix, the first time. */
  fail(practice: PracticeId, error: unknown, uri: string | undefined): void {
    if (this.errors.some((one) => one.practice === practice)) return;
    this.errors.push({
      practice,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      uri,
    });
  }

  #again(one: Judged, state: WorldState): Judged {
    if (one.dependencies === undefined || one.dependencies.hold(state)) return one;
    return this.#judge(one.practice, one.subject, state) ?? { ...one, verdicts: [] };
  }

  #add(all: Judged[], practice: Practice, subject: Subject, state: WorldState): void {
    const judged = this.#judge(practice, subject, state);
    if (judged !== undefined) all.push(judged);
  }

  #judge(practice: Practice, subject: Subject, state: WorldState): Judged | undefined {
    if (this.#failed.has(practice.id)) return undefined;
    if (practice.includesSystem !== true && isSystem(subject)) {
      return { practice, subject, verdicts: [notApplicable("system")], dependencies: undefined };
    }
    const asked = new Asked(state);
    const verdicts = this.#verdicts(practice, subject, new TrackedWorld(state, asked));
    const { dependencies } = asked;
    return verdicts.length === 0 && dependencies === undefined
      ? undefined
      : { practice, subject, verdicts, dependencies };
  }

  #verdicts(practice: Practice, subject: Subject, world: TrackedWorld): readonly Verdict[] {
    try {
      const judged = isClaim(practice, subject) ? practice.claims : practice;
      const verdict = judged?.judge?.(subject.fact as never, world);
      if (verdict === undefined) return NOTHING;
      const verdicts = isList(verdict) ? verdict : [verdict];
      const wrong = verdicts.find((one) => !isVerdict(one));
      if (wrong !== undefined) throw new TypeError(`no verdict: ${JSON.stringify(wrong)}`);
      return verdicts === verdict || !isPlainlyMet(verdicts[0], subject) ? verdicts : MET;
    } catch (error) {
      if (error instanceof Unresolved) return [{ state: "cannotTell", spots: [{ place: error.place }] }];
      this.#failed.add(practice.id);
      this.fail(practice.id, error, subject.document?.uri);
      return [];
    }
  }
}

const NOTHING: readonly Verdict[] = [];

/** Most verdicts are these: met, with nothing to point at but the subject itself. One object stands for all of them. */
const MET: readonly Verdict[] = [{ state: "met", spots: [] }];

function isPlainlyMet(verdict: Verdict | undefined, subject: Subject): boolean {
  if (verdict?.state !== "met" || verdict.spots.length !== 1) return false;
  const spot = verdict.spots[0];
  return (
    spot !== undefined &&
    spot.message === undefined &&
    spot.args === undefined &&
    spot.container === undefined &&
    spot.place === subject.fact.place
  );
}

/** A practice is not always of this house: what it answers is looked at before others rely on it. */
function isVerdict(verdict: Verdict): boolean {
  switch (verdict.state) {
    case "notApplicable":
      return true;
    case "met":
    case "unmet":
    case "cannotTell":
    case "exempt":
      return Array.isArray(verdict.spots) && verdict.spots.every((spot) => typeof spot.place.document.uri === "string");
    default:
      return false;
  }
}

function isList(verdict: Verdict | readonly Verdict[]): verdict is readonly Verdict[] {
  return Array.isArray(verdict);
}

function isSystem(subject: Subject): boolean {
  const fact = subject.fact;
  return "system" in fact && (fact as Workload).system;
}

/** An object that claims what the practice is about, and is not what the practice looks at. */
export function isClaim(practice: Practice, subject: Subject): boolean {
  return subject.kind === "resource" && practice.subject !== "resource";
}

/** Shown, but not counted. */
export function isNonProduction(subject: Subject): boolean {
  const fact = subject.fact;
  return "nonProduction" in fact && (fact as Workload).nonProduction;
}
