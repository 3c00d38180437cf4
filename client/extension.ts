/** Wires the parts together. Does nothing that takes time: the server is started once activation is over. */
import { commands, type ExtensionContext, window } from "vscode";
import { registerCommands } from "./commands.ts";
import { Panel } from "./panel.ts";
import { providePractices } from "./practice-documents.ts";
import { Server } from "./server.ts";
import { createStatus } from "./status.ts";
import { text } from "./text.ts";

let server: Server | null = null;

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("Kubernetes Maturity Model", { log: true });
  const started = new Server(context, log);
  server = started;
  const panel = new Panel(context, started);
  context.subscriptions.push(
    log,
    started,
    panel,
    ...createStatus(started),
    ...registerCommands(started, panel),
    providePractices(started),
    started.onDidChangeState((state) => state === "stopped" && void offerRestart()),
  );
  setImmediate(() => void started.start());
}

/** The editor waits for this, so that the server ends before its host does. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}

async function offerRestart(): Promise<void> {
  const { stopped, restart } = text();
  const answer = await window.showErrorMessage(stopped, restart);
  if (answer === restart) await commands.executeCommand("kmm.restartServer");
}
