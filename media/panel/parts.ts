/** What the parts of the renderer share. */
import type { Build, Child } from "./dom.ts";
import type { Language } from "./messages.ts";
import type { PanelText } from "./text.ts";
import type { View } from "./view.ts";

/** What every part of the renderer needs. */
export interface Context {
  h: Build;
  text: PanelText;
  language: Language;
  view: View;
}

/** Rows shown of a list at once; "show more" adds as many again. */
export const LIMIT = 100;

/** A link to a place, named by its index in one of the report's lists. Lines are counted from one, as editors do. */
export function place(h: Build, list: string, index: number, uri: string, line: number | null): Element {
  return h(
    "button",
    { type: "button", class: "link place", "data-action": "reveal", "data-list": list, "data-index": index },
    line === null ? uri : `${uri}:${line + 1}`,
  );
}

/** The rest of a list that was cut, a hundred at a time. */
export function more(h: Build, text: PanelText, key: string, left: number): Child {
  if (left <= 0) return false;
  const label = text.showMore(Math.min(left, LIMIT), left);
  return h(
    "button",
    { type: "button", class: "quiet more", "data-action": "more", "data-id": key, "data-focus": `more ${key}` },
    label,
  );
}
