/**
 * Report and view state -> elements, and nothing else: no listeners, no messages, no globals. What an element does is
 * said in its data attributes (`data-action` and its arguments), which `main.ts` reads when it is clicked.
 */
import type { Report } from "../../server/features/report-contract.ts";
import { detail } from "./detail.ts";
import { builder, type Child } from "./dom.ts";
import { environments } from "./environments.ts";
import { grid } from "./grid.ts";
import { headline } from "./headline.ts";
import { seenThrough } from "./lens.ts";
import type { PanelState } from "./messages.ts";
import { type Context, LIMIT, more, place } from "./parts.ts";
import type { PanelText } from "./text.ts";
import type { View } from "./view.ts";

export function render(document: Document, state: PanelState, view: View, text: PanelText): Element {
  const h = builder(document);
  const context: Context = { h, text, language: state.language, view };
  return h(
    "main",
    { class: "page", lang: state.language },
    header(context, state),
    status(context, state),
    ...body(context, state),
  );
}

function header({ h, text }: Context, { folders, folder }: PanelState): Element {
  return h(
    "header",
    { class: "bar", "data-key": "bar" },
    h("h1", null, text.title),
    folders.length > 1 &&
      h(
        "label",
        { class: "folder" },
        text.folder,
        h(
          "select",
          { "data-action": "folder", "data-focus": "folder", "data-value": folder ?? "all" },
          h("option", { value: "all", selected: folder === null }, text.allFolders),
          folders.map((name, index) => h("option", { value: index, selected: folder === index }, name)),
        ),
      ),
    folders.length > 0 &&
      h("button", { type: "button", class: "quiet", "data-action": "refresh", "data-focus": "refresh" }, text.refresh),
  );
}

/** Always present, so that screen readers announce what changes in it. */
function status({ h, text }: Context, { server, scanning, report }: PanelState): Element {
  const stopped = server === "stopped";
  let message: Child = null;
  if (stopped) {
    message = [
      h("strong", null, text.stopped),
      h("span", null, text.stoppedHint),
      h("button", { type: "button", "data-action": "restart", "data-focus": "restart" }, text.restart),
    ];
  } else if (server === "starting" || report === null) {
    message = [h("span", { class: "spinner", "aria-hidden": "true" }), h("span", null, text.starting)];
  } else if (scanning) {
    message = [h("span", { class: "spinner", "aria-hidden": "true" }), h("span", null, text.scanning)];
  }
  return h("div", { class: stopped ? "status stopped" : "status", role: "status", "data-key": "status" }, message);
}

function body(context: Context, state: PanelState): readonly Child[] {
  const { h, text } = context;
  const { report, folders } = state;
  if (report === null) return [];
  if (!hasEvidence(report) && !report.environments.some(hasEvidence)) {
    if (state.scanning) return [];
    const files = report.scanned.files;
    const hint = files === 0 ? text.noFilesHint : text.noEvidenceHint(files);
    const none = folders.length === 0;
    return [
      h(
        "section",
        { class: "empty", "data-key": "empty" },
        h("h2", null, none ? text.noFolder : text.noEvidence),
        h("p", null, none ? text.noFolderHint : hint),
      ),
      ...folds(context, report),
    ];
  }
  const seen = seenThrough(report, context.view.lens);
  return [
    headline(context, report),
    environments(context, report, state.scanning),
    grid(context, seen),
    detail(context, seen),
    ...folds(context, report),
  ];
}

/** Level `null` everywhere, and not a single practice met, means that there is nothing to draw. */
export function hasEvidence({ dimensions }: Pick<Report, "dimensions">): boolean {
  return dimensions.some(({ level, reach }) => level !== null || reach !== null);
}

function folds({ h, text, view }: Context, { notices, scanned }: Report): Child[] {
  const fold = (
    key: "notices" | "notRead",
    label: string,
    rows: readonly { uri: string; message: string }[],
  ): Child => {
    if (rows.length === 0) return false;
    const shown = LIMIT * (1 + (view.more[key] ?? 0));
    return h(
      "details",
      { class: "fold", "data-key": key },
      h("summary", { "data-focus": key }, label),
      h(
        "ul",
        { class: "places" },
        rows
          .slice(0, shown)
          .map(({ uri, message }, index) =>
            h("li", null, h("span", { class: "message" }, message), uri !== "" && place(h, key, index, uri, null)),
          ),
      ),
      more(h, text, key, rows.length - shown),
    );
  };
  const unread = scanned.notRead.map(({ uri, reason }) => ({ uri, message: reason }));
  return [fold("notices", text.notices(notices.length), notices), fold("notRead", text.notRead(unread.length), unread)];
}
