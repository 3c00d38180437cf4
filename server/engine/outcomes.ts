/** Outcomes, and the levels that they add up to: of the workspace, an environment, a file, an object. */
import type { Resource } from "../../model/facts.ts";
import type { PracticeId } from "../../model/kmm.ts";
import { type Config, DEFAULT_CONFIG } from "./config.ts";
import { declaredIn, type EnvironmentUnit, isEnvironment, type Unit } from "./environments.ts";
import type { FileEntry } from "./files.ts";
import { JudgedOutcomes, namespaceOf } from "./judged-outcomes.ts";
import type { Tally } from "./ladder.ts";
import { levelsOf, type Results, type Rungs, rungsOf, withAnswers } from "./levels.ts";
import type { Outcome } from "./outcome.ts";
import { about } from "./outcome-lists.ts";
import { Totals, tally } from "./totals.ts";
import { PODS } from "./world-index.ts";

export class Outcomes extends JudgedOutcomes {
  readonly #rungs = new Map<Config, Rungs>();
  readonly #results = new Map<string, Results>();

  /** Levels of the workspace, or of one root. */
  workspace(root?: string): Results {
    const key = root ?? "";
    let results = this.#results.get(key);
    if (results === undefined) {
      const config = this.configs.get(root ?? this.snapshot.roots[0]?.uri ?? "")?.config ?? DEFAULT_CONFIG;
      const tallies = this.#totals(root);
      const across = this.across().filter(({ subject }) => root === undefined || this.isBelow(subject, root));
      for (const [id, one] of tally(across, false)) tallies.set(id, sum(tallies.get(id), one));
      results = this.#climb(withAnswers(tallies, this.practices, config), config, true);
      this.#results.set(key, results);
    }
    return results;
  }

  /** Levels of one environment: of all that it applies, and of what serves all of them (pipelines, the repository). */
  environment(unit: EnvironmentUnit): Results {
    const config = this.configFor(unit);
    const tallies = tally([...this.of(unit), ...this.around(unit)], true);
    for (const [id, one] of this.#serving(unit.root?.uri)) tallies.set(id, sum(tallies.get(id), one));
    return this.#climb(withAnswers(tallies, this.practices, config), config, true);
  }

  /** What is of no environment: pipelines, folders, the repository, the workspace. */
  #serving(root: string | undefined): ReadonlyMap<PracticeId, Tally> {
    let known = this.#served.get(root);
    if (known === undefined) {
      const pipelines = this.units(root).filter(({ dialect }) => dialect !== undefined);
      const across = this.across().filter(
        ({ subject }) => subject.kind !== "namespace" && (root === undefined || this.isBelow(subject, root)),
      );
      known = tally(
        [
          ...pipelines.flatMap((entry) => this.of(entry).filter(({ subject }) => subject.kind === "pipeline")),
          ...across,
        ],
        false,
      );
      this.#served.set(root, known);
    }
    return known;
  }

  readonly #served = new Map<string | undefined, ReadonlyMap<PracticeId, Tally>>();

  #totals(root: string | undefined): Map<PracticeId, Tally> {
    const { totals } = this.snapshot;
    let known = totals.get(root ?? "");
    if (known === undefined) {
      known = new Totals();
      totals.set(root ?? "", known);
    }
    return known.take(this.units(root), (entry) => this.of(entry));
  }

  /** What was typed into a template since it was rendered, judged by what is written there, with its levels. */
  typed(entry: FileEntry): { readonly outcomes: readonly Outcome[]; readonly levels: Results } | undefined {
    const documents = this.snapshot.environments.typedSince(entry.uri, this.snapshot.files);
    if (documents.size === 0) return undefined;
    const outcomes = this.asItStands(entry).filter(({ subject }) =>
      documents.has(subject.document as Parameters<typeof documents.has>[0]),
    );
    return { outcomes, levels: this.#climb(tally(outcomes, true), this.configFor(entry), false) };
  }

  /** Levels of what one file reflects. */
  file(entry: Unit): Results {
    return this.#climb(tally([...this.of(entry), ...this.around(entry)], true), this.configFor(entry), false);
  }

  /** Levels of what an environment applies out of one file. */
  levelsIn(unit: Unit, uri: string): Results {
    const key = `${unit.uri}\n${uri}`;
    let results = this.#declared.get(key);
    if (results === undefined) {
      results = this.file(isEnvironment(unit) ? declaredIn(unit, uri) : unit);
      this.#declared.set(key, results);
    }
    return results;
  }

  readonly #declared = new Map<string, Results>();

  /** Levels that one object reflects, with what its namespace gives it. */
  resource(entry: Unit, resource: Resource): Results {
    let results = this.#objects.get(resource);
    if (results === undefined) {
      results = this.#resource(entry, resource);
      this.#objects.set(resource, results);
    }
    return results;
  }

  readonly #objects = new WeakMap<Resource, Results>();

  #resource(entry: Unit, resource: Resource): Results {
    const scope = namespaceOf(resource);
    const namespace = scope === undefined ? [] : this.inNamespace(scope, entry.environment?.group ?? "");
    const outcomes = [...this.ofResource(entry, resource), ...namespace];
    return this.#climb(tally(outcomes, true), this.configFor(entry), false);
  }

  ofResource(entry: Unit, resource: Resource): readonly Outcome[] {
    return about(this.of(entry), resource);
  }

  /** Tallies of the workspace with people's answers in them. */
  answered(outcomes: readonly Outcome[], config: Config): Map<PracticeId, Tally> {
    return withAnswers(tally(outcomes, false), this.practices, config);
  }

  /** Practices in force, by dimension, with level and gate as configured. */
  rungs(config: Config): Rungs {
    let rungs = this.#rungs.get(config);
    if (rungs === undefined) {
      rungs = rungsOf(this.practices, config);
      this.#rungs.set(config, rungs);
    }
    return rungs;
  }

  #climb(tallies: ReadonlyMap<PracticeId, Tally>, config: Config, whole: boolean): Results {
    return levelsOf(tallies, this.rungs(config), config, {
      whole,
      workloads: this.snapshot.index.bucket(PODS).length > 0,
    });
  }
}

function sum(one: Tally | undefined, other: Tally): Tally {
  if (one === undefined) return other;
  return {
    met: one.met + other.met,
    unmet: one.unmet + other.unmet,
    unknown: one.unknown + other.unknown,
    attested: one.attested + other.attested,
    waived: one.waived + other.waived,
  };
}
