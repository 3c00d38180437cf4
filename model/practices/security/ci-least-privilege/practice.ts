import { isCredential } from "../../../credentials.ts";
import type { Field, Job, Pipeline } from "../../../facts.ts";
import { met, practice, type Sources, type Spot, unmet } from "../../../practice.ts";
import { injectionsIn, untrustedCheckout } from "../../../workflow-security.ts";

export default practice({
  level: 3,
  gate: "supporting",
  share: "all",
  subject: "pipeline",
  effort: "apply",
  judge(pipeline) {
    if (pipeline.foreign) return undefined;
    switch (pipeline.provider) {
      case "github-actions": {
        const spots = [
          ...permissions(pipeline),
          ...inherited(pipeline),
          ...untrustedCheckout(pipeline),
          ...injectionsIn(pipeline),
        ];
        return spots.length > 0 ? unmet(spots) : met(grantOf(pipeline) ?? pipeline.place);
      }
      case "gitlab-ci": {
        const spots = variables(pipeline);
        return spots.length > 0 ? unmet(spots) : undefined;
      }
      default:
        // Where else rights are given is not in the file.
        return undefined;
    }
  },
  fix(pipeline) {
    if (pipeline.provider !== "github-actions" || permissions(pipeline)[0]?.message !== "unmet.permissions")
      return undefined;
    return {
      safety: "review",
      edits: [{ op: "set", at: pipeline.body.at("permissions").place, value: { contents: "read" } }],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.github.com/en/actions/reference/security/secure-use",
    "https://docs.zizmor.sh/audits/",
    "https://docs.gitlab.com/ci/variables/#cicd-variable-security",
  ],
  equivalents: {
    zizmor: ["excessive-permissions", "dangerous-triggers", "template-injection", "artipacked", "secrets-inherit"],
    checkov: ["CKV2_GHA_1", "CKV_GHA_2", "CKV_GHA_7"],
    scorecard: ["Token-Permissions", "Dangerous-Workflow"],
  },
};

function live(pipeline: Pipeline): readonly Job[] {
  return pipeline.jobs.filter((job) => !job.disabled && job.place.document === pipeline.document);
}

function grantOf(pipeline: Pipeline): Field | undefined {
  const top = pipeline.body.at("permissions");
  return top.presence === "absent" ? live(pipeline).map((job) => job.body.at("permissions"))[0] : top;
}

/** What the token of the run may do: all of it where nobody says, or where somebody says all. */
function permissions(pipeline: Pipeline): readonly Spot[] {
  const top = pipeline.body.at("permissions");
  const jobs = live(pipeline);
  const spots: Spot[] = jobs
    .map((job) => job.body.at("permissions"))
    .filter(({ source }) => source === "write-all")
    .map(({ place }) => ({ place, message: "unmet.permissions.all" }));
  if (top.source === "write-all") spots.push({ place: top.place, message: "unmet.permissions.all" });
  if (top.source === "read-all") spots.push({ place: top.place, message: "unmet.permissions.read" });
  // One job's need is every job's right.
  const wide = jobs.length > 1 ? top.writtenEntries().filter(([, value]) => value.source === "write") : [];
  for (const [scope, value] of wide)
    spots.push({ place: value.place, message: "unmet.permissions.shared", args: { scope } });
  const open = top.presence === "absent" ? jobs.filter((job) => job.body.at("permissions").presence === "absent") : [];
  // What is only called gets what its caller has.
  if (open.length > 0 && !pipeline.reusable) spots.push({ place: top.place, message: "unmet.permissions" });
  return spots;
}

/** Every secret there is, handed to somebody else's workflow. */
function inherited(pipeline: Pipeline): readonly Spot[] {
  return live(pipeline)
    .filter((job) => job.body.at("secrets").source === "inherit" && !/^\s*\.\//.test(job.uses.source ?? "./"))
    .map((job) => ({
      place: job.body.at("secrets").place,
      message: "unmet.inherit",
      args: { workflow: job.uses.source ?? "" },
    }));
}

/** What servers take their own passwords from, by the image that is started. */
const SERVERS: readonly (readonly [variable: RegExp, image: RegExp])[] = [
  [/^(?:POSTGRES|PG)/, /postg/],
  [/^(?:MYSQL|MARIADB)_/, /mysql|mariadb|percona/],
  [/^MONGO/, /mongo/],
  [/^RABBITMQ_/, /rabbitmq/],
  [/^(?:MSSQL|SA)_/, /mssql/],
  [/^ELASTIC_/, /elasticsearch/],
  [/^MINIO_/, /minio/],
];

/** Credentials that stand in the file for everybody to read. */
function variables(pipeline: Pipeline): readonly Spot[] {
  const bodies = [pipeline.body, ...live(pipeline).map(({ body }) => body)];
  const images = bodies
    .flatMap((body) => body.at("services").writtenItems())
    .map((one) => (one.kind === "map" ? one.at("name") : one).source ?? "");
  // A database that is started for the run ends with it, and so does its password.
  const isPassing = (name: string) =>
    SERVERS.some(([variable, image]) => variable.test(name) && images.some((one) => image.test(one)));
  return bodies
    .flatMap((body) => body.at("variables").writtenEntries())
    .map(([name, value]) => [name, value.kind === "map" ? value.at("value") : value] as const)
    .filter(([name, value]) => !isPassing(name) && isCredential(name, value.source ?? ""))
    .map(([name, value]) => ({ place: value.place, message: "unmet.variable", args: { name } }));
}
