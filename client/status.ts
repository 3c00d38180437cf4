/** The status bar item: the weakest level while all is well, what is wrong when it is not. */
import { type Disposable, MarkdownString, StatusBarAlignment, ThemeColor, window, workspace } from "vscode";
import cells from "../model/text/cells.json" with { type: "json" };
import type { ReportChangedParams } from "../server/lsp/protocol.ts";
import type { Server } from "./server.ts";
import { type ClientText, type Language, language, text } from "./text.ts";

export function createStatus(server: Server): Disposable[] {
  const item = window.createStatusBarItem("kmm.status", StatusBarAlignment.Right, 90);
  item.name = "Kubernetes Maturity Model";
  let last: ReportChangedParams | null = null;
  const draw = () => {
    const strings = text();
    const stopped = server.state === "stopped";
    const { label, tooltip, icon, name } = stopped
      ? { label: "KMM", tooltip: strings.stoppedHint, icon: "error", name: strings.stopped }
      : describe(server.state === "starting" ? null : last, strings);
    item.text = `$(${icon}) ${label}`;
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: name, role: "button" };
    item.command = stopped ? "kmm.restartServer" : "kmm.openPanel";
    item.backgroundColor = stopped ? new ThemeColor("statusBarItem.errorBackground") : undefined;
  };
  draw();
  item.show();
  return [
    item,
    server.onDidChangeState(draw),
    server.onDidChangeReport((params) => {
      last = params;
      draw();
    }),
    workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("kmm.language") && draw()),
  ];
}

interface Look {
  label: string;
  tooltip: string | MarkdownString;
  icon: string;
  /** What a screen reader says. */
  name: string;
}

function describe(report: ReportChangedParams | null, strings: ClientText): Look {
  const busy = "loading~spin";
  if (report === null) return { label: "KMM", tooltip: strings.starting, icon: busy, name: strings.starting };
  const { weakest, scanning } = report;
  if (weakest === null) {
    const tooltip = scanning ? strings.scanning : `${strings.noEvidence}. ${strings.noEvidenceHint}`;
    return { label: scanning ? "KMM" : "KMM –", tooltip, icon: scanning ? busy : "layers", name: tooltip };
  }
  const short = strings.shortNames[weakest.dimension] ?? weakest.name;
  return {
    label: `KMM ${weakest.level} · ${short}`,
    tooltip: levels(report, strings, language()),
    icon: scanning ? busy : "layers",
    name: strings.statusLabel(weakest.level, short),
  };
}

/** All five levels, each with its rungs; built of our own names only, so nothing in it can be a link from a file. */
function levels(report: ReportChangedParams, strings: ClientText, chosen: Language): MarkdownString {
  const markdown = new MarkdownString("", true);
  markdown.appendMarkdown("**Kubernetes Maturity Model**\n\n| | | |\n|:--|:--|:--|\n");
  for (const [id, { name, levels: cellTexts }] of Object.entries(cells[chosen])) {
    const level = report.levels[id] ?? null;
    const title = id === report.weakest?.dimension ? `**${name}**` : name;
    const rungs = level === null ? "" : "$(circle-filled)".repeat(level) + "$(circle-outline)".repeat(5 - level);
    const cell = Object.entries(cellTexts).find(([key]) => key === String(level))?.[1].name;
    markdown.appendMarkdown(
      `| ${title} | ${rungs} | ${cell === undefined ? strings.noEvidence : `${level} ${cell}`} |\n`,
    );
  }
  if (report.scanning) markdown.appendMarkdown(`\n${strings.scanning}\n`);
  markdown.appendMarkdown(`\n${strings.openGrid}\n`);
  return markdown;
}
