/** The maturity grid in a webview: one at most, drawn anew from the server's report, remembered over reloads. */
import { randomBytes } from "node:crypto";
import {
  commands,
  type Disposable,
  type ExtensionContext,
  Range,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from "vscode";
import { type HostMessage, type PanelMessage, type PanelState, parsePanelMessage } from "../media/panel/messages.ts";
import type { ReportRange } from "../server/features/report-contract.ts";
import type { ReportResult } from "../server/lsp/protocol.ts";
import { showPractice } from "./practice-documents.ts";
import type { Server } from "./server.ts";
import { language, text } from "./text.ts";

const VIEW_TYPE = "kmm.grid";
/** Not more often than this is the panel drawn anew, however fast files change. */
const INTERVAL = 250;

export class Panel implements Disposable {
  readonly #context: ExtensionContext;
  readonly #server: Server;
  readonly #subscriptions: Disposable[];
  #panel: WebviewPanel | null = null;
  /** The script in the webview runs and listens. */
  #ready = false;
  #folder: number | null = null;
  #sequence = 0;
  #shown: ReportResult | null = null;
  #timer: NodeJS.Timeout | null = null;
  #busy = false;
  #again = false;

  constructor(context: ExtensionContext, server: Server) {
    this.#context = context;
    this.#server = server;
    this.#subscriptions = [
      server.onDidChangeReport(() => this.#schedule()),
      server.onDidChangeState(() => this.#schedule()),
      workspace.onDidChangeConfiguration((it) => it.affectsConfiguration("kmm.language") && this.#schedule()),
      workspace.onDidChangeWorkspaceFolders(() => {
        this.#folder = null;
        this.#schedule();
      }),
      window.registerWebviewPanelSerializer(VIEW_TYPE, {
        deserializeWebviewPanel: async (panel) => this.#adopt(panel),
      }),
    ];
  }

  open(): void {
    if (this.#panel !== null) {
      this.#panel.reveal();
      return;
    }
    this.#adopt(window.createWebviewPanel(VIEW_TYPE, text().panelTitle, ViewColumn.Active));
  }

  /** A new panel, or one that the editor has brought back after a reload. */
  #adopt(panel: WebviewPanel): void {
    this.#panel?.dispose();
    this.#panel = panel;
    this.#ready = false;
    panel.title = text().panelTitle;
    panel.iconPath = Uri.joinPath(this.#context.extensionUri, "media", "icon.svg");
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: ["dist", "media"].map((it) => Uri.joinPath(this.#context.extensionUri, it)),
    };
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const parsed = parsePanelMessage(message);
      if (parsed !== null) void this.#receive(parsed);
    });
    panel.onDidChangeViewState(() => {
      // A hidden webview is gone; when it is back it says that it is ready.
      if (!panel.visible) this.#ready = false;
    });
    panel.onDidDispose(() => {
      if (this.#panel !== panel) return;
      this.#panel = null;
      this.#ready = false;
    });
    panel.webview.html = this.#html(panel);
  }

  async #receive(message: PanelMessage): Promise<void> {
    switch (message.type) {
      case "ready":
      case "folder":
        this.#ready = true;
        this.#folder = message.folder;
        return this.#update();
      case "reveal":
        return this.#reveal(message);
      case "explain": {
        const practice = message.sequence === this.#sequence && this.#shown?.report.practices[message.practice];
        if (practice) await showPractice(practice.id, this.#otherColumn());
        return;
      }
      case "refresh":
        await commands.executeCommand("kmm.refresh");
        return;
      case "restart":
        return this.#server.start();
      default:
        message satisfies never;
    }
  }

  /** Looks up the place in the report that the panel was last sent; an index into an older one is dropped. */
  async #reveal({ sequence, list, index }: PanelMessage & { type: "reveal" }): Promise<void> {
    if (this.#shown === null || sequence !== this.#sequence) return;
    const { report, uris } = this.#shown;
    const row: { uri: string; range?: ReportRange } | undefined =
      list === "notRead" ? report.scanned.notRead[index] : report[list][index];
    const uri = row === undefined ? undefined : uris[row.uri];
    if (row === undefined || uri === undefined) return;
    const { start, end } = row.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    try {
      await window.showTextDocument(Uri.parse(uri, true), {
        selection: new Range(start.line, start.character, end.line, end.character),
        viewColumn: this.#otherColumn(),
        preview: true,
      });
    } catch {
      void window.showWarningMessage(text().cannotOpen(row.uri));
    }
  }

  /** What the panel leads to opens beside it, so that the grid stays in view. */
  #otherColumn(): ViewColumn {
    return this.#panel?.viewColumn === ViewColumn.One ? ViewColumn.Two : ViewColumn.One;
  }

  #schedule(): void {
    if (!this.#ready || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#update();
    }, INTERVAL);
  }

  /** Asks for the report and sends it on; what changes meanwhile leads to one more turn, not to several at once. */
  async #update(): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    try {
      await this.#send();
    } finally {
      this.#busy = false;
      if (this.#again) {
        this.#again = false;
        this.#schedule();
      }
    }
  }

  async #send(): Promise<void> {
    const folders = workspace.workspaceFolders ?? [];
    const folder = this.#folder === null ? undefined : folders[this.#folder];
    if (this.#server.state === "running") {
      try {
        this.#shown = await this.#server.report(folder === undefined ? {} : { folder: folder.uri.toString() });
        this.#sequence += 1;
      } catch {
        // The server went away while it was asked: its change of state brings the next update.
      }
    }
    if (!this.#ready || this.#panel === null) return;
    const shown = this.#shown;
    const state: PanelState = {
      language: language(),
      server: this.#server.state,
      scanning: shown?.scanning ?? true,
      // Only a lens needs subjects, to tell whose a finding is; a large workspace has thousands of them.
      report:
        shown === null || shown.report.environments.length > 0
          ? (shown?.report ?? null)
          : { ...shown.report, subjects: [] },
      sequence: this.#sequence,
      folders: folders.map(({ name }) => name),
      folder: folder === undefined ? null : this.#folder,
    };
    this.#panel.title = text().panelTitle;
    const message: HostMessage = { type: "state", state };
    await this.#panel.webview.postMessage(message);
  }

  /** Nothing is allowed but our own script by its nonce and our own style sheet; no origin outside, no inline style. */
  #html({ webview }: WebviewPanel): string {
    const resource = (name: string) => webview.asWebviewUri(Uri.joinPath(this.#context.extensionUri, "dist", name));
    const nonce = randomBytes(16).toString("base64url");
    const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
    return `<!DOCTYPE html>
<html lang="${language()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${String(resource("panel.css"))}">
<title>${text().panelTitle}</title>
</head>
<body>
<script nonce="${nonce}" src="${String(resource("panel.js"))}"></script>
</body>
</html>`;
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const it of this.#subscriptions) it.dispose();
    this.#panel?.dispose();
  }
}
