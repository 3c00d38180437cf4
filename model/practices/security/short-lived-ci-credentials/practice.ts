import type { Pipeline, Step } from "../../../facts.ts";
import { given } from "../../../pipelines.ts";
import { met, practice, type Sources, type Spot, unmet } from "../../../practice.ts";

/** Actions that take a key that stays valid until somebody changes it, by the input that takes it. */
const KEYS: readonly (readonly [action: RegExp, input: string])[] = [
  [/^aws-actions\/configure-aws-credentials@/, "aws-secret-access-key"],
  [/^google-github-actions\/(?:auth|setup-gcloud)@/, "credentials_json"],
  [/^google-github-actions\/setup-gcloud@/, "service_account_key"],
  [/^azure\/login@/i, "creds"],
  [/^azure\/k8s-set-context@/i, "kubeconfig"],
  [/^docker\/login-action@/, "password"],
  [/^pypa\/gh-action-pypi-publish@/, "password"],
];
/** The run's own token ends with the run. */
const OWN_TOKEN = /secrets\.GITHUB_TOKEN|github\.token|steps\.|\bneeds\./i;
const SECRET = /\$\{\{[^}]*\bsecrets\./;

/** Programs that publish where a pipeline can show who it is instead. */
const PUBLISH = /^(?:npm|pnpm|yarn|bun|cargo|twine|gem|nuget|nuget\.exe|dotnet|uv|poetry)$/;

export default practice({
  level: 5,
  gate: "supporting",
  share: "most",
  subject: "pipeline",
  effort: "confirm",
  judge(pipeline, world) {
    if (pipeline.foreign) return undefined;
    const steps = pipeline.jobs.flatMap((job) => (job.disabled ? [] : job.steps)).filter((step) => !step.disabled);
    const own = steps.filter((step) => step.place.document === pipeline.document);
    const spots = own.flatMap((step) => [...keyIn(step), ...kubeconfigIn(step), ...publishIn(step, pipeline)]);
    if (spots.length > 0) return unmet(spots);
    // A workflow that is called speaks for itself; an action does not.
    const others = world.pipelines().filter((one) => one !== pipeline);
    const oidc = given(pipeline, "oidc").filter(
      ({ place }) => !others.some(({ document }) => document.uri === place.document.uri),
    );
    return oidc.length === 0 ? undefined : met(oidc.map(({ place }) => place));
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://docs.github.com/en/actions/concepts/security/openid-connect",
    "https://docs.pypi.org/trusted-publishers/",
    "https://docs.gitlab.com/ci/secrets/id_token_authentication/",
  ],
  equivalents: { zizmor: ["use-trusted-publishing", "secrets-outside-env"] },
};

function keyIn(step: Step): readonly Spot[] {
  const uses = step.uses.source ?? "";
  return KEYS.flatMap(([action, input]) => {
    const field = step.inputs.at(input);
    if (!action.test(uses) || !SECRET.test(field.source ?? "") || OWN_TOKEN.test(field.source ?? "")) return [];
    const publishes = uses.startsWith("pypa/");
    return [
      { place: field.place, message: publishes ? "unmet.publish" : "unmet", args: { tool: uses.replace(/@.*/, "") } },
    ];
  });
}

/** A kubeconfig out of the secrets opens the cluster to whoever gets hold of it. */
function kubeconfigIn(step: Step): readonly Spot[] {
  const variables = step.body.at("env").writtenEntries();
  return variables
    .filter(([name, value]) => /^KUBE_?CONFIG(?:_|$)/i.test(name) && SECRET.test(value.source ?? ""))
    .map(([name, value]) => ({ place: value.place, message: "unmet.kubeconfig", args: { name } }));
}

/** GitHub alone: where the job may show who it is, no token is needed. */
function publishIn(step: Step, pipeline: Pipeline): readonly Spot[] {
  if (pipeline.provider !== "github-actions" || mayShow(step, pipeline)) return [];
  return step.commands
    .filter(({ words }) => isPublish(words))
    .map(({ place, words }) => ({ place, message: "unmet.publish", args: { tool: words[0] ?? "" } }));
}

function isPublish(words: readonly string[]): boolean {
  const at = words.findIndex((word) => PUBLISH.test(word));
  if (at < 0) return false;
  const rest = words.slice(at + 1).filter((word) => !word.startsWith("+"));
  if (rest.some((word) => /^(?:--dry-run|-n)$/.test(word))) return false;
  switch (words[at]) {
    case "twine":
      return rest[0] === "upload";
    case "gem":
    case "nuget":
    case "nuget.exe":
      return rest[0] === "push";
    case "dotnet":
      return rest[0] === "nuget" && rest[1] === "push";
    case "yarn":
      return rest[0] === "publish" || (rest[0] === "npm" && rest[1] === "publish");
    default:
      return rest[0] === "publish";
  }
}

function mayShow(step: Step, pipeline: Pipeline): boolean {
  const own = step.job.body.at("permissions");
  const permissions = own.presence === "absent" ? pipeline.body.at("permissions") : own;
  return permissions.source === "write-all" || permissions.at("id-token").source === "write";
}
