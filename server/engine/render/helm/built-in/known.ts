/** What helm knows besides a chart's values: the cluster that it takes for granted, and the other files of the chart. */

import { text } from "./arguments.ts";
import type { ChartTexts } from "./chart.ts";
import { ENCODINGS } from "./functions-encodings.ts";
import { type GoMap, GoStruct, type GoValue } from "./go-value.ts";
import { Unsupported } from "./unsupported.ts";

/** Of Kubernetes itself: `helm template` asks no cluster, so that no other is there. */
const GROUPS: Readonly<Record<string, string>> = {
  "": "v1",
  "admissionregistration.k8s.io": "v1 v1alpha1 v1beta1",
  "apiextensions.k8s.io": "v1 v1beta1",
  apps: "v1 v1beta1 v1beta2",
  "authentication.k8s.io": "v1 v1alpha1 v1beta1",
  "authorization.k8s.io": "v1 v1beta1",
  autoscaling: "v1 v2 v2beta1 v2beta2",
  batch: "v1 v1beta1",
  "certificates.k8s.io": "v1 v1alpha1 v1beta1",
  "coordination.k8s.io": "v1 v1alpha2 v1beta1",
  "discovery.k8s.io": "v1 v1beta1",
  "events.k8s.io": "v1 v1beta1",
  extensions: "v1beta1",
  "flowcontrol.apiserver.k8s.io": "v1 v1beta1 v1beta2 v1beta3",
  "networking.k8s.io": "v1 v1beta1",
  "node.k8s.io": "v1 v1alpha1 v1beta1",
  policy: "v1 v1beta1",
  "rbac.authorization.k8s.io": "v1 v1alpha1 v1beta1",
  "resource.k8s.io": "v1 v1alpha3 v1beta1 v1beta2",
  "scheduling.k8s.io": "v1 v1alpha1 v1beta1",
  "storage.k8s.io": "v1 v1alpha1 v1beta1",
};

const VERSIONS = new Set(
  Object.entries(GROUPS).flatMap(([group, versions]) =>
    versions.split(" ").map((version) => (group === "" ? version : `${group}/${version}`)),
  ),
);

/** Kinds of stable versions that charts ask for. */
const KINDS = new Set(
  (
    "networking.k8s.io/v1/Ingress networking.k8s.io/v1/IngressClass networking.k8s.io/v1/NetworkPolicy " +
    "policy/v1/PodDisruptionBudget autoscaling/v2/HorizontalPodAutoscaler batch/v1/CronJob batch/v1/Job " +
    "apps/v1/Deployment apps/v1/StatefulSet apps/v1/DaemonSet"
  ).split(" "),
);

function has(asked: GoValue | undefined): boolean {
  const name = text(asked);
  if (VERSIONS.has(name) || KINDS.has(name)) return true;
  const group = name.split("/").slice(0, -1).join("/");
  if (VERSIONS.has(group)) throw new Unsupported("asks for a kind that is not known");
  return false;
}

export function capabilities(): GoStruct {
  return new GoStruct({
    KubeVersion: new GoStruct({ Version: "v1.35.0", GitVersion: "v1.35.0", Major: "1", Minor: "35" }),
    APIVersions: new GoStruct({ Has: (name) => has(name) }),
    HelmVersion: new GoStruct({ Version: "v4.1.4" }),
  });
}

/** Files by name, with what can be made of all of them. */
class FileSet extends Map<string, GoValue> {
  override get(name: string): GoValue | undefined {
    if (name === "AsConfig") return () => asYaml(this, (content) => content);
    if (name === "AsSecrets") return () => asYaml(this, (content) => ENCODINGS["b64enc"]?.(content) ?? "");
    return super.get(name);
  }
}

function asYaml(files: FileSet, write: (content: GoValue) => GoValue): GoValue {
  const map: GoMap = new Map();
  for (const [path, content] of files) map.set(path.slice(path.lastIndexOf("/") + 1), write(content));
  return ENCODINGS["toYaml"]?.(map) ?? "";
}

const OWN =
  /^(?:templates\/|charts\/|(?:Chart\.yaml|Chart\.lock|values\.yaml|values\.schema\.json|requirements\.(?:yaml|lock))$)/;

export function filesOf(texts: ChartTexts, prefix: string): GoStruct {
  const here = new Map(
    [...texts].flatMap(([path, content]): [string, string | undefined][] => {
      const name = path.startsWith(prefix) ? path.slice(prefix.length) : "";
      return name === "" || OWN.test(name) ? [] : [[name, content]];
    }),
  );
  const contentOf = (name: string): string => {
    const content = here.get(name);
    if (content === undefined && here.has(name)) throw new Unsupported("a file that is no text");
    return content ?? "";
  };
  const glob = (pattern: GoValue | undefined): FileSet => {
    const matches = globOf(text(pattern));
    return new FileSet(
      [...here.keys()]
        .filter((name) => matches.test(name))
        .sort()
        .map((name) => [name, contentOf(name)]),
    );
  };
  return new GoStruct({
    Get: (name) => contentOf(text(name)),
    GetBytes: (name) => contentOf(text(name)),
    Lines: (name) => contentOf(text(name)).split("\n"),
    Glob: (pattern) => glob(pattern),
  });
}

/** `*` stays in its folder, `**` does not; braces hold alternatives. */
function globOf(pattern: string): RegExp {
  if (/[[\]\\]/.test(pattern) || pattern.length > 500) throw new Unsupported("a pattern of another kind");
  const source = pattern
    .replace(/[.+^$()|]/g, "\\$&")
    .replace(/\*\*|\*|\?/g, (it) => (it === "**" ? ".*" : it === "*" ? "[^/]*" : "[^/]"))
    .replace(/\{([^{}]*)\}/g, (_, inside: string) => `(?:${inside.replaceAll(",", "|")})`);
  if (/[{}]/.test(source)) throw new Unsupported("a pattern of another kind");
  return new RegExp(`^${source}$`);
}
