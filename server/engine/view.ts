/** One cluster as far as files tell: the objects of a group of environments, and those that are of none. */
import type { Namespace, Pipeline, Repository, Resource } from "../../model/facts.ts";
import type { ExternalObject } from "./config.ts";
import type { Packages, WorldState } from "./dependencies.ts";
import { WorkloadFact } from "./dialects/kubernetes.ts";
import type { ObjectIndex } from "./joined-index.ts";
import { PODS, scoped } from "./world-index.ts";

let generations = 0;

/** A number that no other state has. */
export function nextGeneration(): number {
  return ++generations;
}

export class View implements WorldState {
  readonly generation = nextGeneration();
  readonly index: ObjectIndex;
  /** What is in this one only; nothing for what is in no group. */
  readonly group: ObjectIndex | undefined;
  readonly #whole: WorldState;
  #namespaces: readonly Namespace[] | undefined;

  constructor(whole: WorldState, index: ObjectIndex, group: ObjectIndex | undefined) {
    this.#whole = whole;
    this.index = index;
    this.group = group;
  }

  get namespaces(): readonly Namespace[] {
    this.#namespaces ??= namespacesOf(this.index, this.group ?? this.index);
    return this.#namespaces;
  }

  get pipelines(): readonly Pipeline[] {
    return this.#whole.pipelines;
  }

  get pipelinesToken(): object {
    return this.#whole.pipelinesToken;
  }

  get repositories(): readonly Repository[] {
    return this.#whole.repositories;
  }

  get repositoriesToken(): object {
    return this.#whole.repositoriesToken;
  }

  get packages(): Packages {
    return this.#whole.packages;
  }

  get kubernetesMinor(): number {
    return this.#whole.kubernetesMinor;
  }

  get external(): readonly ExternalObject[] {
    return this.#whole.external;
  }
}

const namespaceCache = new WeakMap<
  readonly Resource[],
  { readonly objects: readonly Resource[]; readonly namespace: Namespace }
>();

/** Namespaces that hold workloads of `own`, with all that lies in them. */
function namespacesOf(index: ObjectIndex, own: ObjectIndex): readonly Namespace[] {
  const scopes = new Set(own.bucket(PODS).map((resource) => resource.scope));
  const objects = index.bucket("/Namespace");
  const found: Namespace[] = [];
  for (const scope of scopes) {
    if (scope === "unknown" || scope === "cluster") continue;
    const bucket = index.bucket(scoped(PODS, scope));
    const known = namespaceCache.get(bucket);
    if (known !== undefined && known.objects === objects) {
      found.push(known.namespace);
      continue;
    }
    const namespace = namespaceOf(scope, bucket, objects);
    if (namespace === undefined) continue;
    namespaceCache.set(bucket, { objects, namespace });
    found.push(namespace);
  }
  return found;
}

function namespaceOf(scope: string, bucket: readonly Resource[], objects: readonly Resource[]): Namespace | undefined {
  const workloads = bucket
    .filter((one) => one instanceof WorkloadFact)
    .filter((one) => one.finished && one.class !== "ci");
  const first = workloads[0];
  if (first === undefined) return undefined;
  const name = scope.startsWith("ns:") ? scope.slice(3) : "";
  const resource = name === "" ? undefined : objects.find((one) => one.displayName === name);
  return {
    scope,
    // What names no namespace goes into this one, unless whoever applies it says otherwise.
    displayName: scope === "unset" ? "default" : name === "" ? scope.replace(/^chart:.*\//, "") : name,
    resource,
    workloads,
    place: resource?.place ?? (first.namespace.presence === "present" ? first.namespace.place : first.place),
    system: workloads.every((workload) => workload.system),
    nonProduction: workloads.every((workload) => workload.nonProduction),
    foreign: false,
  };
}
