/** What a practice is, and the words with which it answers. */
import type { Fix, MessageArgs, Place } from "./edit.ts";
import type { Container, Field, GroupKind, Resource, SubjectKind, Subjects, World } from "./facts.ts";
import type { Dimension, Level, PracticeId } from "./kmm.ts";

/** How many of its subjects must meet a practice: no exception, 80 %, 50 %, or one. */
export type Share = "all" | "most" | "half" | "any";

/**
 * `required` practices hold up their cell; of a `group` one member suffices; `supporting` ones only add evidence.
 */
export type Gate = "required" | "supporting" | { readonly group: string };

/** What the cheapest way to meet a practice costs: applied without asking, confirmed first, a new file, people only. */
export type Effort = "apply" | "confirm" | "create" | "people";

/** Other tools whose rules say the same. */
export type RuleSource =
  | "kube-linter"
  | "kube-score"
  | "polaris"
  | "checkov"
  | "kubescape"
  | "trivy"
  | "zizmor"
  | "scorecard"
  | "dsomm"
  | "cis"
  | "pss"
  | "nsa"
  | "learnk8s";

/** Objects that claim what a practice is about: one whose claim does not hold counts against it. */
export interface Claims {
  readonly kinds: readonly GroupKind[];
  /** Why the claim does not hold; nothing where it does, for what it is good for is counted elsewhere. */
  judge(claim: Resource, world: World): Verdict | undefined;
  fix?(claim: Resource, world: World): Fix | undefined;
}

export interface PracticeSpec<S extends SubjectKind> {
  readonly level: Level;
  readonly gate: Gate;
  readonly share: Share;
  /** The cell's name speaks of it: the level is not held without it. */
  readonly defines?: true;
  readonly subject: S;
  /** For `resource`: the kinds it looks at. */
  readonly kinds?: readonly GroupKind[];
  /** For `workload`: also pods of CI tasks and workflows, which are otherwise left out. */
  readonly includesCi?: true;
  /** Applies to system components too. */
  readonly includesSystem?: true;
  readonly effort: Effort;
  /** A person may answer for it in `.kmm.yaml`: never, always, or only by pointing to another repository. */
  readonly answers?: "no" | "yes" | "elsewhere";
  /** Only a person can answer it: `judge` has nothing to look at. */
  readonly asked?: true;
  /**
   * The verdict on one subject (or several, where one subject holds several things that count), or nothing when the
   * practice does not apply. Reading an unknown field ends it with `cannotTell` by itself.
   */
  judge?(subject: Subjects[S], world: World): Verdict | readonly Verdict[] | undefined;
  /** What exists on paper only: a policy that selects nothing, a budget that forbids every eviction. */
  readonly claims?: Claims;
  /** The change that makes an unmet subject met; nothing when there is no safe way to write it. */
  fix?(subject: Subjects[S], world: World): Fix | undefined;
}

/** What says so elsewhere: data that only explanations and reports need, so that it is not part of every host. */
export interface Sources {
  /** URLs. */
  readonly references: readonly string[];
  /** Rules of other tools that say the same, by their ids there. */
  readonly equivalents?: Readonly<Partial<Record<RuleSource, readonly string[]>>>;
}

/** A practice as the engine holds it: the definition with the identity its folder gives. */
export interface Practice<S extends SubjectKind = SubjectKind> extends PracticeSpec<S> {
  readonly id: PracticeId;
  readonly dimension: Dimension;
}

/** Declares a practice; the default export of `practices/<dimension>/<practice>/practice.ts`. */
export function practice<S extends SubjectKind>(spec: PracticeSpec<S>): PracticeSpec<S> {
  return spec;
}

/** Why a practice does not apply to a subject. */
export type NotApplicable =
  | "system"
  | "foreign"
  | "hook"
  | "batch"
  | "agent"
  | "worker"
  | "stateful"
  | "single-replica"
  | "windows"
  | "host-network"
  | "serverless"
  | "no-subject"
  | "parked"
  | "superseded";

/** One thing to point at. */
export interface Spot {
  readonly place: Place;
  /** Key of the message among the practice's messages; `met` or `unmet` when left out. */
  readonly message?: string;
  readonly args?: MessageArgs;
  /** Name of the container it is about. */
  readonly container?: string;
}

export type Verdict =
  | { readonly state: "met"; readonly spots: readonly Spot[] }
  | { readonly state: "unmet"; readonly spots: readonly Spot[] }
  | { readonly state: "cannotTell"; readonly spots: readonly Spot[] }
  | { readonly state: "notApplicable"; readonly reason: NotApplicable }
  /** Excused by the file itself: an exemption with its reason. */
  | { readonly state: "exempt"; readonly reason: string; readonly spots: readonly Spot[] };

type At = Place | Field | Spot | readonly (Place | Field | Spot)[];

function spotsOf(at: At, message?: string, args?: MessageArgs): readonly Spot[] {
  const list: readonly (Place | Field | Spot)[] = isList(at) ? at : [at];
  return list.map((one) => {
    const spot: Spot = "document" in one ? { place: one } : "presence" in one ? { place: one.place } : one;
    return {
      ...spot,
      ...(message === undefined || spot.message !== undefined ? {} : { message }),
      ...(args === undefined ? {} : { args: { ...args, ...spot.args } }),
    };
  });
}

function isList(at: At): at is readonly (Place | Field | Spot)[] {
  return Array.isArray(at);
}

/** The practice is followed, and here is what shows it. */
export function met(at: At, message?: string, args?: MessageArgs): Verdict {
  return { state: "met", spots: spotsOf(at, message, args) };
}

/** The practice is not followed. The first spot carries the finding; the others are shown with it. */
export function unmet(at: At, message?: string, args?: MessageArgs): Verdict {
  return { state: "unmet", spots: spotsOf(at, message, args) };
}

/** A value that is not known decides. Never a diagnostic. */
export function cannotTell(at: At): Verdict {
  return { state: "cannotTell", spots: spotsOf(at) };
}

export function notApplicable(reason: NotApplicable): Verdict {
  return { state: "notApplicable", reason };
}

export function exempt(at: At, reason: string): Verdict {
  return { state: "exempt", reason, spots: spotsOf(at) };
}

/**
 * Thrown by a field whose value is unknown, caught by `judge.ts` and by the helpers below. The one exception that is
 * thrown on purpose: it makes it impossible to judge a value that is not known by forgetting to ask.
 */
export class Unresolved {
  /** It is known by this mark: parts that are loaded later have a class of their own. */
  readonly unresolved = true;
  readonly place: Place;

  static [Symbol.hasInstance](thrown: unknown): boolean {
    return typeof thrown === "object" && thrown !== null && "unresolved" in thrown;
  }

  constructor(place: Place) {
    this.place = place;
  }
}

/** Runs `read`; `undefined` instead of a value that is not known. For what is good to have but decides nothing. */
export function ifKnown<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unresolved) return undefined;
    throw error;
  }
}

/**
 * Judges many things of one subject: a violation of one is a violation of all, whatever is unknown elsewhere; else an
 * unknown one leaves the whole unknown. `look` returns the violations it sees (none: this one is in order).
 */
export function every<T>(
  things: readonly T[],
  look: (thing: T) => Spot | readonly Spot[] | undefined,
  good: At,
  more = false,
): Verdict {
  const violations: Spot[] = [];
  const unknown: Spot[] = [];
  for (const thing of things) {
    try {
      const seen = look(thing);
      if (seen === undefined) continue;
      if (isSpots(seen)) violations.push(...seen);
      else violations.push(seen);
    } catch (error) {
      if (!(error instanceof Unresolved)) throw error;
      unknown.push({ place: error.place });
    }
  }
  if (violations.length > 0) return { state: "unmet", spots: violations };
  if (unknown.length > 0) return { state: "cannotTell", spots: unknown };
  if (more) return cannotTell(good);
  return met(good);
}

function isSpots(seen: Spot | readonly Spot[]): seen is readonly Spot[] {
  return Array.isArray(seen);
}

/**
 * Judges the containers of a workload with `every`; each violation names its container. A workload whose template may
 * add containers is never `met`, only `unmet` or unknown.
 */
export function everyContainer(
  workload: Subjects["workload"],
  containers: readonly Container[],
  look: (container: Container) => At | Spot | undefined,
): Verdict | undefined {
  if (containers.length === 0) return workload.moreContainers ? cannotTell(workload.place) : undefined;
  return every(
    containers,
    (container) => {
      const at = look(container);
      if (at === undefined) return undefined;
      const name = container.displayName;
      return spotsOf(at).map((spot) => ({ ...spot, container: name, args: { container: name, ...spot.args } }));
    },
    workload.place,
    workload.moreContainers,
  );
}
