/** The choice of an environment as the lens of the grid, and all of them side by side. */
import { DIMENSIONS, type Level } from "../../model/kmm.ts";
import type { Report, ReportDimension, ReportEnvironment } from "../../server/features/report-contract.ts";
import type { Child } from "./dom.ts";
import { environmentIn, type Lens, lensKey } from "./lens.ts";
import type { Context } from "./parts.ts";
import { dimensionName } from "./text.ts";

/** More than these are chosen from a list, and the table of them waits until it is opened. */
const FEW = 6;

/** Names of tools, the same in every language. */
const KINDS: Readonly<Record<ReportEnvironment["kind"], string>> = {
  kustomize: "Kustomize",
  helm: "Helm",
  "argo-cd": "Argo CD",
  flux: "Flux",
};

export function environments(context: Context, report: Report, scanning: boolean): Child {
  const { h, text, view } = context;
  const { environments: all } = report;
  if (all.length === 0) return false;
  const chosen = environmentIn(report, view.lens);
  return h(
    "section",
    { class: "lens", "data-key": "lens", "aria-labelledby": "lens-title" },
    h(
      "div",
      { class: "lens-bar" },
      all.length > FEW
        ? [h("label", { id: "lens-title", for: "lens-choice" }, text.environment), list(context, all, chosen)]
        : [h("span", { id: "lens-title" }, text.environment), buttons(context, all, chosen)],
    ),
    h("p", { role: "status", class: "lens-said dim" }, said(context, report, chosen, scanning)),
    h(
      "details",
      { class: "compare", "data-key": "compare", open: all.length <= FEW },
      h("summary", { "data-focus": "compare" }, text.sideBySide(all.length)),
      table(context, report, chosen),
    ),
  );
}

function buttons({ h, text }: Context, all: readonly ReportEnvironment[], chosen: Lens | null): Element {
  const choice = (id: string, isOn: boolean, ...children: readonly Child[]) =>
    h(
      "button",
      {
        type: "button",
        class: "choice",
        "data-action": "lens",
        "data-id": id,
        "data-key": id,
        "data-focus": `lens ${id}`,
        "aria-pressed": isOn ? "true" : "false",
      },
      ...children,
    );
  return h(
    "div",
    { class: "choices", role: "group", "aria-labelledby": "lens-title" },
    choice("all", chosen === null, text.allEnvironments),
    all.map((one) => {
      const parts = [
        h("span", { class: "name" }, nameIn(all, one)),
        " ",
        h("span", { class: "kind" }, KINDS[one.kind]),
      ];
      return choice(lensKey(one), chosen === one, ...parts, one.nonProduction && [" ", notProduction(h, text)]);
    }),
  );
}

function list({ h, text }: Context, all: readonly ReportEnvironment[], chosen: Lens | null): Element {
  const option = (id: string, isOn: boolean, label: string) => h("option", { value: id, selected: isOn }, label);
  return h(
    "select",
    {
      id: "lens-choice",
      "data-action": "lens",
      "data-focus": "lens all",
      "data-value": chosen === null ? "all" : lensKey(chosen),
    },
    option("all", chosen === null, text.allEnvironments),
    all.map((one) => {
      const parts = [nameIn(all, one), KINDS[one.kind], ...(one.nonProduction ? [text.notProduction] : [])];
      return option(lensKey(one), chosen === one, parts.join(" · "));
    }),
  );
}

/** What the grid shows now, in words that are read out when it changes. */
function said(
  { text, language, view }: Context,
  report: Report,
  chosen: ReportEnvironment | null,
  scanning: boolean,
): string {
  if (chosen === null) {
    // A first scan has not come to it yet, perhaps.
    if (view.lens !== null && !scanning) return text.lensGone(view.lens.name);
    const counted = report.environments.filter(({ nonProduction }) => !nonProduction).length;
    return text.lensAll(counted, report.environments.length);
  }
  const { weakest, assessed } = weakestOf(chosen.dimensions);
  const [first] = weakest;
  if (first === undefined) return text.lensNothing(chosen.name);
  const names = weakest.map(({ id }) => dimensionName(language, id));
  const why = weakest.length === assessed ? text.allEqual : text.weakest(names);
  return text.lensOne(chosen.name, first.level ?? 1, why);
}

function table(context: Context, report: Report, chosen: ReportEnvironment | null): Element {
  const { h, text, language } = context;
  const { environments: all } = report;
  return h(
    "div",
    { class: "compare-frame" },
    h(
      "table",
      { "aria-label": text.sideBySide(all.length) },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          h("th", { scope: "col" }, text.environment),
          DIMENSIONS.map((id) => h("th", { scope: "col" }, dimensionName(language, id))),
        ),
      ),
      h(
        "tbody",
        null,
        row(context, "all", chosen === null, report.dimensions, h("span", null, text.everyEnvironment)),
        all.map((one) =>
          row(
            context,
            lensKey(one),
            chosen === one,
            one.dimensions,
            h("span", null, nameIn(all, one)),
            h("span", { class: "kind" }, isAlone(all, one) ? `${KINDS[one.kind]} · ${one.root}` : KINDS[one.kind]),
            one.nonProduction && notProduction(h, text),
          ),
        ),
      ),
    ),
    h("p", { class: "note dim", "aria-hidden": "true" }, text.weakestHint),
  );
}

/** The whole row is clicked; the keyboard has the button in it. */
function row(
  { h, text }: Context,
  id: string,
  isOn: boolean,
  dimensions: readonly ReportDimension[],
  name: Element,
  ...about: readonly Child[]
): Element {
  const { weakest, assessed } = weakestOf(dimensions);
  return h(
    "tr",
    { class: isOn ? "chosen" : null, "data-key": id, "data-action": "lens", "data-id": id },
    h(
      "th",
      { scope: "row" },
      h(
        "div",
        { class: "who" },
        h(
          "button",
          { type: "button", class: "link", "data-focus": `row ${id}`, "aria-pressed": isOn ? "true" : "false" },
          name,
        ),
        ...about,
      ),
    ),
    DIMENSIONS.map((dimension) => {
      const level = dimensions.find((one) => one.id === dimension)?.level ?? null;
      const isWeakest = weakest.length < assessed && weakest.some((one) => one.id === dimension);
      return h("td", { class: isWeakest ? "weakest" : null }, levelOf(h, text, level, isWeakest));
    }),
  );
}

function levelOf(h: Context["h"], text: Context["text"], level: Level | null, isWeakest: boolean): Child {
  if (level === null) {
    return [h("span", { "aria-hidden": "true" }, "–"), h("span", { class: "unseen" }, text.noLevel)];
  }
  if (!isWeakest) return String(level);
  const mark = h("span", { class: "mark", "aria-hidden": "true" }, "▾");
  return [h("strong", null, String(level)), mark, h("span", { class: "unseen" }, `, ${text.weakestLevel}`)];
}

function weakestOf(dimensions: readonly ReportDimension[]): { weakest: ReportDimension[]; assessed: number } {
  const assessed = dimensions.filter(({ level }) => level !== null);
  const lowest = Math.min(...assessed.map(({ level }) => level ?? 5));
  return { weakest: assessed.filter(({ level }) => level === lowest), assessed: assessed.length };
}

function notProduction(h: Context["h"], text: Context["text"]): Element {
  return h("span", { class: "tag", title: text.notProductionHint }, text.notProduction);
}

/** With its folder where another one has the same name. */
function nameIn(all: readonly ReportEnvironment[], one: ReportEnvironment): string {
  return isAlone(all, one) ? one.name : `${one.name} (${one.root})`;
}

function isAlone(all: readonly ReportEnvironment[], { name }: ReportEnvironment): boolean {
  return all.filter((one) => one.name === name).length === 1;
}
