/** The report for a terminal. */
import { DIMENSIONS, LEVELS, type Level } from "../../model/kmm.ts";
import { cellName, dimensionName, fill, say, type Texts } from "../../model/text/texts.ts";
import type { Report, ReportCell, ReportDimension, ReportEnvironment } from "../features/report-contract.ts";

const SIGNS: Readonly<Record<"N" | "P" | "L" | "F", string>> = { N: "○", P: "◔", L: "◑", F: "●" };

export interface PrintOptions {
  readonly texts: Texts;
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

/** The 5 x 5 grid, the levels, and what holds each. */
export function printGrid(report: Report, options: PrintOptions): string {
  const { texts } = options;
  const first = Math.max(...DIMENSIONS.map((dimension) => dimensionName(texts, dimension).length)) + 2;
  const words = DIMENSIONS.flatMap((dimension) =>
    LEVELS.flatMap((level) => cellName(texts, dimension, level).split(" ")),
  );
  const width = Math.min(24, Math.floor((options.width - first + 1) / 5) - 1);
  const fits = width >= Math.max(...words.map((word) => word.length));
  const lines = fits ? table(report, options, first, width) : list(report, options);
  lines.push(summary(report, texts), say(texts, "grid.legend"), "", ...environments(report, options));
  for (const dimension of report.dimensions) lines.push(...nextSteps(report, dimension, texts));
  lines.push(scannedText(report, texts));
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function table(report: Report, options: PrintOptions, first: number, width: number): string[] {
  const { texts } = options;
  const lines = [" ".repeat(first) + LEVELS.map((level) => pad(say(texts, "grid.level", { level }), width)).join(" ")];
  for (const dimension of report.dimensions) {
    const cells = LEVELS.map((level) => ({
      level,
      name: cellName(texts, dimension.id, level),
      cell: dimension.cells.find((one) => one.level === level),
    }));
    const rows = cells.map(({ name }) => wrap(name, width));
    const height = Math.max(...rows.map((row) => row.length)) + 1;
    for (let line = 0; line < height; line++) {
      const label = line === 0 ? dimensionName(texts, dimension.id) : line === 1 ? levelText(dimension, texts) : "";
      const parts = cells.map(({ level, cell }, index) => {
        const row = rows[index] ?? [];
        const text = line < row.length ? (row[line] ?? "") : line === row.length ? cellText(cell) : "";
        const style = line === row.length ? ratingColour(cell) : nameStyle(dimension, level);
        return paint(pad(text, width), style, options);
      });
      lines.push(paint(pad(label, first), line === 0 ? "bold" : "", options) + parts.join(" "));
    }
    lines.push("");
  }
  return lines;
}

/** The same for a terminal that five columns do not fit into. */
function list(report: Report, options: PrintOptions): string[] {
  const { texts } = options;
  return report.dimensions.flatMap((dimension) => {
    const names = LEVELS.map((level) => cellName(texts, dimension.id, level));
    const width = Math.max(...names.map((name) => name.length));
    const cells = LEVELS.map((level, index) => {
      const cell = dimension.cells.find((one) => one.level === level);
      const name = paint(pad(`${level} ${names[index]}`, width + 2), nameStyle(dimension, level), options);
      return `  ${name}  ${paint(cellText(cell), ratingColour(cell), options)}`;
    });
    const title = paint(dimensionName(texts, dimension.id), "bold", options);
    return [`${title}: ${levelText(dimension, texts)}`, ...cells, ""];
  });
}

function nameStyle(dimension: ReportDimension, level: Level): Style {
  return dimension.level !== null && level <= dimension.level ? "bold" : "dim";
}

function levelText(dimension: ReportDimension, texts: Texts): string {
  if (dimension.level === null) return say(texts, "grid.noEvidence");
  const strict =
    dimension.strictLevel !== null && dimension.strictLevel < dimension.level
      ? say(texts, "grid.strictly", { level: dimension.strictLevel })
      : "";
  return `${say(texts, "grid.holds", { level: dimension.level })}${strict}`;
}

function cellText(cell: ReportCell | undefined): string {
  if (cell === undefined || cell.rating === null) return "–";
  return `${SIGNS[cell.rating]} ${cell.rating}${cell.required > 0 ? ` ${cell.met}/${cell.required}` : ""}`;
}

function ratingColour(cell: ReportCell | undefined): Style {
  switch (cell?.rating ?? null) {
    case "F":
      return "green";
    case "L":
      return "cyan";
    case "P":
      return "yellow";
    case "N":
      return "red";
    default:
      return "dim";
  }
}

function summary(report: Report, texts: Texts): string {
  if (report.overall === null) return say(texts, "grid.noOverall");
  const weakest = report.dimensions
    .filter((dimension) => dimension.level === report.overall)
    .map((dimension) => dimensionName(texts, dimension.id));
  return say(texts, "grid.overall", {
    level: report.overall,
    weakest: weakest.join(", "),
    mean: (report.mean ?? 0).toFixed(1).replace(".", texts.language === "sv" ? "," : "."),
  });
}

/** Rows of environments at most: what is for production comes first, so that it is not what is left out. */
const MOST_ENVIRONMENTS = 20;
const LEVEL_WIDTH = 3;

/** Names of tools, the same in every language. */
const KINDS: Readonly<Record<ReportEnvironment["kind"], string>> = {
  kustomize: "Kustomize",
  helm: "Helm",
  "argo-cd": "Argo CD",
  flux: "Flux",
};

/** One row for each environment: its levels, and what it is made with. */
function environments(report: Report, options: PrintOptions): string[] {
  const { texts, width } = options;
  if (report.environments.length === 0) return [];
  const sorted = [...report.environments].sort((one, other) => Number(one.nonProduction) - Number(other.nonProduction));
  const shown = sorted.slice(0, MOST_ENVIRONMENTS);
  const title = say(texts, "grid.environments");
  const levels = DIMENSIONS.length * LEVEL_WIDTH;
  const longest = Math.max(title.length, ...shown.map(({ name }) => plain(name).length));
  const first = Math.max(1, Math.min(longest, 40, width - levels));
  const letters = DIMENSIONS.map((dimension) => say(texts, `grid.letter.${dimension}`));
  const rows = shown.flatMap((one) => environmentRow(one, first, options));
  const meanings = DIMENSIONS.map((dimension, index) => `${letters[index]} ${dimensionName(texts, dimension)}`);
  return [
    paint(pad(title, first) + letters.map((letter) => letter.padStart(LEVEL_WIDTH)).join(""), "bold", options),
    ...rows,
    ...(sorted.length > shown.length ? [say(texts, "grid.more", { count: sorted.length - shown.length })] : []),
    ...joined([...meanings, say(texts, "grid.weakest")], width),
    "",
  ];
}

function environmentRow(one: ReportEnvironment, first: number, options: PrintOptions): string[] {
  const { texts, width } = options;
  const base: Style = one.nonProduction ? "dim" : "";
  const known = one.dimensions.flatMap(({ level }) => level ?? []);
  const lowest = Math.min(...known);
  const levels = DIMENSIONS.map((id) => {
    const level = one.dimensions.find((dimension) => dimension.id === id)?.level ?? null;
    if (level === null) return paint("–".padStart(LEVEL_WIDTH), base, options);
    const isWeakest = level === lowest && known.some((other) => other !== lowest);
    return paint(`${isWeakest ? "▾" : ""}${level}`.padStart(LEVEL_WIDTH), isWeakest ? "yellow" : base, options);
  });
  const row = paint(pad(plain(one.name), first), base, options) + levels.join("");
  const about = [...(one.nonProduction ? [say(texts, "grid.notProduction")] : []), KINDS[one.kind], plain(one.root)];
  const text = about.join(", ");
  const left = width - first - DIMENSIONS.length * LEVEL_WIDTH - 2;
  if (text.length <= left) return [`${row}  ${paint(text, "dim", options)}`];
  return [row, `  ${paint(pad(text, Math.max(1, Math.min(text.length, width - 2))), "dim", options)}`];
}

/** What a file says, without what a terminal would obey. */
function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

/** As many on a line as fit. */
function joined(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 2 + part.length <= width) lines[lines.length - 1] = `${last}  ${part}`;
    else lines.push(part);
  }
  return lines;
}

/** Three steps for each dimension: what stands before the next level. */
function nextSteps(report: Report, dimension: ReportDimension, texts: Texts): string[] {
  if (dimension.level === null || dimension.blockedBy.length === 0) return [];
  const shown = dimension.blockedBy.slice(0, 3).map((id) => {
    const practice = report.practices.find((one) => one.id === id);
    const count =
      practice === undefined
        ? ""
        : say(texts, "grid.count", { met: practice.met, all: practice.met + practice.unmet + practice.unknown });
    return `  ${practice?.title ?? id} (${id}) ${count}`;
  });
  const more =
    dimension.blockedBy.length > 3 ? [`  ${say(texts, "grid.more", { count: dimension.blockedBy.length - 3 })}`] : [];
  return [
    say(texts, "grid.before", { dimension: dimensionName(texts, dimension.id), level: dimension.level }),
    ...shown,
    ...more,
    "",
  ];
}

function scannedText(report: Report, texts: Texts): string {
  const { files, kubernetes, pipelines, notRead } = report.scanned;
  const lines = [fill(say(texts, "grid.scanned"), { files, kubernetes, pipelines })];
  if (notRead.length > 0) {
    lines.push(say(texts, "grid.notRead", { count: notRead.length }));
    for (const one of notRead.slice(0, 10)) lines.push(`  ${one.uri}: ${one.reason}`);
    if (notRead.length > 10) lines.push(`  ${say(texts, "grid.more", { count: notRead.length - 10 })}`);
  }
  return lines.join("\n");
}

function pad(text: string, width: number): string {
  const cut = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return cut + " ".repeat(width - cut.length);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

type Style = "bold" | "dim" | "green" | "cyan" | "yellow" | "red" | "";

const CODES: Readonly<Record<Exclude<Style, "">, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
};

function paint(text: string, style: Style, options: PrintOptions): string {
  return options.colour && style !== "" ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
}
