/** Texts for people, one table per language. Which one is loaded is the host's choice; nothing here knows of hosts. */
import type { MessageArgs } from "../edit.ts";
import type { Dimension, Level, PracticeId } from "../kmm.ts";

export type Language = "en" | "sv";

export const LANGUAGES: readonly Language[] = ["en", "sv"];

/** What `en.md` or `sv.md` of a practice says. Sections are Markdown. */
export interface PracticeText {
  readonly title: string;
  readonly why: string;
  readonly what: string;
  readonly whenNot: string;
  /** Messages by key, with {holes}: `met`, `unmet`, `fix` and what else the practice names. */
  readonly messages: Readonly<Record<string, string>>;
}

export interface DimensionText {
  readonly name: string;
  readonly levels: Readonly<Record<`${Level}`, { readonly name: string; readonly text: string }>>;
}

export interface Texts {
  readonly language: Language;
  readonly dimensions: Readonly<Record<Dimension, DimensionText>>;
  readonly practices: Readonly<Record<PracticeId, PracticeText>>;
  /** Everything else that the server and the command line say. */
  readonly interface: Readonly<Record<string, string>>;
}

/** Puts arguments into the {holes} of a text; a hole without an argument stays as it is, so that it is seen. */
export function fill(template: string, args: MessageArgs = {}): string {
  return template.replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = args[name];
    return value === undefined ? hole : String(value);
  });
}

/** A text of the interface. An unknown key is shown as the key: seen at once, never an exception. */
export function say(texts: Texts, key: string, args: MessageArgs = {}): string {
  return fill(texts.interface[key] ?? key, args);
}

export function dimensionName(texts: Texts, dimension: Dimension): string {
  return texts.dimensions[dimension].name;
}

export function cellName(texts: Texts, dimension: Dimension, level: Level): string {
  return texts.dimensions[dimension].levels[`${level}`].name;
}

/** "Security and Compliance · level 3, Security Scanning": how every finding says which cell it speaks of. */
export function cellTitle(texts: Texts, dimension: Dimension, level: Level): string {
  return say(texts, "cell", {
    dimension: dimensionName(texts, dimension),
    level,
    cell: cellName(texts, dimension, level),
  });
}
