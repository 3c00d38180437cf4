/** The panel in its webview: draws the states its host sends, and tells the host what was clicked. */
import { dimensionOf, isDimension, isLevel, type PracticeId } from "../../model/kmm.ts";
import { patch } from "./dom.ts";
import { lensKey, lensOf, seenThrough } from "./lens.ts";
import { isHostMessage, type PanelMessage, type PanelState } from "./messages.ts";
import { render } from "./render.ts";
import { PANEL_TEXT } from "./text.ts";
import { type Cell, defaultCell, move, restoreView, select, showMore, toggle, type View } from "./view.ts";

declare function acquireVsCodeApi(): {
  postMessage(message: PanelMessage): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const vscode = acquireVsCodeApi();
const page = document.createElement("main");
const saved = vscode.getState();
let view: View = restoreView(saved);
let state: PanelState | null = null;

document.body.replaceChildren(page);
window.addEventListener("message", (event: MessageEvent<unknown>) => {
  if (!isHostMessage(event.data)) return;
  state = event.data.state;
  draw();
});
page.addEventListener("click", (event) => {
  const target = actionAt(event.target);
  if (target !== null && target.nodeName !== "SELECT") act(target);
});
page.addEventListener("change", (event) => {
  if (!(event.target instanceof HTMLSelectElement)) return;
  const { value, dataset } = event.target;
  if (dataset["action"] === "lens") {
    look(value);
    return;
  }
  const index = Number.parseInt(value, 10);
  vscode.postMessage({ type: "folder", folder: Number.isNaN(index) ? null : index });
});
page.addEventListener("keydown", onKey);
vscode.postMessage({ type: "ready", folder: savedFolder(saved) });

function draw(): void {
  if (state === null) return;
  const focus = document.activeElement?.getAttribute("data-focus") ?? null;
  document.documentElement.lang = state.language;
  patch(page, render(document, state, view, PANEL_TEXT[state.language]));
  for (const select of page.querySelectorAll("select")) select.value = select.dataset["value"] ?? "all";
  if (focus !== null && document.activeElement?.getAttribute("data-focus") !== focus) {
    // Whoever was on an environment that went away goes on with all of them.
    if (!focusOn(focus) && /^(lens|row) /.test(focus)) focusOn("lens all");
  }
  const { selected, filter, lens } = view;
  vscode.setState({ selected, filter, lens, folder: state.folder });
}

function update(next: View): void {
  view = next;
  draw();
}

function act(target: HTMLElement): void {
  const { action, id = "", index } = target.dataset;
  switch (action) {
    case "select": {
      const cell = cellOf(target);
      if (cell !== null) update(select(view, cell));
      return;
    }
    case "blocker":
      showBlocker(id as PracticeId);
      return;
    case "lens":
      look(id);
      return;
    case "filter":
      update({ ...view, filter: id === "all" ? "all" : "unmet" });
      return;
    case "toggle":
      update(toggle(view, id as PracticeId));
      return;
    case "more":
      update(showMore(view, id));
      return;
    case "reveal":
      send({ type: "reveal", sequence: state?.sequence ?? 0, list: listOf(target), index: Number(index) });
      return;
    case "explain":
      send({ type: "explain", sequence: state?.sequence ?? 0, practice: Number(index) });
      return;
    case "refresh":
    case "restart":
      send({ type: action });
      return;
  }
}

/** Through one environment, by its key, or at the whole workspace. */
function look(id: string): void {
  const environment = state?.report?.environments.find((one) => lensKey(one) === id);
  update({ ...view, lens: environment === undefined ? null : lensOf(environment) });
}

function send(message: PanelMessage): void {
  vscode.postMessage(message);
}

/** A blocking practice is in another cell, perhaps: shows that cell, then leads to the practice in it. */
function showBlocker(id: PracticeId): void {
  const practice = state?.report?.practices.find((it) => it.id === id);
  if (practice === undefined) return;
  update({ ...select(view, { dimension: dimensionOf(id), level: practice.level }), filter: "unmet" });
  focusOn(`practice ${id}`);
}

function onKey(event: KeyboardEvent): void {
  const target = event.target instanceof HTMLElement ? event.target : null;
  const cell = target === null || target.getAttribute("role") !== "gridcell" ? null : cellOf(target);
  if (cell === null || event.altKey || event.metaKey) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    update(select(view, cell));
    return;
  }
  const next = move(cell, event.key, event.ctrlKey);
  if (next === null) return;
  event.preventDefault();
  // Before a first choice the detail follows the report's weakest dimension; moving the focus must not change that.
  const selected = view.selected ?? (state?.report ? defaultCell(seenThrough(state.report, view.lens)) : null);
  update({ ...view, selected, focused: next });
  focusOn(`${next.dimension}/${next.level}`);
}

function focusOn(focus: string): boolean {
  const elements = [...page.querySelectorAll<HTMLElement>("[data-focus]")];
  const found = elements.find(({ dataset }) => dataset["focus"] === focus);
  found?.focus();
  return found !== undefined;
}

function actionAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-action]") : null;
}

function cellOf({ dataset }: HTMLElement): Cell | null {
  const { dimension } = dataset;
  const level = Number(dataset["level"]);
  return isDimension(dimension) && isLevel(level) ? { dimension, level } : null;
}

function listOf({ dataset }: HTMLElement): "findings" | "notices" | "notRead" {
  const { list } = dataset;
  return list === "notices" || list === "notRead" ? list : "findings";
}

function savedFolder(value: unknown): number | null {
  if (typeof value !== "object" || value === null) return null;
  const { folder } = value as { folder?: unknown };
  return typeof folder === "number" ? folder : null;
}
