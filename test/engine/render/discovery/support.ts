/** Environments of workspaces that are written out in a test. */
import type { Resource } from "../../../../model/facts.ts";
import { Charts, parentOf } from "../../../../server/engine/layout.ts";
import { type Discovery, type DiscoveryInput, discover } from "../../../../server/engine/render/discovery/discover.ts";
import type { EnvironmentSpec } from "../../../../server/engine/render/specs.ts";
import { Workspace } from "../../../../server/engine/workspace.ts";

export const ROOT = "file:///shop";

/** Text of each file by its path; `null` for one of which only the name is known. */
export type Texts = Readonly<Record<string, string | null>>;

export interface Options {
  /** Of the folder that is opened. */
  readonly name?: string;
  /** Environments that `.kmm.yaml` names, by the beginning of their paths. */
  readonly environments?: Readonly<Record<string, string>>;
  readonly resources?: readonly Resource[];
}

/** What the engine knows of files, as discovery asks for it. */
export function inputOf(texts: Texts, { name = "shop", environments = {}, resources }: Options = {}): DiscoveryInput {
  const workspace = new Workspace({
    practices: [],
    roots: [{ uri: ROOT, name, versionControl: "yes" }],
    today: "2026-06-01",
  });
  const { files } = workspace.apply(
    Object.entries(texts).map(([path, text]) =>
      text === null ? { uri: `${ROOT}/${path}`, listed: true } : { uri: `${ROOT}/${path}`, text },
    ),
  );
  return {
    files,
    charts: new Charts([...files.keys()].filter((uri) => /\/Chart\.ya?ml$/.test(uri)).map(parentOf)),
    environment: (_, path) => Object.entries(environments).find(([prefix]) => path.startsWith(prefix))?.[1],
    ...(resources === undefined ? {} : { resources }),
  };
}

export function discovered(texts: Texts, options?: Options): Discovery {
  return discover(inputOf(texts, options));
}

/** One line for each environment: what it is called, what delivers it, and from where. */
export function environments(texts: Texts, options?: Options): readonly string[] {
  return discovered(texts, options).specs.map(lineOf).sort();
}

function lineOf(spec: EnvironmentSpec): string {
  const { build } = spec;
  const short = (uri: string) => (uri === ROOT ? "." : uri.replace(`${ROOT}/`, ""));
  const parts = [`${spec.name}${spec.nonProduction ? "*" : ""}: ${spec.kind} ${short(spec.root)}`];
  if (build.tool === "helm") {
    if (build.values.length > 0) parts.push(`values ${build.values.map(short).join(" ")}`);
    for (const { name, value } of build.parameters) parts.push(`${name}=${value}`);
  }
  if (build.tool === "none") parts.push(`files ${build.files.map(short).join(" ")}`);
  if (spec.namespace !== undefined) parts.push(`in ${spec.namespace}`);
  return parts.join(", ");
}

export function only(texts: Texts, options?: Options): EnvironmentSpec {
  const { specs } = discovered(texts, options);
  const [spec] = specs;
  if (spec === undefined || specs.length > 1) throw new Error(`one environment was expected, not ${specs.length}`);
  return spec;
}

/** A kustomization with these resources. */
export function kustomization(...resources: readonly string[]): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${resources
    .map((one) => `  - ${one}\n`)
    .join("")}`;
}

export function chart(name: string, more = ""): string {
  return `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n${more}`;
}

export const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: shop/web:1.0.0
`;
