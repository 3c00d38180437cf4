/** The selected cell: what holds its dimension, its practices, and where each was seen. */
import type { PracticeId } from "../../model/kmm.ts";
import type {
  PracticeState,
  Report,
  ReportDimension,
  ReportFinding,
  ReportPractice,
} from "../../server/features/report-contract.ts";
import type { Build, Child } from "./dom.ts";
import { environmentIn, findingsOf } from "./lens.ts";
import { type Context, LIMIT, more, place } from "./parts.ts";
import { sign, stateSign } from "./signs.ts";
import { cellText, dimensionName } from "./text.ts";
import { defaultCell } from "./view.ts";

export function detail(context: Context, report: Report): Element {
  const { h, text, language, view } = context;
  const selected = view.selected ?? defaultCell(report);
  const dimension = report.dimensions.find(({ id }) => id === selected.dimension);
  const cell = dimension?.cells.find(({ level }) => level === selected.level);
  const { name, text: description } = cellText(language, selected.dimension, selected.level);
  return h(
    "section",
    { class: "detail", "data-key": "detail", "aria-labelledby": "detail-title" },
    dimension !== undefined && blockers(context, report, dimension),
    h(
      "div",
      { class: "cell-detail" },
      h("p", { class: "dim" }, text.level(selected.level)),
      h("h2", { id: "detail-title" }, name),
      h("p", { class: "description" }, description),
      cell !== undefined &&
        h(
          "p",
          { class: "achieved" },
          sign(h, cell.rating),
          h("span", null, text.ratingSentences[cell.rating ?? "none"]),
          cell.required > 0 && h("span", { class: "dim" }, text.share(cell.met, cell.required)),
          dimension?.level === selected.level && h("span", { class: "badge" }, text.held),
        ),
      filter(context),
      practices(context, report),
    ),
  );
}

function blockers(context: Context, report: Report, dimension: ReportDimension): Child {
  const { h, text, language } = context;
  const { id, level, blockedBy } = dimension;
  const rows = blockedBy.flatMap((blocker) => report.practices.find((it) => it.id === blocker) ?? []);
  return h(
    "aside",
    { class: "blockers", "data-key": `blockers ${id}` },
    h("h2", null, dimensionName(language, id)),
    h("p", { class: "level" }, level === null ? text.noLevel : text.level(level)),
    level !== null && h("h3", null, rows.length === 0 ? text.holdsBackNone : text.holdsBack(level)),
    h(
      "ol",
      null,
      rows.map((practice) =>
        h(
          "li",
          { "data-key": practice.id },
          h(
            "button",
            {
              type: "button",
              class: "link",
              "data-action": "blocker",
              "data-id": practice.id,
              "data-focus": `blocker ${practice.id}`,
            },
            practice.title,
          ),
          h("span", { class: "dim" }, text.level(practice.level)),
        ),
      ),
    ),
  );
}

function filter({ h, text, view }: Context): Element {
  const choice = (value: "unmet" | "all", label: string) =>
    h(
      "button",
      {
        type: "button",
        "data-action": "filter",
        "data-id": value,
        "data-focus": `filter ${value}`,
        "aria-pressed": view.filter === value ? "true" : "false",
      },
      label,
    );
  return h(
    "div",
    { class: "filter", role: "group", "aria-label": text.show },
    choice("unmet", text.unmetOnly),
    choice("all", text.everything),
  );
}

const UNMET: ReadonlySet<PracticeState> = new Set(["unmet", "partial", "unknown"]);

function practices(context: Context, report: Report): Child {
  const { h, text, view } = context;
  const { dimension, level } = view.selected ?? defaultCell(report);
  const blocking = new Set<PracticeId>(report.dimensions.flatMap(({ blockedBy }) => blockedBy));
  const all = report.practices.filter((it) => it.dimension === dimension && it.level === level);
  const rows = view.filter === "all" ? all : all.filter(({ id, state }) => UNMET.has(state) || blocking.has(id));
  const environment = environmentIn(report, view.lens);
  const isOf = environment === null ? null : findingsOf(report, environment);
  const note = environment !== null && h("p", { class: "note dim" }, isOf === null ? text.lensNoteAll : text.lensNote);
  if (rows.length === 0) {
    return [note, h("p", { class: "dim" }, all.length === 0 ? text.noPractices : text.nothingUnmet)];
  }
  const found = findingsByPractice(report.findings, isOf ?? (() => true));
  const none = isOf === null ? text.noFindings : text.noFindingsHere;
  const list = h(
    "ul",
    { class: "practices", "aria-label": text.practices },
    [...rows].sort(byUrgency).map((practice) => {
      const findings = (found.get(practice.id) ?? []).filter(
        ([finding]) => view.filter === "all" || finding.state === "unmet" || finding.state === "unknown",
      );
      const isOpen = blocking.has(practice.id) !== view.toggled.includes(practice.id);
      return practiceRow(context, practice, report.practices.indexOf(practice), findings, isOpen, none);
    }),
  );
  return [note, list];
}

type Found = readonly [finding: ReportFinding, index: number];

function practiceRow(
  { h, text, view }: Context,
  practice: ReportPractice,
  index: number,
  findings: readonly Found[],
  isOpen: boolean,
  none: string,
): Element {
  const { id, title, state, required } = practice;
  const shown = LIMIT * (1 + (view.more[id] ?? 0));
  const listId = `findings-${index}`;
  return h(
    "li",
    { class: "practice", "data-key": id },
    h(
      "div",
      { class: "practice-head" },
      h(
        "button",
        {
          type: "button",
          class: "disclosure",
          "data-action": "toggle",
          "data-id": id,
          "data-focus": `practice ${id}`,
          "aria-expanded": isOpen ? "true" : "false",
          "aria-controls": listId,
        },
        stateSign(h, state),
        h("span", { class: "title" }, title),
        h("span", { class: "state-label" }, text.states[state]),
      ),
      h("span", { class: "dim counts" }, counts(text, practice).join(" · ")),
      h("span", { class: "tag" }, required ? text.required : text.supporting),
      practice.asked && h("span", { class: "tag", title: text.askedHint }, text.asked),
      h(
        "button",
        {
          type: "button",
          class: "link explain",
          "data-action": "explain",
          "data-index": index,
          "data-focus": `explain ${id}`,
          "aria-label": text.explainLabel(title),
        },
        text.explain,
      ),
    ),
    h(
      "div",
      { class: "findings", id: listId, hidden: !isOpen },
      isOpen && practice.asked && practice.state !== "attested" && h("p", { class: "dim" }, text.askedHint),
      isOpen && findings.length === 0 && !practice.asked && h("p", { class: "dim" }, none),
      isOpen &&
        findings.length > 0 &&
        h(
          "ul",
          { class: "places" },
          findings.slice(0, shown).map(([finding, at]) => findingRow(h, text, finding, at)),
        ),
      isOpen && more(h, text, id, findings.length - shown),
    ),
  );
}

function findingRow(h: Build, text: Context["text"], finding: ReportFinding, index: number): Element {
  const { state, message, subject, uri, range, fix, reason } = finding;
  const names = [subject.namespace, subject.name, subject.container].filter((it) => it !== undefined && it !== "");
  return h(
    "li",
    null,
    stateSign(h, state, text.findingStates[state]),
    h(
      "span",
      { class: "message" },
      message,
      reason !== undefined && h("em", { class: "dim" }, ` ${text.reason(reason)}`),
    ),
    h("span", { class: "dim subject" }, `${subject.kind} ${names.join("/")}`.trim()),
    fix !== null && h("span", { class: "tag" }, fix === "safe" ? text.safeFix : text.reviewFix),
    uri === ""
      ? h("span", { class: "dim place" }, text.wholeWorkspace)
      : place(h, "findings", index, uri, range.start.line),
  );
}

function counts(text: Context["text"], practice: ReportPractice): string[] {
  const { met, unmet, unknown, attested, waived } = practice;
  const parts: string[] = [];
  if (met + unmet > 0) parts.push(text.metOf(met, met + unmet));
  if (unknown > 0) parts.push(text.unknown(unknown));
  if (attested > 0) parts.push(text.attested(attested));
  if (waived > 0) parts.push(text.waived(waived));
  return parts;
}

const URGENCY: readonly PracticeState[] = [
  "unmet",
  "partial",
  "unknown",
  "waived",
  "attested",
  "met",
  "not-applicable",
];

function byUrgency(a: ReportPractice, b: ReportPractice): number {
  return Number(b.required) - Number(a.required) || URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state);
}

const FINDING_URGENCY = ["unmet", "unknown", "waived", "met"];

function findingsByPractice(
  findings: readonly ReportFinding[],
  isShown: (finding: ReportFinding) => boolean,
): Map<PracticeId, Found[]> {
  const found = new Map<PracticeId, Found[]>();
  findings.forEach((finding, index) => {
    if (!isShown(finding)) return;
    const list = found.get(finding.practice);
    if (list === undefined) found.set(finding.practice, [[finding, index]]);
    else list.push([finding, index]);
  });
  for (const list of found.values()) {
    list.sort(([a], [b]) => FINDING_URGENCY.indexOf(a.state) - FINDING_URGENCY.indexOf(b.state));
  }
  return found;
}
