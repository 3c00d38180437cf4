import type { Fix } from "../../../edit.ts";
import type { Repository } from "../../../facts.ts";
import { met, practice, unmet } from "../../../practice.ts";

/** Files of tools that build and run on a cluster while one works. */
const TOOLS =
  /(^|\/)(Tiltfile|skaffold[^/]*\.ya?ml|devspace\.ya?ml|garden\.ya?ml|[^/]+\.garden\.ya?ml|okteto\.ya?ml|\.mirrord\/[^/]+|ctlptl[^/]*\.ya?ml)$/;
/** Files in which people keep the commands they type. */
const RECIPES =
  /(^|\/)([Mm]akefile|GNUmakefile|[^/]+\.mk|\.?[Jj]ustfile|Taskfile[^/]*\.ya?ml|package\.json|[^/]+\.(sh|bash))$/;
const COMMAND =
  /\b(kind create cluster|k3d cluster create|minikube start|tilt up|skaffold dev|devspace dev|garden (dev|deploy)|okteto up|ctlptl (create|apply)|colima start)\b/;
const CLUSTER = /^apiVersion:\s*["']?(kind\.x-k8s\.io|k3d\.io|ctlptl\.dev|minikube\.sigs\.k8s\.io)\//m;

export default practice({
  level: 2,
  gate: "required",
  share: "any",
  subject: "repository",
  effort: "create",
  answers: "yes",
  judge(repository) {
    if (!repository.kubernetes) return undefined;
    const found = [
      ...repository.find(TOOLS),
      ...repository.find(/\.ya?ml$/).filter(({ text }) => text !== undefined && CLUSTER.test(text)),
      ...repository.find(RECIPES).filter(({ text }) => COMMAND.test(withoutComments(text ?? ""))),
      ...repository
        .find(/(^|\/)devcontainer\.json$/)
        .filter(({ text }) => /kubectl-helm-minikube|\/k3d|\/kind[:"]/.test(text ?? "")),
    ];
    return found.length > 0 ? met(found.map((file) => file.place)) : unmet(repository.place);
  },
  fix(repository) {
    return creation(repository);
  },
  references: ["https://kind.sigs.k8s.io/", "https://skaffold.dev/docs/"],
});

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
