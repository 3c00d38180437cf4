import { countedWorkloads, inObjects, shownBy } from "../../../evidence.ts";
import { software } from "../../../installed.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";
import { queriesAbout } from "../../../queries.ts";

const tools = software(
  /(^|[/-])(opencost|kubecost|cost-analyzer|kubecost-cost-model|finops-agent|vantage-kubernetes-agent|castai-agent|cloudability-metrics-agent|metrics-agent-cloudability)($|[/-])/,
);
const metrics = queriesAbout(
  /node_total_hourly_cost|node_(cpu|ram)_hourly_cost|container_(cpu|memory_bytes)_allocation|container_memory_allocation_bytes|kubecost_|pv_hourly_cost/,
);

export default practice({
  level: 4,
  gate: "required",
  share: "any",
  subject: "workspace",
  effort: "confirm",
  answers: "elsewhere",
  judge(workspace, world) {
    const inPipelines = world
      .pipelines()
      .flatMap((pipeline) => pipeline.capabilities.filter((capability) => capability.name === "cost"));
    const [step] = inPipelines;
    if (step !== undefined) return met(step.place, "met.pipeline", { tool: step.tool });
    const queries = metrics(world);
    const inFiles = [
      ...tools.drawnIn(world),
      ...queries.filter((query) => query.in === undefined).map((query) => query.at),
    ];
    if (inFiles.length > 0) return met(inFiles);
    const found = [
      ...tools.installed(world),
      ...inObjects(
        world.resources([
          "cur.services.k8s.aws/ReportDefinition",
          "billingbudgets.cnrm.cloud.google.com/BillingBudgetsBudget",
        ]),
      ),
      ...queries.flatMap((query) => (query.in === undefined ? [] : [{ at: query.at, in: query.in }])),
    ];
    const shown = shownBy(found, world);
    if (shown !== undefined) return shown;
    return countedWorkloads(world).length === 0 ? undefined : unmet(workspace.place);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://www.opencost.io/docs/", "https://www.finops.org/framework/"],
  equivalents: { dsomm: ["Monitoring of costs"] },
};
