/** What a configuration of the right shape says: practices that exist, days that have passed, patterns that match. */
import type { Key, MessageArgs, Place } from "../../model/edit.ts";
import type { PracticeId } from "../../model/kmm.ts";
import type { Bounds } from "../../model/ladder.ts";
import type { Answer, Environment, Waiver, Written, WrittenAnswer, WrittenWaiver } from "./config.ts";
import type { ConfigProblem } from "./config-shape.ts";
import { readGlob, readGlobs } from "./globs.ts";
import { nearest } from "./nearest.ts";
import type { SourceDocument } from "./source.ts";

/** What the reader of a configuration has to know of the world around it. */
export interface Known {
  readonly practices: ReadonlySet<string>;
  /** Whether a person may answer for a practice: never, always, or by pointing to another repository. */
  attestable(practice: string): "no" | "yes" | "elsewhere";
  /** Today as an ISO date. */
  readonly today: string;
}

/** An answer counts for so many days. */
export const ANSWER_DAYS = 180;

export interface Checked {
  readonly waivers: readonly Waiver[];
  readonly answers: readonly Answer[];
  readonly problems: readonly ConfigProblem[];
}

/** Reads waivers and answers with whether they count, and tells of everything that does not do what it seems to. */
export function checkConfig(document: SourceDocument, written: Written, known: Known, bounds: Bounds): Checked {
  const check = new Check(document, known);
  check.bounds(written, bounds);
  check.practices(written);
  check.paths(written);
  const waivers = check.waivers(written.waivers ?? []);
  const answers = check.answers(written.answers ?? []);
  return { waivers, answers, problems: check.problems };
}

class Check {
  readonly problems: ConfigProblem[] = [];
  readonly #document: SourceDocument;
  readonly #known: Known;
  readonly #today: string;

  constructor(document: SourceDocument, known: Known) {
    this.#document = document;
    this.#known = known;
    this.#today = known.today.slice(0, 10);
  }

  bounds({ ladder }: Written, base: Bounds): void {
    if (typeof ladder !== "object" || ladder.bounds === undefined) return;
    const { partially, largely, fully } = { ...base, ...ladder.bounds };
    if (partially < largely && largely < fully && fully < 1) return;
    this.#tell("error", { path: ["ladder", "bounds"], onKey: true }, "config.bounds", { partially, largely, fully });
  }

  practices({ practices = {} }: Written): void {
    for (const id of Object.keys(practices)) this.#isKnown(id, { path: ["practices", id], onKey: true });
  }

  paths({ exclude = [], environments = [] }: Written): void {
    for (const [index, glob] of exclude.entries()) this.#glob(glob, ["exclude", index]);
    const usable = exclude.map(readGlob).filter((glob) => typeof glob !== "string");
    if (readGlobs(exclude).length < usable.length)
      this.#tell("error", { path: ["exclude"], onKey: true }, "config.tooMany", { key: "exclude" });
    const names = new Set<string>();
    for (const [step, entry] of Object.entries<Environment | readonly string[]>(environments)) {
      // A list of names with paths; or a map, whose keys are the names and cannot stand there twice.
      const listed = "paths" in entry;
      const paths = listed ? entry.paths : entry;
      const at: readonly Key[] = listed ? ["environments", Number(step), "paths"] : ["environments", step];
      for (const [index, glob] of paths.entries()) this.#glob(glob, [...at, index]);
      if (!listed) continue;
      const { name } = entry;
      if (names.has(name)) {
        this.#tell("warning", { path: ["environments", Number(step), "name"] }, "config.environmentTwice", { name });
      }
      names.add(name);
    }
  }

  waivers(written: readonly WrittenWaiver[]): readonly Waiver[] {
    const told = new Set<string>();
    return written.map((waiver, index) => {
      const { practice, path, kind, name, namespace, reason, owner, expires } = waiver;
      const place = this.#place({ path: ["waivers", index, "practice"] });
      const known = this.#isKnown(practice, { path: ["waivers", index, "practice"] });
      if (path !== undefined) this.#glob(path, ["waivers", index, "path"]);
      let counts = known;
      if (expires !== undefined && expires < this.#today) {
        counts = false;
        this.#tell("warning", { path: ["waivers", index, "expires"] }, "config.waiverExpired", { expires });
      }
      const same = JSON.stringify([practice, path, kind, name, namespace]);
      // An expired waiver may be renewed by a second one: only one that counts makes another needless.
      if (counts && told.has(same)) {
        counts = false;
        this.#tell("warning", { path: ["waivers", index, "practice"] }, "config.waiverTwice", { practice });
      }
      if (counts) told.add(same);
      return { practice: practice as PracticeId, path, kind, name, namespace, reason, owner, expires, counts, place };
    });
  }

  answers(written: readonly WrittenAnswer[]): readonly Answer[] {
    const told = new Set<string>();
    return written.map((answer, index) => {
      const { practice, answer: state, evidence, owner, answeredAt, reviewBy, externalUrl } = answer;
      const at = { path: ["answers", index, "practice"] };
      let counts =
        this.#isKnown(practice, at) &&
        this.#isAnswerable(answer, at) &&
        this.#isComplete(answer, at) &&
        this.#isFresh(answer, index);
      if (counts && told.has(practice)) {
        counts = false;
        this.#tell("warning", at, "config.answerTwice", { practice });
      }
      if (counts) told.add(practice);
      return {
        practice: practice as PracticeId,
        state,
        evidence,
        owner,
        answeredAt,
        reviewBy,
        externalUrl,
        counts,
        place: this.#place(at),
      };
    });
  }

  #isAnswerable({ practice, externalUrl }: WrittenAnswer, at: At): boolean {
    const attestable = this.#known.attestable(practice);
    if (attestable === "yes" || (attestable === "elsewhere" && externalUrl !== undefined)) return true;
    this.#tell("warning", at, attestable === "no" ? "config.answerNotAsked" : "config.answerElsewhere", { practice });
    return false;
  }

  #isComplete({ practice, evidence, owner, answeredAt, externalUrl }: WrittenAnswer, at: At): boolean {
    const parts = { evidence: evidence ?? externalUrl, owner, answeredAt };
    const missing = Object.entries(parts).flatMap(([key, value]) => (value === undefined ? [key] : []));
    if (missing.length > 0)
      this.#tell("warning", at, "config.answerIncomplete", { practice, missing: missing.join(", ") });
    return missing.length === 0;
  }

  #isFresh({ answeredAt = "", reviewBy }: WrittenAnswer, index: number): boolean {
    const days = daysBetween(answeredAt, this.#today);
    // One day ahead is another time zone.
    if (days < -1) {
      this.#tell("warning", { path: ["answers", index, "answeredAt"] }, "config.answerFuture", { answeredAt });
      return false;
    }
    if (days > ANSWER_DAYS) {
      this.#tell("warning", { path: ["answers", index, "answeredAt"] }, "config.answerOld", {
        days,
        limit: ANSWER_DAYS,
      });
      return false;
    }
    if (reviewBy !== undefined && reviewBy < this.#today) {
      this.#tell("warning", { path: ["answers", index, "reviewBy"] }, "config.answerReview", { reviewBy });
      return false;
    }
    return true;
  }

  /** An unknown practice may belong to a newer version: a warning, and the rest of the file holds. */
  #isKnown(practice: string, at: At): boolean {
    const { practices } = this.#known;
    if (practices.has(practice)) return true;
    const near = nearest(practice, practices);
    if (near === undefined) this.#tell("warning", at, "config.unknownPractice", { practice });
    else this.#tell("warning", at, "config.unknownPracticeNear", { practice, near });
    return false;
  }

  #glob(pattern: string, path: readonly Key[]): void {
    const glob = readGlob(pattern);
    if (glob === "outside") this.#tell("warning", { path }, "config.globOutside", { pattern });
    if (glob === "backslash") this.#tell("warning", { path }, "config.globBackslash", { pattern });
    if (glob === "complex") this.#tell("error", { path }, "config.globComplex", {});
  }

  #tell(severity: ConfigProblem["severity"], at: At, key: string, args: MessageArgs): void {
    this.problems.push({ place: this.#place(at), key, args, severity });
  }

  #place(at: At): Place {
    return { document: this.#document, ...at };
  }
}

type At = Pick<Place, "path" | "onKey">;

/** ISO dates, which the schema has checked. */
function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}
