/** A plain language client over standard streams: what any editor other than ours does. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Diagnostic, InitializeResult } from "vscode-languageserver-protocol";
import {
  createProtocolConnection,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";

export interface ClientOptions {
  readonly root?: string;
  readonly folders?: readonly { uri: string; name: string }[];
  readonly capabilities?: object;
  readonly options?: object;
  readonly locale?: string;
  readonly nodeOptions?: readonly string[];
  /** What the editor answers when it is asked for its settings. */
  readonly configuration?: unknown;
}

export class LspClient {
  readonly process: ChildProcess;
  readonly connection: ProtocolConnection;
  readonly published = new Map<string, { version: number | undefined; diagnostics: Diagnostic[]; count: number }>();
  readonly #waiting = new Set<() => void>();
  capabilities: InitializeResult["capabilities"] = {};

  private constructor(child: ChildProcess, connection: ProtocolConnection) {
    this.process = child;
    this.connection = connection;
  }

  static async start(options: ClientOptions): Promise<LspClient> {
    const child = spawn(
      process.execPath,
      [...(options.nodeOptions ?? []), join(process.cwd(), "dist/cli.js"), "lsp", "--stdio"],
      { stdio: ["pipe", "pipe", "pipe"] },
    );
    const { stdin, stdout } = child;
    if (stdin === null || stdout === null) throw new Error("no streams");
    const connection = createProtocolConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    const client = new LspClient(child, connection);
    connection.onNotification(
      "textDocument/publishDiagnostics",
      (params: { uri: string; version?: number; diagnostics: Diagnostic[] }) => {
        const count = (client.published.get(params.uri)?.count ?? 0) + 1;
        client.published.set(params.uri, { version: params.version, diagnostics: params.diagnostics, count });
        for (const wake of [...client.#waiting]) wake();
      },
    );
    connection.onRequest("workspace/configuration", (params: { items: unknown[] }) =>
      params.items.map(() => options.configuration ?? null),
    );
    connection.onRequest("client/registerCapability", () => null);
    connection.onRequest("window/workDoneProgress/create", () => null);
    connection.onRequest("workspace/diagnostic/refresh", () => null);
    connection.listen();
    const result = await connection.sendRequest<InitializeResult>("initialize", {
      processId: process.pid,
      rootUri: options.root ?? null,
      workspaceFolders:
        options.folders ?? (options.root === undefined ? null : [{ uri: options.root, name: "workspace" }]),
      capabilities: options.capabilities ?? {},
      ...(options.locale === undefined ? {} : { locale: options.locale }),
      ...(options.options === undefined ? {} : { initializationOptions: options.options }),
    });
    client.capabilities = result.capabilities;
    await connection.sendNotification("initialized", {});
    return client;
  }

  /** Waits until the first walk is done. Call it right after `start`. */
  indexed(): Promise<void> {
    return new Promise((done) => {
      const registration = this.connection.onNotification("kmm/indexDone", () => {
        registration.dispose();
        done();
      });
    });
  }

  async open(uri: string, text: string, languageId = "yaml"): Promise<void> {
    await this.connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId, version: 1, text },
    });
  }

  async change(uri: string, version: number, changes: readonly object[]): Promise<void> {
    await this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri, version },
      contentChanges: changes,
    });
  }

  /** The diagnostics of a document, once they satisfy the condition. */
  async diagnosed(
    uri: string,
    when: (diagnostics: readonly Diagnostic[], version: number | undefined) => boolean,
    limit = 10_000,
  ): Promise<Diagnostic[]> {
    const until = Date.now() + limit;
    for (;;) {
      const now = this.published.get(uri);
      if (now !== undefined && when(now.diagnostics, now.version)) return now.diagnostics;
      if (Date.now() > until) throw new Error(`diagnostics of ${uri} did not come: ${JSON.stringify(now)}`);
      await new Promise<void>((done) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          done();
        };
        const timer = setTimeout(wake, 250);
        this.#waiting.add(wake);
      });
    }
  }

  request<T>(method: string, params: object): Promise<T> {
    return this.connection.sendRequest<T>(method, params);
  }

  async stop(): Promise<number | null> {
    if (this.process.exitCode !== null) return this.process.exitCode;
    const ended = new Promise<number | null>((done) => this.process.once("exit", done));
    await this.connection.sendRequest("shutdown").catch(() => undefined);
    await this.connection.sendNotification("exit").catch(() => undefined);
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 3_000);
    const code = await ended;
    clearTimeout(timer);
    this.connection.dispose();
    return code;
  }
}
