/** What a hover says: on an object its levels, on a thing that a practice looks at what is met or missing there, elsewhere nothing. */
import type { Resource } from "../../model/facts.ts";
import { DIMENSIONS, type PracticeId } from "../../model/kmm.ts";
import { cellName, cellTitle, dimensionName, say, type Texts } from "../../model/text/texts.ts";
import type { Unit } from "../engine/environments.ts";
import type { FileEntry } from "../engine/files.ts";
import type { Results } from "../engine/levels.ts";
import type { Outcome } from "../engine/outcome.ts";
import { shownIn } from "../engine/placement.ts";
import type { Position, Range } from "../engine/source.ts";
import type { Snapshot } from "../engine/workspace.ts";
import { pathAt, replacedAt, setAt } from "./decisions.ts";
import { levelOf, messageOf, relativeUri, spotsOf } from "./findings.ts";

export interface KmmHover {
  /** Markdown. */
  readonly text: string;
  readonly range: Range;
}

/** Link to the explanation of a practice; the host decides how one opens it. */
export type LinkOf = (practice: PracticeId) => string | undefined;

/** Where somebody points, and in whose words they are answered. */
interface Asked {
  readonly snapshot: Snapshot;
  readonly entry: FileEntry;
  readonly position: Position;
  readonly texts: Texts;
  readonly linkOf: LinkOf;
}

export function hoverAt(
  snapshot: Snapshot,
  entry: FileEntry,
  position: Position,
  texts: Texts,
  linkOf: LinkOf,
): KmmHover | undefined {
  const asked = { snapshot, entry, position, texts, linkOf };
  return onObject(asked) ?? onPipeline(asked) ?? joinedHovers(onPractice(asked), onDecision(asked));
}

function holds(range: Range, position: Position): boolean {
  const before =
    position.line < range.start.line ||
    (position.line === range.start.line && position.character < range.start.character);
  const behind =
    position.line > range.end.line || (position.line === range.end.line && position.character > range.end.character);
  return !before && !behind;
}

/** On the value of `kind` or of `metadata.name`. */
function onObject({ snapshot, entry, position, texts, linkOf }: Asked): KmmHover | undefined {
  const resource = entry.resources.find((one) => {
    if (one.foreign) return false;
    return [one.place, one.name.place].some((place) => holds(snapshot.rangeOf(place), position));
  });
  if (resource === undefined) return undefined;
  const range = [resource.name.place, resource.place]
    .map((place) => snapshot.rangeOf(place))
    .find((one) => holds(one, position));
  const judged = judgedIn(snapshot, entry, resource);
  const [first] = judged;
  const title = `**${resource.kind} ${asText(first?.object.displayName ?? resource.displayName)}**`;
  const where = range ?? snapshot.rangeOf(resource.place);
  if (first === undefined) return undefined;
  const results = snapshot.outcomes.resource(first.unit, first.object);
  const outcomes = snapshot.outcomes.ofResource(first.unit, first.object);
  const note = standing(first.object, texts);
  const others = judged.map(({ unit, object }) => ({
    name: unit.environment?.spec.name ?? "",
    results: snapshot.outcomes.resource(unit, object),
  }));
  return { text: levelTable(title, results, outcomes, texts, linkOf, note, others), range: where };
}

/** The object as each environment applies it, or as it stands where none does; what counts, and the lowest, first. */
function judgedIn(snapshot: Snapshot, entry: FileEntry, resource: Resource) {
  const units = snapshot.environments.using(entry.uri);
  const path = resource.place.path.join("/");
  const applied = units.flatMap((unit) => {
    const object = unit.resources.find(
      (one) =>
        one.document === resource.document &&
        (one.place.path.join("/") === path || one.place.document !== one.document),
    );
    return object === undefined ? [] : [{ unit: unit as Unit, object }];
  });
  if (!snapshot.isRendered(entry.uri)) return [{ unit: entry as Unit, object: resource }];
  const lowest = ({ unit, object }: (typeof applied)[number]) =>
    DIMENSIONS.reduce((sum, one) => sum + (snapshot.outcomes.resource(unit, object)[one].level ?? 0), 0);
  return applied.sort(
    (one, other) =>
      Number(one.object.nonProduction) - Number(other.object.nonProduction) || lowest(one) - lowest(other),
  );
}

/** What environments apply in place of what stands here, or what this sets there; three at most. */
function onDecision({ snapshot, entry, position, texts }: Asked): KmmHover | undefined {
  const replaced = replacedAt(snapshot, entry, position);
  const set = replaced.length > 0 ? [] : setAt(snapshot, entry, position);
  const lines = [
    ...replaced.map((one) =>
      say(texts, "hover.replaced", {
        environment: asText(one.environment),
        value: asText(shortened(one.value)),
        file: asText(relativeUri(snapshot, one.place.document.uri)),
        line: snapshot.rangeOf(one.place).start.line + 1,
      }),
    ),
    ...set.map(({ environment, field, object }) =>
      say(texts, "hover.sets", { environment: asText(environment), field: asText(field), object: asText(object) }),
    ),
  ];
  const at = pathAt(entry, position);
  if (lines.length === 0 || at === undefined) return undefined;
  const shown = lines.slice(0, 3);
  if (lines.length > 3) shown.push(say(texts, "hover.more", { count: lines.length - 3 }));
  return { text: shown.join("  \n"), range: snapshot.rangeOf(at) };
}

function shortened(text: string): string {
  const line = text.split("\n")[0] ?? "";
  return line.length > 60 || line !== text ? `${line.slice(0, 60)}…` : line;
}

function joinedHovers(one: KmmHover | undefined, other: KmmHover | undefined): KmmHover | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return { text: `${one.text}\n\n${other.text}`, range: one.range };
}

function standing(resource: Resource, texts: Texts): string | undefined {
  if (resource.system) return say(texts, "hover.system");
  return resource.nonProduction ? say(texts, "hover.nonProduction") : undefined;
}

/** On a workflow's `jobs`. */
function onPipeline({ snapshot, entry, position, texts, linkOf }: Asked): KmmHover | undefined {
  if (entry.dialect === undefined) return undefined;
  const found = snapshot
    .pipelinesIn(entry.uri)
    .map((pipeline) => ({ pipeline, range: snapshot.rangeOf({ ...pipeline.place, onKey: true }) }))
    .find(({ range }) => holds(range, position));
  if (found === undefined) return undefined;
  const { pipeline, range } = found;
  const title = `**${say(texts, "hover.pipeline")} ${asText(pipeline.displayName)}**`;
  return {
    text: levelTable(title, snapshot.outcomes.file(entry), snapshot.outcomes.of(entry), texts, linkOf, undefined),
    range,
  };
}

/** So many environments are told apart in one line. */
const MOST_ENVIRONMENTS = 6;

/** One line per dimension that applies: the level, what holds it, and the next step; nothing more. */
function levelTable(
  title: string,
  results: Results,
  outcomes: readonly Outcome[],
  texts: Texts,
  linkOf: LinkOf,
  note: string | undefined,
  environments: readonly { readonly name: string; readonly results: Results }[] = [],
): string {
  const lines = DIMENSIONS.flatMap((dimension) => {
    const { level, reach, possible, blockedBy } = results[dimension];
    if (level === null) return [];
    const name = dimensionName(texts, dimension);
    const extra: string[] = [];
    if (possible !== null && possible > level) extra.push(say(texts, "hover.possible", { level: possible }));
    if (reach !== null && reach > level) extra.push(say(texts, "hover.reach", { level: reach }));
    const about = extra.length === 0 ? "" : ` (${extra.join(", ")})`;
    const next =
      blockedBy.find((id) => outcomes.some((outcome) => outcome.practice.id === id && outcome.state === "unmet")) ??
      blockedBy[0];
    const step =
      next === undefined
        ? ""
        : ` · ${say(texts, "hover.next", { practice: link(next, texts, linkOf), count: blockedBy.length })}`;
    const each = environments.map((one) => ({ name: one.name, level: one.results[dimension].level }));
    if (each.some((one) => one.level !== level)) {
      const shown = each.slice(0, MOST_ENVIRONMENTS).map((one) => `${asText(one.name)} **${one.level ?? "–"}**`);
      if (each.length > shown.length) shown.push("…");
      return [`- ${name}: ${shown.join(" · ")}${step}`];
    }
    return [`- ${name}: **${level}** ${cellName(texts, dimension, level)}${about}${step}`];
  });
  if (lines.length === 0) return [title, "", note ?? say(texts, "hover.nothing")].join("\n");
  return [title, "", ...lines, ...(note === undefined ? [] : ["", `*${note}*`])].join("\n");
}

/** On a token that a practice points at: first what is missing, then what is met; three at most. */
function onPractice({ snapshot, entry, position, texts, linkOf }: Asked): KmmHover | undefined {
  const config = snapshot.outcomes.configFor(entry);
  const order = ["unmet", "waived", "unknown", "met"];
  const own = [...snapshot.outcomes.of(entry), ...snapshot.outcomes.around(entry)].flatMap((outcome) =>
    spotsOf(outcome)
      .filter((spot) => spot.place.document.uri === entry.uri)
      .map((spot) => ({ outcome, spot, range: snapshot.rangeOf(spot.place) })),
  );
  const rendered = shownIn(snapshot, entry.uri).flatMap(({ outcome, spot, place }) =>
    spot === undefined ? [] : [{ outcome, spot, range: snapshot.rangeOf(place) }],
  );
  const here = [...own, ...rendered]
    .filter(({ outcome, range }) => outcome.state !== "not-applicable" && holds(range, position))
    .sort(
      (one, other) =>
        order.indexOf(one.outcome.state) - order.indexOf(other.outcome.state) ||
        levelOf(one.outcome.practice, config) - levelOf(other.outcome.practice, config),
    );
  const first = here[0];
  if (first === undefined) return undefined;
  const parts = here.slice(0, 3).map(({ outcome, spot }) => {
    const { practice } = outcome;
    const sign = say(texts, `state.${outcome.state}`);
    return [
      `**${link(practice.id, texts, linkOf)}** · ${sign}`,
      cellTitle(texts, practice.dimension, levelOf(practice, config)),
      outcome.state === "met" || outcome.state === "unmet" ? asText(messageOf(texts, outcome, spot)) : "",
      outcome.state === "unmet" ? firstSentence(texts.practices[practice.id]?.why ?? "") : "",
    ]
      .filter((line) => line !== "")
      .join("  \n");
  });
  if (here.length > 3) parts.push(say(texts, "hover.more", { count: here.length - 3 }));
  return { text: parts.join("\n\n"), range: first.range };
}

function firstSentence(markdown: string): string {
  return markdown.split("\n")[0] ?? "";
}

function link(id: PracticeId, texts: Texts, linkOf: LinkOf): string {
  const title = texts.practices[id]?.title ?? id;
  const href = linkOf(id);
  return href === undefined ? title : `[${title}](${href})`;
}

/** Names come from files: what they say is text, never Markdown. */
function asText(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~]/g, "\\$&");
}
