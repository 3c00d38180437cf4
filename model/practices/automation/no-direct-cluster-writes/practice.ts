import { GITOPS_KINDS, isStopped } from "../../../gitops.ts";
import { deploysIn, isOwn } from "../../../pipelines.ts";
import { met, notApplicable, practice, type Sources, unmet } from "../../../practice.ts";
import { placeIn } from "../../../scans.ts";

/** To install the controller itself is how GitOps begins. */
const BOOTSTRAP = /\b(?:argo-?cd|flux|gotk|fleet|bootstrap|install\.yaml|crds?)\b/i;

export default practice({
  level: 4,
  gate: "supporting",
  share: "all",
  subject: "pipeline",
  effort: "people",
  judge(pipeline, world) {
    if (!isOwn(pipeline)) return undefined;
    const deploys = deploysIn(pipeline).filter(({ name }) => name === "deploy" || name === "gitops-write");
    if (deploys.length === 0) return undefined;
    const delivered = world.resources(GITOPS_KINDS).some((one) => !one.nonProduction && !isStopped(one));
    if (!delivered) return notApplicable("no-subject");
    const direct = deploys.filter(({ name, text }) => name === "deploy" && !BOOTSTRAP.test(text));
    const [first] = direct;
    if (first !== undefined) return unmet(placeIn(pipeline, first), "unmet", { tool: first.tool });
    return met(deploys.map((one) => placeIn(pipeline, one)));
  },
});

/** What says so elsewhere. */
export const sources: Sources = { references: ["https://opengitops.dev/"] };
