/** The language server as the rest of the extension sees it: a state, two events, and requests. */
import { type Disposable, EventEmitter, type ExtensionContext, type LogOutputChannel } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import {
  EXPLAIN_REQUEST,
  type ExplainResult,
  REFRESH_REQUEST,
  REPORT_CHANGED,
  REPORT_REQUEST,
  type ReportChangedParams,
  type ReportParams,
  type ReportResult,
} from "../server/lsp/protocol.ts";

export type ServerState = "starting" | "running" | "stopped";

export class Server implements Disposable {
  state: ServerState = "starting";
  readonly #context: ExtensionContext;
  readonly #log: LogOutputChannel;
  readonly #stateChanged = new EventEmitter<ServerState>();
  readonly #reportChanged = new EventEmitter<ReportChangedParams>();
  readonly onDidChangeState = this.#stateChanged.event;
  readonly onDidChangeReport = this.#reportChanged.event;
  #current: { client: LanguageClient; dispose(): Promise<void> } | null = null;
  #starting: Promise<void> | null = null;

  constructor(context: ExtensionContext, log: LogOutputChannel) {
    this.#context = context;
    this.#log = log;
  }

  /** Starts, or starts anew. A call while another is under way joins it. */
  start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #start(): Promise<void> {
    this.#set("starting");
    try {
      await this.stop();
      // Loaded only now: reading the client library would be most of the time that activation takes.
      const { createClient } = await import("./connection.ts");
      const current = createClient(this.#context, this.#log, {
        running: () => this.#set("running"),
        restarting: () => this.#set("starting"),
        gaveUp: () => this.#set("stopped"),
      });
      this.#current = current;
      current.client.onNotification(REPORT_CHANGED, (params: ReportChangedParams) => this.#reportChanged.fire(params));
      // When it fails the listeners are told, and another attempt may be under way.
      await current.client.start().catch((error: unknown) => this.#log.error(String(error)));
    } catch (error) {
      this.#log.error(`The server could not be started: ${String(error)}`);
      this.#set("stopped");
    }
  }

  report(params: ReportParams): Promise<ReportResult> {
    return this.#request(REPORT_REQUEST, params);
  }

  explain(practice: string): Promise<ExplainResult | null> {
    return this.#request(EXPLAIN_REQUEST, { practice });
  }

  refresh(): Promise<void> {
    return this.#request(REFRESH_REQUEST, {});
  }

  async #request<T>(method: string, params: object): Promise<T> {
    const client = this.#current?.client;
    if (client === undefined || this.state === "stopped") throw new Error("The server is not running.");
    return client.sendRequest<T>(method, params);
  }

  async stop(): Promise<void> {
    const current = this.#current;
    this.#current = null;
    // A server that hangs is killed by the client library after two seconds; that it hung is not an error here.
    await current?.dispose().catch((error: unknown) => this.#log.warn(`While stopping: ${String(error)}`));
  }

  #set(state: ServerState): void {
    if (this.state === state) return;
    this.state = state;
    this.#stateChanged.fire(state);
  }

  dispose(): void {
    this.#stateChanged.dispose();
    this.#reportChanged.dispose();
  }
}
