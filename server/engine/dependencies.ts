/** What an answer across files was computed from, so that it is kept for as long as that is the same. */
import type { Namespace, Pipeline, Repository } from "../../model/facts.ts";
import type { ExternalObject } from "./config.ts";
import type { ObjectIndex } from "./joined-index.ts";
import { PODS, severalServices } from "./world-index.ts";

/** What the world is computed from. Each part is immutable, so that its identity stands for its content. */
export interface WorldState {
  /** Another number for every state. */
  readonly generation: number;
  readonly index: ObjectIndex;
  readonly namespaces: readonly Namespace[];
  readonly pipelines: readonly Pipeline[];
  /** Stands for the pipelines without computing them. */
  readonly pipelinesToken: object;
  readonly repositories: readonly Repository[];
  readonly repositoriesToken: object;
  readonly packages: Packages;
  readonly kubernetesMinor: number;
  readonly external: readonly ExternalObject[];
}

export interface Packages {
  packageOf(uri: string): { readonly kind: "helm" | "kustomize"; readonly folder: string } | undefined;
}

/** What an answer was computed from: it holds as long as each is the same in the state at hand. */
export class Dependencies {
  readonly #keys: readonly string[];
  readonly #identities: readonly unknown[];
  #generation = -1;
  #holds = false;

  constructor(keys: readonly string[], identities: readonly unknown[]) {
    this.#keys = keys;
    this.#identities = identities;
  }

  /** Many judgements share one object, so the answer for a state is kept. */
  hold(state: WorldState): boolean {
    if (this.#generation !== state.generation) {
      this.#generation = state.generation;
      this.#holds = this.#keys.every((key, index) => identityOf(state, key) === this.#identities[index]);
    }
    return this.#holds;
  }

  noteIn(asked: Asked): void {
    for (const key of this.#keys) asked.note(key);
  }
}

/** Notes what one judgement asks of a state. */
export class Asked {
  readonly #state: WorldState;
  readonly #keys: string[] = [];

  constructor(state: WorldState) {
    this.#state = state;
  }

  note(key: string): void {
    if (!this.#keys.includes(key)) this.#keys.push(key);
  }

  /**
   * What was asked, as dependencies; nothing when nothing was. Judgements on the subjects of one namespace ask the same
   * questions, so they share one object.
   */
  get dependencies(): Dependencies | undefined {
    if (this.#keys.length === 0) return undefined;
    let known = sharedDependencies.get(this.#state);
    if (known === undefined) {
      known = new Map();
      sharedDependencies.set(this.#state, known);
    }
    const name = this.#keys.join("\n");
    let shared = known.get(name);
    if (shared === undefined) {
      const keys = [...this.#keys];
      shared = new Dependencies(
        keys,
        keys.map((key) => identityOf(this.#state, key)),
      );
      known.set(name, shared);
    }
    return shared;
  }
}

const sharedDependencies = new WeakMap<WorldState, Map<string, Dependencies>>();

export const KINDS = "kinds";
export const PIPELINES = "pipelines";
export const REPOSITORIES = "repositories";
export const PACKAGES = "packages";
export const NAMESPACES = "namespaces";
export const VERSION = "version";
export const EXTERNAL = "external";
export const SEVERAL_SERVICES = "several-services";

function identityOf(state: WorldState, key: string): unknown {
  switch (key) {
    case KINDS:
      return state.index.kinds;
    case PIPELINES:
      return state.pipelinesToken;
    case REPOSITORIES:
      return state.repositoriesToken;
    case PACKAGES:
      return state.packages;
    case VERSION:
      return state.kubernetesMinor;
    case EXTERNAL:
      return state.external;
    case NAMESPACES:
      return state.index.bucket(PODS);
    case SEVERAL_SERVICES:
      return severalServices(state.index.bucket(PODS));
    default:
      return state.index.bucket(key);
  }
}
