/// <reference lib="dom" />
/** A document to draw in, and what a reader sees of it. */
import { Window } from "happy-dom";
import type { PanelState } from "../../media/panel/messages.ts";
import { render } from "../../media/panel/render.ts";
import { PANEL_TEXT } from "../../media/panel/text.ts";
import { INITIAL, type View } from "../../media/panel/view.ts";
import { state } from "./fixture.ts";

export function newDocument(): Document {
  return new Window().document as unknown as Document;
}

export function draw(changes: Partial<PanelState> = {}, view: Partial<View> = {}): Element {
  const drawn = state(changes);
  return render(newDocument(), drawn, { ...INITIAL, ...view }, PANEL_TEXT[drawn.language]);
}

export function texts(root: Element, selector: string): string[] {
  return [...root.querySelectorAll(selector)].map((it) => (it.textContent ?? "").trim());
}
