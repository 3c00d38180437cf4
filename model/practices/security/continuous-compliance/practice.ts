import { countedWorkloads, type Evidence, shownBy } from "../../../evidence.ts";
import type { Workload, World } from "../../../facts.ts";
import { software } from "../../../installed.ts";
import { once } from "../../../memo.ts";
import { ifKnown, met, practice, type Sources, unmet } from "../../../practice.ts";

/** Operators that look at the cluster all the time, or whenever something changes. */
const operators = software(
  /(^|\/)(trivy-operator|starboard-operator|kubescape-(cloud-)?operator|kubescape\/operator|compliance-operator|policy-reporter|polaris-dashboard)$/,
);
const gatekeeper = software(/(^|\/)gatekeeper$/);
/** Tools that look at a cluster once when they are run. */
const CHECKS = /(^|[\s/])(kube-bench\b|kubescape(-cli)?\b|trivy\b.*\s(k8s|kubernetes)\b|polaris\b.*\saudit\b)/;

export default practice({
  level: 5,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "create",
  answers: "elsewhere",
  judge(workspace, world) {
    const jobs = world.workloads().filter(looks);
    const clock = jobs.filter((job) => /^Cron/.test(job.kind) && !isSuspended(job));
    const shown = shownBy(
      [
        ...operators.installed(world),
        ...reports(world),
        ...audits(world),
        ...clock.map((job) => ({ at: job.place, in: job })),
      ],
      world,
    );
    if (shown?.state === "met") return shown;
    const drawn = operators.drawnIn(world);
    if (drawn.length > 0) return met(drawn);
    if (shown !== undefined) return shown;
    const [single] = jobs.filter((job) => !job.nonProduction);
    if (single !== undefined)
      return unmet(single.place, isSuspended(single) ? "unmet.suspended" : "unmet.once", { job: single.displayName });
    return countedWorkloads(world).length === 0 ? undefined : unmet(workspace.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://aquasecurity.github.io/trivy-operator/",
    "https://kubescape.io/docs/",
    "https://docs.openshift.com/container-platform/latest/security/compliance_operator/co-overview.html",
  ],
  equivalents: { dsomm: ["Test of infrastructure components for known vulnerabilities"] },
};

/** Objects that say what is to be looked at, and when. */
function reports(world: World): readonly Evidence[] {
  const compliance = world
    .resources("aquasecurity.github.io/ClusterComplianceReport")
    .map((report) => ({ at: report.body.at("spec", "cron"), in: report }));
  const scans = world
    .resources("compliance.openshift.io/ScanSettingBinding")
    .map((binding) => ({ at: binding.place, in: binding }));
  return [...compliance.filter(({ at }) => at.presence !== "absent"), ...scans];
}

/** Gatekeeper looks through what runs again and again, once it has constraints to look for. */
function audits(world: World): readonly Evidence[] {
  return world.resourcesOfGroup(/^constraints\.gatekeeper\.sh$/).length === 0 ? [] : gatekeeper.installed(world);
}

const looks = once((workload: Workload): boolean => {
  if (workload.class !== "batch") return false;
  return workload.allContainers.some(({ image, body }) => {
    const words = ["command", "args"].flatMap((key) => body.at(key).writtenItems()).map((word) => word.source ?? "");
    return CHECKS.test([(image.source ?? "").replace(/[:@].*$/, ""), ...words].join(" "));
  });
});

function isSuspended(job: Workload): boolean {
  return ifKnown(() => job.body.at("spec", "suspend").flag()) === true;
}
