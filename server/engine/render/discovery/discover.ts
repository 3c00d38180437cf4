/** From the files of a workspace to the environments that they describe. */
import type { Resource } from "../../../../model/facts.ts";
import { resolve } from "../../dialects/kustomize.ts";
import { equal } from "../../equal.ts";
import type { FileEntry } from "../../files.ts";
import type { ReadonlyLayers } from "../../layers.ts";
import { type Charts, parentOf, type Root } from "../../layout.ts";
import type { RenderProblem } from "../rendered.ts";
import type { EnvironmentSpec, KustomizeBuild } from "../specs.ts";
import { claimsOf as argoClaims, argoEnvironments } from "./argo-cd.ts";
import { chartEnvironments, type DeliveredCharts } from "./charts.ts";
import { type Context, namedByFolder } from "./context.ts";
import { sameData } from "./equal.ts";
import { fluxEnvironments } from "./flux.ts";
import { claimsOf as fluxClaims } from "./flux-sources.ts";
import { Kustomizations } from "./kustomize-roots.ts";
import { Listing } from "./listing.ts";
import { GitOpsObjects } from "./objects.ts";
import { Repositories } from "./repositories.ts";

export interface DiscoveryInput {
  readonly files: ReadonlyLayers<FileEntry>;
  readonly charts: Charts;
  /** The name that `.kmm.yaml` gives to the environment of a path below a root. */
  environment(root: Root | undefined, path: string): string | undefined;
  /** GitOps objects as they are applied; where they are not given, as they stand in their files. */
  readonly resources?: readonly Resource[];
}

export interface Discovery {
  readonly specs: readonly EnvironmentSpec[];
  /**
   * By the URI of a file, the ids of environments that may apply it or be made with it, as it was when they were last
   * others. Building them says it exactly.
   */
  readonly members: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly RenderProblem[];
}

/** The environments of a workspace. What is the same as in the discovery before is the same object. */
export function discover(input: DiscoveryInput, previous?: Discovery): Discovery {
  const listing = new Listing(input.files);
  const context: Context = {
    listing,
    charts: input.charts,
    kustomizations: new Kustomizations(listing),
    problems: [],
    environment: (root, path) => input.environment(root, path),
  };
  const delivered = deliveredEnvironments(context, input.resources);
  const specs = [
    ...kustomizeEnvironments(context, delivered),
    ...chartEnvironments(context, chartsOf(delivered)),
    ...delivered,
  ];
  return settled(context, specs, previous);
}

/** What GitOps objects deliver. Two that deliver the same to the same environment are one. */
function deliveredEnvironments(
  context: Context,
  resources: readonly Resource[] | undefined,
): readonly EnvironmentSpec[] {
  const objects = new GitOpsObjects(resources ?? writtenIn(context.listing));
  const claims = [...argoClaims(context.listing, objects), ...fluxClaims(context.listing, objects)];
  const gitOps = { ...context, repositories: new Repositories(context.listing, claims) };
  const byRoot = new Map<string, EnvironmentSpec[]>();
  for (const spec of [...argoEnvironments(gitOps, objects), ...fluxEnvironments(gitOps, objects)]) {
    const here = byRoot.get(spec.root);
    if (here === undefined) byRoot.set(spec.root, [spec]);
    else if (!here.some((one) => isSame(one, spec))) here.push(spec);
  }
  return [...byRoot.values()].flat();
}

/** As they stand in their files. What a chart makes of its templates is known once it is rendered. */
function writtenIn(listing: Listing): readonly Resource[] {
  return listing.manifests.flatMap((entry) => (entry.chart === undefined ? entry.resources : []));
}

function isSame(one: EnvironmentSpec, other: EnvironmentSpec): boolean {
  return (
    one.root === other.root &&
    one.name === other.name &&
    one.kind === other.kind &&
    one.namespace === other.namespace &&
    sameData(one.build, other.build)
  );
}

/** The charts that are delivered, and the values files that come with them. */
function chartsOf(delivered: readonly EnvironmentSpec[]): DeliveredCharts {
  const charts = new Map<string, Set<string>>();
  for (const { build } of delivered) {
    if (build.tool !== "helm") continue;
    const values = charts.get(build.chart) ?? new Set();
    for (const uri of build.values) values.add(uri);
    charts.set(build.chart, values);
  }
  return charts;
}

function kustomizeEnvironments(context: Context, delivered: readonly EnvironmentSpec[]): readonly EnvironmentSpec[] {
  const elsewhere = new Set(delivered.flatMap(({ build }) => (build.tool === "kustomize" ? foldersOf(build) : [])));
  const roots = context.kustomizations.roots().filter((entry) => !elsewhere.has(parentOf(entry.uri)));
  return roots.map((entry) => {
    const root = parentOf(entry.uri);
    return {
      id: `kustomize:${root}`,
      ...namedByFolder(context, entry.uri),
      kind: "kustomize",
      root,
      build: { tool: "kustomize", kustomization: entry.uri, overrides: undefined, substitute: undefined },
      namespace: undefined,
      declaredBy: undefined,
    };
  });
}

/** What is built, and what is drawn in by the kustomization that is made for it. */
function foldersOf({ kustomization, generated = [] }: KustomizeBuild): readonly string[] {
  const folder = parentOf(kustomization);
  return [folder, ...generated.map((path) => resolve(folder, path))];
}

function settled(context: Context, specs: readonly EnvironmentSpec[], previous: Discovery | undefined): Discovery {
  const before = new Map(previous?.specs.map((spec) => [spec.id, spec]));
  const taken = new Set<string>();
  const kept = specs.map((spec) => {
    const id = unused(spec.id, taken);
    const now = id === spec.id ? spec : { ...spec, id };
    const last = before.get(id);
    return last !== undefined && sameData(last, now) ? last : now;
  });
  const { problems } = context;
  if (previous !== undefined && equal(previous.specs, kept) && sameData(previous.problems, problems)) return previous;
  return { specs: kept, members: membersOf(context, kept), problems };
}

function unused(id: string, taken: Set<string>): string {
  let free = id;
  for (let count = 2; taken.has(free); count++) free = `${id}#${count}`;
  taken.add(free);
  return free;
}

function membersOf(context: Context, specs: readonly EnvironmentSpec[]): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>();
  for (const spec of specs) {
    for (const uri of filesOf(context, spec)) {
      const ids = members.get(uri);
      if (ids === undefined) members.set(uri, [spec.id]);
      else ids.push(spec.id);
    }
  }
  return members;
}

function filesOf(context: Context, { build }: EnvironmentSpec): Iterable<string> {
  switch (build.tool) {
    case "kustomize":
      return [
        ...foldersOf(build).flatMap((uri) =>
          context.listing.files.has(uri) ? [uri] : [...context.kustomizations.members(uri)],
        ),
      ];
    case "helm":
      return [
        ...build.values,
        ...context.listing
          .below(build.chart)
          .filter((entry) => entry.chart !== undefined || /\/values\.ya?ml$/.test(entry.uri))
          .map((entry) => entry.uri),
      ];
    case "none":
      return build.files;
    default:
      return build satisfies never;
  }
}
