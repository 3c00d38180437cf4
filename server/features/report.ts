/** The snapshot as a report: the contract that the panel, the command line and others read. */
import type { Place } from "../../model/edit.ts";
import { DIMENSIONS, type Dimension, type Level, type PracticeId } from "../../model/kmm.ts";
import type { Practice, Spot } from "../../model/practice.ts";
import { say, type Texts } from "../../model/text/texts.ts";
import { type Config, DEFAULT_CONFIG } from "../engine/config.ts";
import { type EnvironmentUnit, fileOf, type Unit } from "../engine/environments.ts";
import { fixOf } from "../engine/fixes.ts";
import { isMet, type Tally, wouldBeMet } from "../engine/ladder.ts";
import { relativePath } from "../engine/layout.ts";
import type { Results } from "../engine/levels.ts";
import type { Outcome } from "../engine/outcome.ts";
import { keyOf, shownOf } from "../engine/placement.ts";
import type { Snapshot } from "../engine/workspace.ts";
import { messageOf, placeOf, relativeUri, spotsOf, subjectOf } from "./findings.ts";
import { problemsOf } from "./problems.ts";
import type {
  PracticeState,
  Report,
  ReportEnvironment,
  ReportFinding,
  ReportPractice,
  ReportSubjectLevels,
} from "./report-contract.ts";

export interface ReportOptions {
  readonly texts: Texts;
  readonly version: string;
  /** URI of one root, for a report on it alone. */
  readonly root?: string;
}

export function buildReport(snapshot: Snapshot, options: ReportOptions): Report {
  const { texts, root } = options;
  const outcomes = snapshot.outcomes.all(root);
  const results = snapshot.outcomes.workspace(root);
  const config = snapshot.outcomes.configs.get(root ?? snapshot.roots[0]?.uri ?? "")?.config ?? DEFAULT_CONFIG;
  const levels = DIMENSIONS.flatMap((dimension) => results[dimension].level ?? []);
  return {
    schema: "kmm-report/1",
    tool: { name: "kmm", version: options.version },
    language: texts.language,
    overall: levels.length < 3 ? null : (Math.min(...levels) as Level),
    mean:
      levels.length < 3 ? null : Math.round((levels.reduce((sum, level) => sum + level, 0) / levels.length) * 10) / 10,
    scanned: scanned(snapshot, texts, root),
    dimensions: DIMENSIONS.map((dimension) => dimensionOf(dimension, results)),
    practices: practicesOf(snapshot, outcomes, config, texts),
    findings: findingsOf(snapshot, options),
    subjects: subjectsOf(snapshot, root),
    environments: environmentsOf(snapshot, root),
    notices: noticesOf(snapshot, options),
  };
}

function dimensionOf(dimension: Dimension, results: Results): Report["dimensions"][number] {
  const { level, strictLevel, possible, reach, progress, confidence, blockedBy, cells } = results[dimension];
  return {
    id: dimension,
    level,
    strictLevel,
    possible,
    reach,
    progress: rounded(progress),
    confidence: rounded(confidence),
    blockedBy: [...blockedBy],
    cells: cells.map((cell) => ({ ...cell, achieved: rounded(cell.achieved), possible: rounded(cell.possible) })),
  };
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000;
}

function scanned(snapshot: Snapshot, texts: Texts, root: string | undefined): Report["scanned"] {
  const entries = [...snapshot.files.values()].filter((entry) => root === undefined || entry.root?.uri === root);
  return {
    files: entries.length,
    kubernetes: entries.filter((entry) => entry.role === "kubernetes" || entry.role === "kustomization").length,
    pipelines: entries.filter(({ role, uri }) => role === "pipeline" || snapshot.pipelinesIn(uri).length > 0).length,
    repository: entries.filter((entry) => entry.role === "repository" || entry.role === "config").length,
    notRead: entries.flatMap((entry) =>
      entry.notRead === undefined
        ? []
        : [{ uri: relativeUri(snapshot, entry.uri, root), reason: say(texts, `notRead.${entry.notRead}`) }],
    ),
  };
}

const NONE: Tally = { met: 0, unmet: 0, unknown: 0, attested: 0, waived: 0 };

function practicesOf(snapshot: Snapshot, outcomes: readonly Outcome[], config: Config, texts: Texts): ReportPractice[] {
  const tallies: ReadonlyMap<PracticeId, Tally> = snapshot.outcomes.answered(outcomes, config);
  const rungs = snapshot.outcomes.rungs(config);
  return DIMENSIONS.flatMap((dimension) =>
    rungs[dimension].map((rung) => {
      const tally = tallies.get(rung.practice.id) ?? NONE;
      return {
        id: rung.practice.id,
        dimension,
        level: rung.level,
        required: rung.required || rung.group !== undefined,
        state: stateOf(rung.practice, tally),
        met: tally.met,
        unmet: tally.unmet,
        unknown: tally.unknown,
        title: texts.practices[rung.practice.id]?.title ?? rung.practice.id,
        attested: tally.attested,
        waived: tally.waived,
        asked: rung.practice.asked === true,
      };
    }),
  );
}

/** The state that people are shown (met from files, by answers, by waivers, in part, not at all). */
export function stateOf(practice: Practice, tally: Tally): PracticeState {
  const { met, unmet, unknown, attested, waived } = tally;
  if (met + unmet + unknown + attested + waived === 0) return practice.asked === true ? "unknown" : "not-applicable";
  if (isMet(practice, tally)) return met > 0 ? "met" : attested > 0 ? "attested" : "waived";
  if (met + attested + waived > 0) return "partial";
  return wouldBeMet(practice, tally) ? "unknown" : "unmet";
}

/** What several environments share is said once. */
function findingsOf(snapshot: Snapshot, options: ReportOptions): ReportFinding[] {
  const seen = new Map<string, string[]>();
  return snapshot.outcomes.byUnit(options.root).flatMap(({ unit, outcomes }) => {
    const judged = outcomes.filter((outcome) => outcome.state !== "not-applicable");
    if (unit === undefined)
      return judged.flatMap((outcome) => {
        const spots = spotsOf(outcome);
        const shown = spots.length === 0 ? [undefined] : outcome.state === "unmet" ? spots : spots.slice(0, 1);
        return shown.flatMap((spot) => {
          const place = spot?.place ?? placeOf(outcome.subject);
          return findingOf(snapshot, outcome, spot, place.decided ?? place, options);
        });
      });
    return shownOf(snapshot, unit, judged).flatMap((shown) => {
      const told = () => findingOf(snapshot, shown.outcome, shown.spot, shown.place, options);
      if (unit.environment === undefined) return told();
      const { name } = unit.environment.spec;
      const key = keyOf(shown);
      const known = seen.get(key);
      if (known !== undefined) {
        if (!known.includes(name)) known.push(name);
        return [];
      }
      const environments = [name];
      seen.set(key, environments);
      return told().map((finding) => ({ ...finding, environments }));
    });
  });
}

function findingOf(
  snapshot: Snapshot,
  outcome: Outcome,
  spot: Spot | undefined,
  place: Place,
  options: ReportOptions,
): ReportFinding[] {
  if (outcome.state === "not-applicable") return [];
  return [
    {
      practice: outcome.practice.id,
      state: outcome.state,
      message: messageOf(options.texts, outcome, spot),
      subject: subjectOf(outcome.subject, spot),
      uri: relativeUri(snapshot, place.document.uri, options.root),
      range: snapshot.rangeOf(place),
      fix: fixOf(snapshot, outcome)?.safety ?? null,
      ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
    },
  ];
}

function environmentsOf(snapshot: Snapshot, root: string | undefined): ReportEnvironment[] {
  return snapshot.environments.units
    .filter((unit) => root === undefined || unit.root?.uri === root)
    .map((unit) => {
      const { spec, nonProduction } = unit.environment;
      const results = snapshot.outcomes.environment(unit);
      return {
        name: spec.name,
        root: folderUri(snapshot, unit, root),
        kind: spec.kind,
        nonProduction,
        file: relativeUri(snapshot, fileOf(spec), root),
        dimensions: DIMENSIONS.map((dimension) => dimensionOf(dimension, results)),
      };
    });
}

/** The folder that is rendered, as reports have it; "." for the checked folder itself. */
function folderUri(snapshot: Snapshot, { environment, root }: EnvironmentUnit, checked: string | undefined): string {
  const folder = environment.spec.root;
  if (root === undefined) return folder;
  const path = folder === root.uri ? "" : relativePath(root, folder);
  const prefixed =
    checked !== undefined || snapshot.roots.length === 1
      ? path
      : [root.name, path].filter((one) => one !== "").join("/");
  return prefixed === "" ? "." : prefixed;
}

function subjectsOf(snapshot: Snapshot, root: string | undefined): ReportSubjectLevels[] {
  const subjects: ReportSubjectLevels[] = [];
  for (const entry of snapshot.files.values()) {
    if (root !== undefined && entry.root?.uri !== root) continue;
    if (!snapshot.isRendered(entry.uri)) for (const one of objectsOf(snapshot, entry, root)) subjects.push(one);
    if (entry.dialect === undefined) continue;
    for (const pipeline of snapshot.pipelinesIn(entry.uri)) {
      subjects.push({
        kind: "Pipeline",
        name: pipeline.displayName,
        uri: relativeUri(snapshot, entry.uri, root),
        range: snapshot.rangeOf(pipeline.place),
        levels: levelsOf(snapshot.outcomes.file(entry)),
      });
    }
  }
  for (const unit of snapshot.environments.units) {
    if (root !== undefined && unit.root?.uri !== root) continue;
    const environment = unit.environment.spec.name;
    for (const one of objectsOf(snapshot, unit, root)) subjects.push({ ...one, environment });
  }
  return subjects;
}

function objectsOf(snapshot: Snapshot, unit: Unit, root: string | undefined): ReportSubjectLevels[] {
  const seen = new Set<string>();
  return unit.resources.flatMap((resource) => {
    const { place } = resource;
    const key = `${snapshot.files.get(place.document.uri)?.source?.indexOf(resource.document)} ${place.document.uri} ${place.path.join("/")} ${resource.displayName.replace(/\/.*/, "")} ${resource.scope}`;
    if (resource.foreign || seen.has(key)) return [];
    seen.add(key);
    return [
      {
        ...subjectOf({ kind: "resource", fact: resource, document: resource.document }),
        uri: relativeUri(snapshot, place.document.uri, root),
        range: snapshot.rangeOf(place),
        levels: levelsOf(snapshot.outcomes.resource(unit, resource)),
      },
    ];
  });
}

export function levelsOf(results: Results): Record<Dimension, Level | null> {
  return Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, results[dimension].level])) as Record<
    Dimension,
    Level | null
  >;
}

function noticesOf(snapshot: Snapshot, options: ReportOptions): Report["notices"] {
  const notices: Report["notices"] = [];
  for (const entry of snapshot.files.values()) {
    if (options.root !== undefined && entry.root?.uri !== options.root) continue;
    const uri = relativeUri(snapshot, entry.uri, options.root);
    for (const document of entry.source?.documents ?? []) {
      const problem = document.problems[0];
      if (problem === undefined || entry.role === "repository") continue;
      notices.push({
        uri,
        message: say(options.texts, `problem.${problem.code}`),
        range: snapshot.rangeOf({ document, path: [] }),
      });
    }
    for (const problem of problemsOf(snapshot, entry)) {
      notices.push({ uri, message: say(options.texts, problem.key, problem.args), range: problem.range });
    }
  }
  for (const error of snapshot.errors) {
    notices.push({
      uri: error.uri === undefined ? "" : relativeUri(snapshot, error.uri, options.root),
      message: say(options.texts, "practiceFailed", { practice: error.practice }),
    });
  }
  return notices;
}
