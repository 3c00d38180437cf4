/** Verdicts as they count: waived, ignored, answered, shown but not counted; and the levels they add up to. */
import type { DocumentRef } from "../../model/edit.ts";
import type { Resource } from "../../model/facts.ts";
import { DIMENSIONS, type Dimension, type PracticeId } from "../../model/kmm.ts";
import type { Practice, Verdict } from "../../model/practice.ts";
import { answerFor, type Config, DEFAULT_CONFIG, type Waiver, waiverFor } from "./config.ts";
import { ResourceFact, WorkloadFact } from "./dialects/kubernetes.ts";
import type { FileEntry } from "./files.ts";
import { isNonProduction, type Judged, type Subject } from "./judge.ts";
import { climb, type DimensionResult, type Rung, type Tally } from "./ladder.ts";
import type { WorldSnapshot } from "./snapshot.ts";
import { annotationSuppression, readSuppressions, type Suppression } from "./suppressions.ts";
import type { Configs } from "./workspace.ts";
import { PODS } from "./world-index.ts";

export type OutcomeState = "met" | "unmet" | "unknown" | "waived" | "not-applicable";

export interface Outcome {
  readonly practice: Practice;
  readonly subject: Subject;
  readonly verdict: Verdict;
  readonly state: OutcomeState;
  /** Why it was waived. */
  readonly reason?: string;
  readonly waiver?: Waiver;
  readonly suppression?: Suppression;
  /** An annotation on the object excused it. */
  readonly annotated?: true;
  /** Part of the levels; what is not production is shown only. */
  readonly counted: boolean;
  /** Other files were asked: not sure before all of them are known. */
  readonly across: boolean;
}

export type Results = Readonly<Record<Dimension, DimensionResult>>;

interface CachedOutcomes {
  readonly judged: readonly Judged[];
  readonly config: Config;
  readonly source: unknown;
  readonly production: boolean;
  readonly outcomes: readonly Outcome[];
}

/** Outcomes of a file's judgements, for as long as nothing they depend on changes. */
const cache = new WeakMap<object, CachedOutcomes>();

export class Outcomes {
  readonly #snapshot: WorldSnapshot;
  readonly #configs: Configs;
  readonly #practices: readonly Practice[];
  readonly #rungs = new Map<Config, Readonly<Record<Dimension, readonly Rung[]>>>();
  readonly #results = new Map<string, Results>();
  readonly #ofEntry = new Map<FileEntry, readonly Outcome[]>();

  constructor(snapshot: WorldSnapshot, configs: Configs, practices: readonly Practice[]) {
    this.#snapshot = snapshot;
    this.#configs = configs;
    this.#practices = practices;
  }

  /** The configuration in force for a file; that of the first root for what is in no file. */
  configFor(entry: FileEntry | undefined): Config {
    const root = entry?.root ?? this.#snapshot.roots[0];
    return this.#configs.get(root?.uri ?? "")?.config ?? DEFAULT_CONFIG;
  }

  get configs(): Configs {
    return this.#configs;
  }

  /** Outcomes on what one file declares. */
  of(entry: FileEntry): readonly Outcome[] {
    let outcomes = this.#ofEntry.get(entry);
    if (outcomes === undefined) {
      outcomes = this.#read(entry);
      this.#ofEntry.set(entry, outcomes);
    }
    return outcomes;
  }

  #read(entry: FileEntry): readonly Outcome[] {
    const judged = this.#snapshot.judged(entry);
    const first = judged[0];
    if (first === undefined) return [];
    const config = this.configFor(entry);
    const production = this.#hasProduction();
    // Line comments move with the text around them, so they are looked up again when the file changes.
    const source = entry.source?.text.includes("kmm-ignore") === true ? entry.source : undefined;
    const key = first.subject.fact;
    const known = cache.get(key);
    if (
      known !== undefined &&
      known.config === config &&
      known.source === source &&
      known.production === production &&
      same(known.judged, judged)
    ) {
      return known.outcomes;
    }
    const outcomes = judged.flatMap((one) => this.#outcomes(one, entry, config));
    cache.set(key, { judged, config, source, production, outcomes });
    return outcomes;
  }

  /** Outcomes on what is in no one file: namespaces, folders, repositories, the workspace. */
  across(): readonly Outcome[] {
    return this.#snapshot
      .judgedAcross()
      .flatMap((one) => this.#outcomes(one, this.#entryOf(one.subject), this.configFor(this.#entryOf(one.subject))));
  }

  /** Everything, or everything below one root. */
  all(root?: string): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    for (const entry of this.#snapshot.files.values()) {
      if (entry.resources.length === 0 && entry.role !== "pipeline") continue;
      if (root === undefined || entry.root?.uri === root) for (const outcome of this.of(entry)) outcomes.push(outcome);
    }
    for (const outcome of this.across())
      if (root === undefined || this.#isBelow(outcome.subject, root)) outcomes.push(outcome);
    return outcomes;
  }

  /** Levels of the workspace, or of one root. */
  workspace(root?: string): Results {
    const key = root ?? "";
    let results = this.#results.get(key);
    if (results === undefined) {
      const config = this.#configs.get(root ?? this.#snapshot.roots[0]?.uri ?? "")?.config ?? DEFAULT_CONFIG;
      results = this.#climb(this.all(root), config, true);
      this.#results.set(key, results);
    }
    return results;
  }

  /** Of a practice that one subject is enough for: does one meet it. One pipeline that scans is enough, the others are not asked. */
  isMetSomewhere(practice: Practice, root?: string): boolean {
    for (const entry of this.#snapshot.files.values()) {
      if (root !== undefined && entry.root?.uri !== root) continue;
      if (practice.subject === "pipeline" ? entry.role !== "pipeline" : entry.resources.length === 0) continue;
      if (
        this.of(entry).some(
          (outcome) =>
            outcome.practice === practice && outcome.counted && (outcome.state === "met" || outcome.state === "waived"),
        )
      )
        return true;
    }
    return false;
  }

  /** What a file shares with others: the namespaces of its workloads and, for a pipeline, the repository. */
  around(entry: FileEntry): readonly Outcome[] {
    const scopes = new Set(entry.resources.filter((one) => one instanceof WorkloadFact).map((one) => one.scope));
    const namespaces = [...scopes].flatMap((scope) => this.#namespace(scope));
    if (entry.role !== "pipeline") return namespaces;
    const judged = this.#snapshot.judgedRepository(entry.root?.uri);
    return [...namespaces, ...judged.flatMap((one) => this.#outcomes(one, entry, this.configFor(entry)))];
  }

  /** Levels of what one file reflects. */
  file(entry: FileEntry): Results {
    return this.#climb([...this.of(entry), ...this.around(entry)], this.configFor(entry), false);
  }

  /** Levels that one object reflects, with what its namespace gives it. */
  resource(entry: FileEntry, resource: Resource): Results {
    const namespace = resource instanceof WorkloadFact ? this.#namespace(resource.scope) : [];
    return this.#climb([...this.ofResource(entry, resource), ...namespace], this.configFor(entry), false);
  }

  ofResource(entry: FileEntry, resource: Resource): readonly Outcome[] {
    const outcomes = this.of(entry);
    let known = objectsOf.get(outcomes);
    if (known === undefined) {
      known = groupedByObject(outcomes);
      objectsOf.set(outcomes, known);
    }
    return known.get(resource.document)?.get(resource.place.path.join("/")) ?? [];
  }

  /** The state of each practice over a set of outcomes. */
  tallies(outcomes: readonly Outcome[], everything = false): Map<PracticeId, Tally> {
    const tallies = new Map<PracticeId, Tally>();
    for (const outcome of outcomes) {
      if (outcome.state === "not-applicable" || !(outcome.counted || everything)) continue;
      let tally = tallies.get(outcome.practice.id);
      if (tally === undefined) {
        tally = { met: 0, unmet: 0, unknown: 0, attested: 0, waived: 0 };
        tallies.set(outcome.practice.id, tally);
      }
      tally[outcome.state]++;
    }
    return tallies;
  }

  /** Tallies of the workspace with people's answers in them. */
  answered(outcomes: readonly Outcome[], config: Config): Map<PracticeId, Tally> {
    const tallies = this.tallies(outcomes);
    for (const practice of this.#practices) {
      const answer = answerFor(config, practice.id);
      if (answer === undefined) continue;
      const tally = tallies.get(practice.id) ?? { met: 0, unmet: 0, unknown: 0, attested: 0, waived: 0 };
      // An answer never overrides what files show; that nothing is found is no proof against it.
      if (tally.met > 0 || (tally.unmet > 0 && practice.share !== "any")) continue;
      if (answer.state === "not-applicable") tallies.delete(practice.id);
      else if (answer.state === "not-met") tallies.set(practice.id, { ...tally, unmet: Math.max(1, tally.unmet) });
      else
        tallies.set(practice.id, {
          ...tally,
          unmet: answer.state === "partial" ? 1 : 0,
          unknown: 0,
          attested: answer.state === "met" ? 1 : 0.5,
        });
    }
    return tallies;
  }

  /** Practices in force, by dimension, with level and gate as configured. */
  rungs(config: Config): Readonly<Record<Dimension, readonly Rung[]>> {
    let rungs = this.#rungs.get(config);
    if (rungs === undefined) {
      rungs = Object.fromEntries(
        DIMENSIONS.map((dimension) => [
          dimension,
          this.#practices.flatMap((practice) => rungOf(practice, dimension, config)),
        ]),
      ) as unknown as Record<Dimension, readonly Rung[]>;
      this.#rungs.set(config, rungs);
    }
    return rungs;
  }

  #climb(outcomes: readonly Outcome[], config: Config, whole: boolean): Results {
    const rungs = this.rungs(config);
    const tallies = whole ? this.answered(outcomes, config) : this.tallies(outcomes, true);
    const options = {
      bounds: config.bounds,
      skippable: whole ? 1 : 5,
      workloads: this.#snapshot.index.bucket(PODS).length > 0,
      cultureAbove: 1,
    };
    return Object.fromEntries(
      DIMENSIONS.map((dimension) => [dimension, climb(dimension, rungs[dimension], tallies, options)]),
    ) as Record<Dimension, DimensionResult>;
  }

  #namespace(scope: string): readonly Outcome[] {
    return this.#snapshot
      .judgedNamespace(scope)
      .flatMap((one) => this.#outcomes(one, this.#entryOf(one.subject), this.configFor(this.#entryOf(one.subject))));
  }

  #outcomes(judged: Judged, entry: FileEntry | undefined, config: Config): readonly Outcome[] {
    if (config.practices.get(judged.practice.id) === "off") return [];
    const counted = !isNonProduction(judged.subject) || !this.#hasProduction();
    const { practice, subject } = judged;
    const across = judged.dependencies !== undefined;
    return judged.verdicts.map((verdict) => {
      switch (verdict.state) {
        case "met":
          return { practice, subject, verdict, state: "met", counted, across };
        case "cannotTell":
          return { practice, subject, verdict, state: "unknown", counted, across };
        case "notApplicable":
          return { practice, subject, verdict, state: "not-applicable", counted, across };
        case "exempt":
          return { practice, subject, verdict, state: "waived", counted, across, reason: verdict.reason };
        case "unmet":
          return { practice, subject, verdict, counted, across, ...this.#excuse(judged, verdict, entry, config) };
        default:
          return verdict satisfies never;
      }
    });
  }

  /** An unmet verdict, or what excuses it: an annotation, a comment, a waiver. */
  #excuse(
    judged: Judged,
    verdict: Verdict & { state: "unmet" },
    entry: FileEntry | undefined,
    config: Config,
  ): Pick<Outcome, "state" | "reason" | "waiver" | "suppression" | "annotated"> {
    const fact = judged.subject.fact;
    const id = judged.practice.id;
    if (fact instanceof ResourceFact && fact.hasIgnores) {
      const annotation = annotationSuppression(fact, id);
      if (annotation !== undefined) return { state: "waived", reason: annotation.reason, annotated: true };
    }
    if (entry?.source?.text.includes("kmm-ignore") === true) {
      const suppressions = readSuppressions(entry.source);
      for (const spot of verdict.spots) {
        const suppression = suppressions.find(id, this.#snapshot.rangeOf(spot.place).start.line);
        if (suppression !== undefined) return { state: "waived", reason: suppression.reason, suppression };
      }
    }
    if (config.waivers.length > 0) {
      const named =
        fact instanceof ResourceFact
          ? {
              kind: fact.kind,
              name: fact.displayName,
              namespace: fact.scope.startsWith("ns:") ? fact.scope.slice(3) : undefined,
            }
          : {};
      const waiver = waiverFor(config, { practice: id, path: entry?.path ?? "", ...named });
      if (waiver !== undefined) return { state: "waived", reason: waiver.reason, waiver };
    }
    return { state: "unmet" };
  }

  #entryOf(subject: Subject): FileEntry | undefined {
    return subject.document === undefined ? undefined : this.#snapshot.fileOf(subject.document);
  }

  #isBelow(subject: Subject, root: string): boolean {
    const fact = subject.fact;
    if ("root" in fact) return fact.root === root;
    if ("repository" in fact) return fact.repository.root === root;
    if ("place" in fact && subject.kind === "namespace") return fact.place.document.uri.startsWith(`${root}/`);
    return true;
  }

  /** Where nothing is production (a repository of examples), the examples are what there is. */
  #hasProduction(): boolean {
    const pods = this.#snapshot.index.bucket(PODS);
    let production = productionCache.get(pods);
    if (production === undefined) {
      production = pods.some((workload) => !workload.nonProduction && !workload.system);
      productionCache.set(pods, production);
    }
    return production;
  }
}

const productionCache = new WeakMap<readonly Resource[], boolean>();

function same(one: readonly Judged[], other: readonly Judged[]): boolean {
  return one.length === other.length && one.every((judged, index) => judged === other[index]);
}

type ByObject = ReadonlyMap<DocumentRef, ReadonlyMap<string, readonly Outcome[]>>;

const objectsOf = new WeakMap<readonly Outcome[], ByObject>();

/** Outcomes by the object they are about: its document, and its path there. */
function groupedByObject(outcomes: readonly Outcome[]): ByObject {
  const groups = new Map<DocumentRef, Map<string, Outcome[]>>();
  for (const outcome of outcomes) {
    const fact = outcome.subject.fact;
    if (!(fact instanceof ResourceFact)) continue;
    const document = groups.get(fact.document) ?? new Map<string, Outcome[]>();
    groups.set(fact.document, document);
    const path = fact.place.path.join("/");
    const list = document.get(path);
    if (list === undefined) document.set(path, [outcome]);
    else list.push(outcome);
  }
  return groups;
}

function rungOf(practice: Practice, dimension: Dimension, config: Config): readonly Rung[] {
  if (practice.dimension !== dimension) return [];
  const set = config.practices.get(practice.id);
  if (set === "off") return [];
  const gate = practice.gate;
  const group = typeof gate === "object" && set?.required === undefined ? gate.group : undefined;
  return [{ practice, level: set?.level ?? practice.level, required: set?.required ?? gate === "required", group }];
}
