/**
 * The report that `kmm check --format json` prints and that the panel draws. A contract: fields are added freely,
 * changed only with a new `schema` number.
 */
import type { Dimension, Level, PracticeId } from "../../model/kmm.ts";

/** Zero-based, in UTF-16 code units, end exclusive, as in the Language Server Protocol. */
export interface ReportRange {
  start: { line: number; character: number };
  end: { line: number; character: number };
}

/** Not, partially, largely or fully achieved (ISO/IEC 33020); `null` when nothing required applies. */
export type Rating = "N" | "P" | "L" | "F" | null;

/** State of a practice over the whole scope. */
export type PracticeState = "met" | "partial" | "unmet" | "unknown" | "not-applicable" | "attested" | "waived";

export type FindingState = "met" | "unmet" | "unknown" | "waived";

export interface ReportCell {
  level: Level;
  rating: Rating;
  /** 0 to 1: share of the cell's required practices that hold, counting only what is known. */
  achieved: number;
  /** 0 to 1: the same if what is unknown turned out well. */
  possible: number;
  /** Required practices and groups that hold, of those that apply. */
  met: number;
  required: number;
}

export interface ReportDimension {
  id: Dimension;
  /** The held level, or `null` when there is no evidence yet. */
  level: Level | null;
  strictLevel: Level | null;
  possible: Level | null;
  reach: Level | null;
  /** 0 to 1 towards the next level. */
  progress: number;
  /** 0 to 1: the share of what applies that could be judged. */
  confidence: number;
  /** What holds the level, cheapest fix first. */
  blockedBy: PracticeId[];
  cells: ReportCell[];
}

export interface ReportPractice {
  id: PracticeId;
  dimension: Dimension;
  level: Level;
  required: boolean;
  state: PracticeState;
  met: number;
  unmet: number;
  unknown: number;
  /** Short name in the report's language. */
  title: string;
  /** Counts kept apart from `met`: answered by a person, ignored with a reason. */
  attested: number;
  waived: number;
  /** Only a person can answer it, in `.kmm.yaml`. */
  asked: boolean;
}

export interface ReportSubject {
  kind: string;
  name: string;
  namespace?: string;
  container?: string;
}

export interface ReportFinding {
  practice: PracticeId;
  state: FindingState;
  message: string;
  subject: ReportSubject;
  /** Relative to the checked folder, forward slashes; empty when the finding is about the workspace as a whole. */
  uri: string;
  range: ReportRange;
  fix: "safe" | "review" | null;
  /** Why it was waived, as its author wrote it. */
  reason?: string;
  /** Names of the environments in which it holds, where environments apply the subject. */
  environments?: string[];
}

export interface ReportSubjectLevels {
  kind: string;
  name: string;
  namespace?: string;
  uri: string;
  range: ReportRange;
  levels: Record<Dimension, Level | null>;
  /** Name of the environment that applies it, where one does. */
  environment?: string;
}

/** What one overlay, one chart with its values, or one GitOps object applies. */
export interface ReportEnvironment {
  name: string;
  /** The folder that is rendered, relative to the checked folder; "." for that folder itself. */
  root: string;
  kind: "kustomize" | "helm" | "argo-cd" | "flux";
  /** Development, tests and the like: shown, and not counted in the levels of the workspace. */
  nonProduction: boolean;
  /** The file that describes it: a kustomization, a values file, a GitOps object. */
  file: string;
  dimensions: ReportDimension[];
}

export interface Report {
  schema: "kmm-report/1";
  tool: { name: "kmm"; version: string };
  /** Language of the texts in this report. */
  language: "en" | "sv";
  /** The weakest assessed level, or `null` with fewer than three assessed dimensions. */
  overall: Level | null;
  /** Mean of the assessed levels to one decimal, or `null`. */
  mean: number | null;
  scanned: {
    files: number;
    kubernetes: number;
    pipelines: number;
    repository: number;
    notRead: { uri: string; reason: string }[];
  };
  dimensions: ReportDimension[];
  practices: ReportPractice[];
  findings: ReportFinding[];
  subjects: ReportSubjectLevels[];
  /** Where the workspace's objects are applied, each judged for itself. */
  environments: ReportEnvironment[];
  /** What is worth knowing and is not a finding: a file read leniently, a configuration that was not accepted. */
  notices: { uri: string; message: string; range?: ReportRange }[];
}
