/** Where what was judged is shown: in the file that should change, and once for all environments that share it. */
import type { DocumentRef, Place } from "../../model/edit.ts";
import { once } from "../../model/memo.ts";
import type { Spot } from "../../model/practice.ts";
import { ResourceFact } from "./dialects/kubernetes.ts";
import { resolve } from "./dialects/kustomize.ts";
import { declaredIn, type EnvironmentUnit, fileOf, isEnvironment, type Unit } from "./environments.ts";
import { rootField } from "./field.ts";
import { parentOf } from "./layout.ts";
import type { Outcome } from "./outcome.ts";
import type { SourceDocument } from "./source.ts";
import type { Snapshot } from "./workspace.ts";

/** One thing that is said of a place. */
export interface Shown {
  readonly outcome: Outcome;
  readonly spot: Spot | undefined;
  readonly place: Place;
  /** The file or the environment that it was judged in. */
  readonly unit: Unit;
  /** Only this environment lacks it: the place is in the overlay, and so the change must be. */
  readonly overlay?: true;
}

/** What is said of everything a unit declares or applies, and where: for each spot, or once where a verdict names none. */
export function shownOf(snapshot: Snapshot, unit: Unit, outcomes: readonly Outcome[]): readonly Shown[] {
  return outcomes.flatMap((outcome): Shown[] => {
    const spots: readonly Spot[] = "spots" in outcome.verdict ? outcome.verdict.spots : [];
    const own = outcome.subject.fact.place;
    if (spots.length === 0) return [{ outcome, spot: undefined, place: own.decided ?? own, unit }];
    const shown = outcome.state === "unmet" ? spots : spots.slice(0, 1);
    return shown.map((spot): Shown => {
      const overlay = overlayOf(snapshot, unit, outcome, spot);
      if (overlay !== undefined) return { outcome, spot, place: overlay, unit, overlay: true };
      return { outcome, spot, place: spot.place.decided ?? spot.place, unit };
    });
  });
}

/** What is said in one file, each thing once, what counts first. */
export function shownIn(snapshot: Snapshot, uri: string): readonly Shown[] {
  const units = [...snapshot.environments.using(uri)].sort(
    (one, other) => Number(one.environment.nonProduction) - Number(other.environment.nonProduction),
  );
  const seen = new Set<string>();
  const found: Shown[] = [];
  // What a manifest shows is about its own objects; an overlay's file, a patch or values decide for those of others.
  const own = snapshot.files.get(uri)?.role === "kubernetes";
  for (const whole of units) {
    const unit = own ? declaredIn(whole, uri) : whole;
    const all = [...snapshot.outcomes.of(unit), ...snapshot.outcomes.around(unit)];
    for (const shown of shownOf(snapshot, unit, all)) {
      if (shown.place.document.uri !== uri) continue;
      const key = keyOf(shown);
      if (seen.has(key)) continue;
      seen.add(key);
      found.push(shown);
    }
  }
  return found;
}

/** Equal for the same thing said of the same object at the same place. */
export function keyOf({ outcome, spot, place }: Shown): string {
  const { practice, state, subject } = outcome;
  const args = spot?.args === undefined ? "" : JSON.stringify(spot.args);
  const name = "displayName" in subject.fact ? subject.fact.displayName : "";
  const about = `${name} ${pathKey(subject.fact.place)}`;
  return [practice.id, state, about, spot?.message, spot?.container, args, pathKey(place)].join("\n");
}

function pathKey(place: Place): string {
  return [numberOf(place.document), place.path.join("/"), place.onKey, place.span?.join("-")].join(" ");
}

let documents = 0;

/** Tells documents apart: a file may hold several. */
const numberOf = once((_document: DocumentRef): number => ++documents);

/**
 * Where an environment says what it takes from the base, when what it lacks is its own affair: others have it. What
 * every environment lacks is lacking in what they share, and this answers nothing.
 */
function overlayOf(snapshot: Snapshot, unit: Unit, outcome: Outcome, { place }: Spot): Place | undefined {
  const { fact } = outcome.subject;
  if (!isEnvironment(unit) || place.decided !== undefined || outcome.state !== "unmet") return undefined;
  if (!(fact instanceof ResourceFact)) return undefined;
  const object = `${outcome.practice.id}\n${pathKey(fact.place)}`;
  if (snapshot.environments.using(place.document.uri).length < 2) return undefined;
  if (!metElsewhere(snapshot, fact.document.uri).has(object)) return undefined;
  return entryInto(snapshot, unit, place.document.uri);
}

const met = once((_snapshot: Snapshot) => new Map<string, ReadonlySet<string>>());

/** Practices with the objects that meet them in an environment that counts, by the file that declares them. */
function metElsewhere(snapshot: Snapshot, uri: string): ReadonlySet<string> {
  let known = met(snapshot).get(uri);
  if (known === undefined) {
    const sharing = snapshot.environments.using(uri).filter(({ environment }) => !environment.nonProduction);
    known =
      sharing.length < 2
        ? NOTHING
        : new Set(sharing.flatMap((unit) => [...metIn(snapshot.outcomes.of(declaredIn(unit, uri)))]));
    met(snapshot).set(uri, known);
  }
  return known;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Practices with the objects that meet them, by the place where each is declared. */
const metIn = once(
  (outcomes: readonly Outcome[]): ReadonlySet<string> =>
    new Set(
      outcomes.flatMap(({ state, practice, subject }) =>
        (state === "met" || state === "waived") && subject.fact instanceof ResourceFact
          ? [`${practice.id}\n${pathKey(subject.fact.place)}`]
          : [],
      ),
    ),
);

/** Where an environment's own file draws in another one. */
function entryInto(snapshot: Snapshot, unit: EnvironmentUnit, uri: string): Place {
  const own = fileOf(unit.environment.spec);
  const document = snapshot.files.get(own)?.source?.documents[0];
  if (document === undefined) return { document: { uri: own }, path: [] };
  return { document, path: drawing(document, uri) };
}

/** The item of a kustomization that leads to a file: the longest path that it lies below. */
function drawing(document: SourceDocument, uri: string): readonly (string | number)[] {
  const folder = parentOf(document.uri);
  const body = rootField(document);
  let best: { readonly path: readonly (string | number)[]; readonly length: number } | undefined;
  for (const list of ["resources", "bases", "components"])
    for (const item of body.at(list).writtenItems()) {
      const target = item.source === undefined ? undefined : resolve(folder, item.source);
      if (target === undefined || (uri !== target && !uri.startsWith(`${target}/`))) continue;
      if (best === undefined || target.length > best.length) best = { path: item.place.path, length: target.length };
    }
  return best?.path ?? (body.at("resources").presence === "present" ? ["resources"] : []);
}
