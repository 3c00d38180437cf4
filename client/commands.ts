/** The commands of the palette. */
import { ConfigurationTarget, commands, type Disposable, type QuickPickItem, window, workspace } from "vscode";
import cells from "../model/text/cells.json" with { type: "json" };
import type { Panel } from "./panel.ts";
import { showPractice } from "./practice-documents.ts";
import type { Server } from "./server.ts";
import { language, text } from "./text.ts";

/** What other extensions, links or key bindings pass is checked like anything else from outside. */
const PRACTICE_ID = /^[a-z]+\/[a-z0-9-]+$/;

export function registerCommands(server: Server, panel: Panel): Disposable[] {
  return [
    commands.registerCommand("kmm.openPanel", () => panel.open()),
    commands.registerCommand("kmm.refresh", () => ifRunning(() => server.refresh())),
    commands.registerCommand("kmm.explain", async (practice: unknown) => {
      if (typeof practice === "string" && PRACTICE_ID.test(practice)) return showPractice(practice);
      const picked = await ifRunning(() => pickPractice(server));
      if (picked !== undefined) await showPractice(picked);
    }),
    commands.registerCommand("kmm.setTarget", setTarget),
    commands.registerCommand("kmm.restartServer", () => server.start()),
  ];
}

async function ifRunning<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    const restart = text().restart;
    const answer = await window.showWarningMessage(text().notRunning, restart);
    if (answer === restart) await commands.executeCommand("kmm.restartServer");
    return undefined;
  }
}

async function pickPractice(server: Server): Promise<string | undefined> {
  const { report } = await server.report({});
  const names = cells[language()];
  const items = report.practices.map(({ id, title, dimension, level }) => ({
    label: title,
    description: id,
    detail: `${names[dimension].name} · ${text().level(level)}, ${names[dimension].levels[level].name}`,
  }));
  if (items.length === 0) {
    void window.showInformationMessage(text().noPractices);
    return undefined;
  }
  const picked = await window.showQuickPick(items, {
    placeHolder: text().pickPractice,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.description;
}

async function setTarget(): Promise<void> {
  const strings = text();
  const configuration = workspace.getConfiguration("kmm");
  const current = configuration.get<number>("target");
  const items: (QuickPickItem & { level: number })[] = [1, 2, 3, 4, 5].map((level) => ({
    level,
    label: strings.level(level),
    ...(level === current ? { description: strings.currentTarget } : {}),
  }));
  const picked = await window.showQuickPick(items, { placeHolder: strings.pickTarget });
  if (picked === undefined) return;
  const hasWorkspace = (workspace.workspaceFolders ?? []).length > 0;
  const target = hasWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
  await configuration.update("target", picked.level, target);
}
