/** The five by five grid, as the ARIA grid pattern has it: one stop for Tab, arrow keys inside. */
import { LEVELS } from "../../model/kmm.ts";
import type { Report, ReportCell, ReportDimension } from "../../server/features/report-contract.ts";
import { environmentIn } from "./lens.ts";
import type { Context } from "./parts.ts";
import { sign } from "./signs.ts";
import { cellText, dimensionName } from "./text.ts";
import { defaultCell } from "./view.ts";

export function grid(context: Context, report: Report): Element {
  const { h, text, view } = context;
  const environment = environmentIn(report, view.lens);
  const label = environment === null ? text.grid : `${text.grid} (${environment.name})`;
  return h(
    "section",
    { class: "grid-frame", "data-key": "grid" },
    h(
      "div",
      { role: "grid", "aria-label": label, "aria-describedby": "grid-hint", class: "grid" },
      h(
        "div",
        { role: "row", class: "row head" },
        h("div", { role: "columnheader" }, text.dimension),
        LEVELS.map((level) => h("div", { role: "columnheader" }, text.level(level))),
      ),
      report.dimensions.map((dimension) => row(context, report, dimension)),
    ),
    h("p", { class: "hint", id: "grid-hint" }, text.gridHint),
  );
}

function row(context: Context, report: Report, dimension: ReportDimension): Element {
  const { h, text, language } = context;
  const { id, level } = dimension;
  return h(
    "div",
    { role: "row", class: "row", "data-key": id },
    h(
      "div",
      { role: "rowheader", class: "rowheader" },
      h("span", { class: "name" }, dimensionName(language, id)),
      h("strong", { class: "level" }, level === null ? text.noLevel : text.level(level)),
      h("span", { class: "dim facts" }, levelFacts(context, dimension).join(" · ")),
    ),
    dimension.cells.map((cell) => gridCell(context, report, dimension, cell)),
  );
}

/** What there is to say beside the held level, and only where it says something else than the level does. */
function levelFacts({ text }: Context, dimension: ReportDimension): string[] {
  const { level, strictLevel, possible, reach, progress, confidence } = dimension;
  const facts: string[] = [];
  if (strictLevel !== null && strictLevel !== level) facts.push(text.strictly(strictLevel));
  if (possible !== null && possible !== level) facts.push(text.possible(possible));
  if (reach !== null && reach !== level) facts.push(text.reach(reach));
  if (level !== null && level < 5 && progress > 0) facts.push(text.progress(percent(progress), level + 1));
  if (confidence < 1 && (level !== null || reach !== null)) facts.push(text.confidence(percent(confidence)));
  return facts;
}

function gridCell(context: Context, report: Report, dimension: ReportDimension, cell: ReportCell): Element {
  const { h, text, language, view } = context;
  const { id } = dimension;
  const { level, rating, met, required } = cell;
  const selected = view.selected ?? defaultCell(report);
  const focused = view.focused ?? selected;
  const isHeld = dimension.level === level;
  const { name } = cellText(language, id, level);
  const share = required > 0 ? text.share(met, required) : "";
  return h(
    "div",
    {
      role: "gridcell",
      class: isHeld ? "cell held" : "cell",
      "data-key": `${id}/${level}`,
      "data-rating": rating ?? "none",
      "data-action": "select",
      "data-dimension": id,
      "data-level": level,
      "data-focus": `${id}/${level}`,
      tabindex: focused.dimension === id && focused.level === level ? 0 : -1,
      "aria-selected": selected.dimension === id && selected.level === level ? "true" : "false",
      "aria-label": text.cellLabel(
        dimensionName(language, id),
        level,
        name,
        text.ratingSentences[rating ?? "none"],
        share,
        isHeld,
      ),
      title: name,
    },
    h("span", { class: "name" }, name),
    h(
      "span",
      { class: "state" },
      sign(h, rating),
      h("span", { class: "rating" }, text.ratings[rating ?? "none"]),
      required > 0 && h("span", { class: "share" }, `${met}/${required}`),
    ),
    isHeld && h("span", { class: "badge" }, text.held),
  );
}

function percent(share: number): number {
  return Math.round(share * 100);
}
