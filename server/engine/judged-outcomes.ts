/** Outcomes of judgements, kept for as long as nothing they depend on changes. */
import type { Namespace, Pipeline, Resource } from "../../model/facts.ts";
import type { Practice } from "../../model/practice.ts";
import { type Config, DEFAULT_CONFIG } from "./config.ts";
import type { Dependencies, WorldState } from "./dependencies.ts";
import { WorkloadFact } from "./dialects/kubernetes.ts";
import type { Unit } from "./environments.ts";
import { excuse } from "./excuses.ts";
import type { FileEntry } from "./files.ts";
import { isNonProduction, type Judged, type Subject } from "./judge.ts";
import type { Outcome } from "./outcome.ts";
import { metOnce } from "./outcome-lists.ts";
import type { WorldSnapshot } from "./snapshot.ts";
import { tallyOf } from "./totals.ts";
import type { Configs } from "./workspace.ts";
import { PODS } from "./world-index.ts";

interface CachedOutcomes {
  readonly judged: readonly Judged[];
  readonly config: Config;
  readonly source: unknown;
  readonly production: boolean;
  readonly outcomes: readonly Outcome[];
}

/** Outcomes of a file's judgements, for as long as nothing they depend on changes. */
const cache = new WeakMap<object, CachedOutcomes>();

/** Outcomes of one judgement of an environment's object, for as long as the same holds. */
const outcomesOf = new WeakMap<Judged, Omit<CachedOutcomes, "judged">>();

interface HeldOutcomes {
  readonly outcomes: readonly Outcome[];
  readonly config: Config;
  readonly production: boolean;
  readonly pipelines: readonly Pipeline[] | undefined;
  /** Each that the judgements have, once: a quick way to see that all of them hold. */
  readonly dependencies: readonly Dependencies[];
}

const held = new WeakMap<Unit, HeldOutcomes>();

function hold(dependencies: readonly Dependencies[], state: WorldState): boolean {
  for (const one of dependencies) if (!one.hold(state)) return false;
  return true;
}

const NO_OUTCOMES: readonly Outcome[] = [];
export class JudgedOutcomes {
  protected readonly snapshot: WorldSnapshot;
  protected readonly practices: readonly Practice[];
  readonly #configs: Configs;
  /** By root: practices that one subject is enough for and that some file meets. */
  readonly #met = new Map<string, Set<Practice>>();

  #production: boolean | undefined;

  constructor(snapshot: WorldSnapshot, configs: Configs, practices: readonly Practice[]) {
    this.snapshot = snapshot;
    this.#configs = configs;
    this.practices = practices;
  }

  /** The configuration in force for a file; that of the first root for what is in no file. */
  configFor(entry: Unit | undefined): Config {
    const root = entry?.root ?? this.snapshot.roots[0];
    return this.#configs.get(root?.uri ?? "")?.config ?? DEFAULT_CONFIG;
  }

  get configs(): Configs {
    return this.#configs;
  }

  /** Outcomes on what one file declares, where it is judged as it stands, or on what an environment applies. */
  of(entry: Unit): readonly Outcome[] {
    if (entry.resources.length === 0 && entry.dialect === undefined) return NO_OUTCOMES;
    if (entry.environment !== undefined || !this.snapshot.isRendered(entry.uri)) return this.asItStands(entry);
    // Its objects are judged as they are applied; pipelines among them are run as well.
    if (entry.dialect === undefined) return NO_OUTCOMES;
    return this.asItStands(entry).filter(({ subject }) => subject.kind === "pipeline");
  }

  /** The same of a file that environments apply, as if there were none. */
  asItStands(entry: Unit): readonly Outcome[] {
    const config = this.configFor(entry);
    const production = this.#hasProduction();
    const pipelines = entry.dialect !== undefined ? this.snapshot.pipelines : undefined;
    const known = held.get(entry);
    if (
      known !== undefined &&
      known.config === config &&
      known.production === production &&
      known.pipelines === pipelines &&
      hold(known.dependencies, this.snapshot.stateOf(entry))
    ) {
      return known.outcomes;
    }
    const judged = this.snapshot.judged(entry);
    const outcomes = this.#ofJudged(judged, entry, config, production);
    const dependencies = new Set(judged.flatMap((one) => one.dependencies ?? []));
    held.set(entry, { outcomes, config, production, pipelines, dependencies: [...dependencies] });
    return outcomes;
  }

  /** The same list as before where the file is another version and what was judged is not. */
  #ofJudged(judged: readonly Judged[], entry: Unit, config: Config, production: boolean): readonly Outcome[] {
    const first = judged[0];
    if (first === undefined) return NO_OUTCOMES;
    // Line comments move with the text around them, so they are looked up again when the file changes.
    const source =
      entry.environment?.ignoring ?? (entry.source?.text.includes("kmm-ignore") === true ? entry.source : undefined);
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
    // An environment may hold hundreds of objects of which one changed.
    const each =
      entry.environment === undefined
        ? (one: Judged) => this.#outcomes(one, entry, config)
        : (one: Judged) => this.#known(one, entry, config, source, production);
    const outcomes = judged.flatMap(each).slice();
    cache.set(key, { judged, config, source, production, outcomes });
    return outcomes;
  }

  #known(one: Judged, entry: Unit, config: Config, source: unknown, production: boolean): readonly Outcome[] {
    const known = outcomesOf.get(one);
    if (known?.config === config && known.source === source && known.production === production) return known.outcomes;
    const outcomes = this.#outcomes(one, entry, config);
    outcomesOf.set(one, { config, source, production, outcomes });
    return outcomes;
  }

  /** Outcomes on what is in no one file: namespaces, folders, repositories, the workspace. */
  across(): readonly Outcome[] {
    return this.snapshot.judgedAcross().flatMap((one) => this.#onShared(one));
  }

  /** Everything, or everything below one root. */
  all(root?: string): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    for (const entry of this.units(root)) for (const outcome of this.of(entry)) outcomes.push(outcome);
    for (const outcome of this.across())
      if (root === undefined || this.isBelow(outcome.subject, root)) outcomes.push(outcome);
    return outcomes;
  }

  /** Everything by the file or environment that it was judged in; what is in none comes last. */
  byUnit(root?: string): readonly { readonly unit: Unit | undefined; readonly outcomes: readonly Outcome[] }[] {
    const across = this.across().filter(({ subject }) => root === undefined || this.isBelow(subject, root));
    return [
      ...this.units(root).map((unit) => ({ unit, outcomes: this.of(unit) })),
      { unit: undefined, outcomes: across },
    ];
  }

  /** Judges everything bit by bit, for those who cannot wait for all of it at once. */
  *steps(): Generator<undefined, void> {
    if (this.#complete) return;
    yield* this.snapshot.stepsOfPipelines();
    for (const entry of this.units(undefined)) {
      tallyOf(this.of(entry));
      yield undefined;
    }
    yield* this.snapshot.stepsAcross();
    this.#complete = true;
  }

  /** Everything was judged once, and all that is to be judged here stays as it is. */
  #complete = false;

  /** Files that are judged. */
  protected units(root: string | undefined): readonly Unit[] {
    const known = this.#judgedFiles.get(root);
    if (known !== undefined) return known;
    const files: Unit[] = [];
    for (const entry of this.snapshot.files.values()) {
      if (entry.dialect === undefined && (entry.resources.length === 0 || this.snapshot.isRendered(entry.uri)))
        continue;
      if (root === undefined || entry.root?.uri === root) files.push(entry);
    }
    for (const unit of this.snapshot.environments.units)
      if (root === undefined || unit.root?.uri === root) files.push(unit);
    this.#judgedFiles.set(root, files);
    return files;
  }

  readonly #judgedFiles = new Map<string | undefined, readonly Unit[]>();

  /** Of a practice that one subject is enough for: does one meet it. One pipeline that scans is enough, the others are not asked. */
  isMetSomewhere(practice: Practice, root?: string): boolean {
    // Where it was met last it is likely to be met still.
    const last = this.snapshot.unitAt(witnesses.get(practice));
    if (last !== undefined && (root === undefined || last.root?.uri === root) && metOnce(this.of(last)).has(practice))
      return true;
    let met = this.#met.get(root ?? "");
    if (met === undefined) {
      met = new Set();
      for (const entry of this.units(root)) {
        for (const one of metOnce(this.of(entry))) {
          met.add(one);
          witnesses.set(one, entry.uri);
        }
      }
      this.#met.set(root ?? "", met);
    }
    return met.has(practice);
  }

  /** What a file shares with others: its namespaces, those of its workloads and, for a pipeline, the repository. */
  around(entry: Unit): readonly Outcome[] {
    if (entry.environment === undefined && this.snapshot.isRendered(entry.uri)) return NO_OUTCOMES;
    const scopes = new Set(entry.resources.flatMap((one) => namespaceOf(one) ?? []));
    const namespaces = [...scopes].flatMap((scope) => this.inNamespace(scope, entry.environment?.group ?? ""));
    if (entry.dialect === undefined) return namespaces;
    const judged = this.snapshot.judgedRepository(entry.root?.uri);
    return [...namespaces, ...judged.flatMap((one) => this.#outcomes(one, entry, this.configFor(entry)))];
  }

  protected inNamespace(scope: string, group: string): readonly Outcome[] {
    const key = `${group}\n${scope}`;
    let outcomes = this.#namespaces.get(key);
    if (outcomes === undefined) {
      outcomes = this.snapshot.judgedNamespace(scope, group).flatMap((one) => this.#onShared(one));
      this.#namespaces.set(key, outcomes);
    }
    return outcomes;
  }

  readonly #namespaces = new Map<string, readonly Outcome[]>();

  /** Of what no one file declares alone. */
  #onShared(judged: Judged): readonly Outcome[] {
    const entry = this.#entryOf(judged.subject);
    return this.#outcomes(judged, entry, this.configFor(entry));
  }

  #outcomes(judged: Judged, entry: Unit | undefined, config: Config): readonly Outcome[] {
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
          return {
            practice,
            subject,
            verdict,
            counted,
            across,
            ...excuse(this.snapshot, judged, verdict, entry, config),
          };
        default:
          return verdict satisfies never;
      }
    });
  }

  /** The file a subject stands in. A namespace that no file declares is shown where its first workload is. */
  #entryOf(subject: Subject): FileEntry | undefined {
    const document =
      subject.document ?? (subject.kind === "namespace" ? (subject.fact as Namespace).place.document : undefined);
    return document === undefined ? undefined : this.snapshot.fileOf(document);
  }

  protected isBelow(subject: Subject, root: string): boolean {
    const fact = subject.fact;
    if ("root" in fact) return fact.root === root;
    if ("repository" in fact) return fact.repository.root === root;
    if ("place" in fact && subject.kind === "namespace") return fact.place.document.uri.startsWith(`${root}/`);
    return true;
  }

  /** Where nothing is production (a repository of examples), the examples are what there is. */
  #hasProduction(): boolean {
    if (this.#production === undefined) {
      const pods = this.snapshot.index.bucket(PODS);
      this.#production = productionCache.get(pods);
      this.#production ??= pods.some((workload) => !workload.nonProduction && !workload.system);
      productionCache.set(pods, this.#production);
    }
    return this.#production;
  }
}

/** URI of the file in which a practice was met when somebody asked last. A hint, whatever workspace it is of. */
const witnesses = new WeakMap<Practice, string>();

const productionCache = new WeakMap<readonly Resource[], boolean>();

function same(one: readonly Judged[], other: readonly Judged[]): boolean {
  return one.length === other.length && one.every((judged, index) => judged === other[index]);
}

/** Scope of the namespace that an object is, or that a workload runs in. */
export function namespaceOf(resource: Resource): string | undefined {
  if (resource.groupKind === "/Namespace") return `ns:${resource.displayName}`;
  return resource instanceof WorkloadFact ? resource.scope : undefined;
}
