/** How practices add up to levels: bounds, and which practices a cell's name speaks of. Data only. */
import type { CellId, PracticeId } from "./kmm.ts";
import type { Share } from "./practice.ts";

/** Upper bounds of the ratings N, P and L as shares (ISO/IEC 33020); above the last is F. */
export interface Bounds {
  readonly partially: number;
  readonly largely: number;
  readonly fully: number;
}

export const BOUNDS: Bounds = { partially: 0.15, largely: 0.5, fully: 0.85 };

/** The share of subjects that must meet a practice for it to be met as a whole. */
export const SHARES: Readonly<Record<Share, number>> = { all: 1, most: 0.8, half: 0.5, any: 0 };

/**
 * Practices that define a cell: its level is not held without one of them in use. `@GROUP` stands for any member of a
 * required group. Level 1 needs none: it is the floor.
 */
export const DEFINING: Readonly<Partial<Record<CellId, readonly (PracticeId | `@${string}`)[]>>> = {
  "culture/2": ["culture/contributing-guide", "culture/local-cluster-dev-loop", "culture/sandbox-environment"],
  "culture/3": ["culture/codeowners", "culture/workload-owner", "culture/team-rbac-groups"],
  "culture/4": ["culture/slo-defined", "culture/postmortems", "culture/runbooks-linked", "culture/oncall-routing"],
  "culture/5": ["culture/chaos-experiments", "culture/golden-path-templates", "culture/delivery-metrics"],
  "architecture/2": ["architecture/service-selects-pods"],
  "architecture/3": ["architecture/no-naked-pods"],
  "architecture/4": ["architecture/stateful-handled-properly", "architecture/independent-services"],
  "architecture/5": ["@ADV", "@CLOUD"],
  "automation/2": ["automation/pipeline-deploys", "automation/image-build-in-pipeline"],
  "automation/3": ["automation/tests-gate-deploy", "automation/rollout-verified"],
  "automation/4": ["automation/gitops-controller"],
  "automation/5": ["automation/canary-or-blue-green"],
  "security/2": ["security/network-policy-selects-workload"],
  "security/3": ["security/image-scan-in-ci", "security/run-as-non-root"],
  "security/4": ["security/iac-scan-in-ci", "security/admission-policy-as-code"],
  "security/5": ["security/mtls-strict", "security/service-authorization", "security/egress-default-deny"],
  "scalability/2": ["scalability/horizontal-autoscaler", "scalability/resource-requests"],
  "scalability/3": ["scalability/autoscaling-coverage"],
  "scalability/4": ["@COSTWL", "@COSTCAP"],
  "scalability/5": ["scalability/demand-driven-scaling", "scalability/latency-objective"],
};

/** Cells that a workload with a named image already defines where their defining practices do not apply. */
export const DEFINED_BY_WORKLOADS: ReadonlySet<CellId> = new Set(["architecture/2"]);
