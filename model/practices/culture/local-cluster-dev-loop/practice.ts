import type { Fix } from "../../../edit.ts";
import type { Repository } from "../../../facts.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

/** Files of tools that build and run on a cluster while one works. */
const TOOLS =
  /(^|\/)(Tiltfile|skaffold[^/]*\.ya?ml|devspace\.ya?ml|garden\.ya?ml|[^/]+\.garden\.ya?ml|okteto\.ya?ml|\.mirrord\/[^/]+|ctlptl[^/]*\.ya?ml)$/;
/** Files in which people keep the commands they type. */
const RECIPES =
  /(^|\/)([Mm]akefile|GNUmakefile|[^/]+\.mk|\.?[Jj]ustfile|Taskfile[^/]*\.ya?ml|package\.json|[^/]+\.(sh|bash))$/;
const COMMAND =
  /\b(kind create cluster|k3d cluster create|minikube start|tilt up|skaffold dev|devspace dev|garden (dev|deploy)|okteto up|ctlptl (create|apply)|colima start)\b/;
const CLUSTER = /^apiVersion:\s*["']?(kind\.x-k8s\.io|k3d\.io|ctlptl\.dev|minikube\.sigs\.k8s\.io)\//m;

/** Where people are told what to type, and the line that says it. */
const GUIDES = /^(?:docs?\/.*|readme|\.github\/contributing|contributing|development)\.(?:md|adoc|rst|txt)$/i;
const TYPED =
  /^[ \t>]*(?:\$ +|`)?(?:kind create cluster|k3d cluster create|minikube start|tilt up|skaffold dev|devspace dev|okteto up|colima start)\b/m;

export default practice({
  level: 2,
  gate: { group: "LEARN" },
  share: "any",
  subject: "repository",
  effort: "create",
  answers: "yes",
  judge(repository, world) {
    if (!repository.kubernetes) return undefined;
    const found = [
      ...repository.find(TOOLS),
      ...repository.find(/\.ya?ml$/).filter(({ text }) => text !== undefined && CLUSTER.test(text)),
      ...repository.find(RECIPES).filter(({ text }) => COMMAND.test(withoutComments(text ?? ""))),
      ...repository
        .find(/(^|\/)devcontainer\.json$/)
        .filter(({ text }) => /kubectl-helm-minikube|\/k3d|\/kind[:"]/.test(text ?? "")),
    ];
    if (found.length > 0) return met(found.map((file) => file.place));
    const told = repository.find(GUIDES).filter(({ text }) => TYPED.test(text ?? ""));
    if (told.length > 0)
      return met(
        told.map((file) => file.place),
        "met.guide",
      );
    const steps = world
      .pipelines()
      .flatMap((pipeline) => pipeline.capabilities.filter((one) => one.name === "local-cluster"));
    const own = steps.filter(({ place }) => place.document.uri.startsWith(`${repository.root}/`));
    return own.length > 0
      ? met(
          own.map((step) => step.place),
          "met.pipeline",
        )
      : unmet(repository.place);
  },
  fix(repository) {
    return creation(repository);
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kind.sigs.k8s.io/", "https://skaffold.dev/docs/"],
};

function withoutComments(text: string): string {
  return text.replace(/^\s*#.*$/gm, "");
}

const KIND = `# A cluster on your own machine: kind create cluster --config kind.yaml
apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes:
  - role: control-plane
  - role: worker
  - role: worker
`;

/** Put at the root, which takes a file there to put it beside. */
function creation(repository: Repository): Fix | undefined {
  const beside = repository.files.find((file) => !file.path.includes("/") && file.text !== undefined)?.place.document;
  return beside === undefined
    ? undefined
    : { safety: "review", edits: [{ op: "create-file", beside, path: "kind.yaml", text: KIND }] };
}
