import {
  type CancellationToken,
  CodeActionKind,
  type CodeActionParams,
  type Connection,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  ResponseError,
  type TextDocumentContentChangeEvent,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Language, Texts } from "../../model/text/texts.ts";
import { actionsAt } from "../features/code-actions.ts";
import { diagnosticsOf, type KmmDiagnostic } from "../features/diagnostics.ts";
import { hoverAt } from "../features/hover.ts";
import type { ChartRenderer } from "../host/charts.ts";
import { normalUri } from "../host/uris.ts";
import { explainPractice, report, statusOf } from "./answers.ts";
import { RenderedCharts } from "./charts.ts";
import { type Client, clientOf, foldersOf, initializeResult } from "./client.ts";
import { type ActionOptions, isAskedAbout, toAction, toDiagnostic } from "./convert.ts";
import { documentReport, workspaceItems } from "./diagnostics.ts";
import { Files, type Folder } from "./files.ts";
import {
  EXPLAIN_REQUEST,
  type ExplainParams,
  INDEX_DONE,
  type InitializationOptions,
  REFRESH_REQUEST,
  REPORT_CHANGED,
  REPORT_REQUEST,
  type ReportParams,
} from "./protocol.ts";
import { Publisher } from "./publisher.ts";
import { beforeAnswer, Debounced } from "./schedule.ts";
import { readSettings, type ServerSettings } from "./settings.ts";

export interface ServerHost {
  readonly version: string;
  texts(language: Language): Texts;
  /** The explanation of a practice as Markdown. */
  explain(practice: string, language: Language): string | undefined;
  /** Renders charts by the program at a path, or by the one on the PATH; by none where that is `false`. */
  charts(program: string | false | undefined): ChartRenderer;
  /** A URI that explains a practice without a client that does: a page beside the bundle. */
  pageOf(practice: string, language: Language): string | undefined;
}

export function serve(connection: Connection, host: ServerHost): void {
  new Server(connection, host).listen();
}

class Server {
  readonly #connection: Connection;
  readonly #host: ServerHost;
  #client: Client = clientOf({ capabilities: {}, processId: null, rootUri: null, workspaceFolders: null });
  #settings: ServerSettings = readSettings(undefined, undefined);
  #texts: Texts;
  #folders: readonly Folder[] = [];
  #files: Files;
  #scanning = true;
  #trusted = false;
  /** Counts scans, so that an older one stops. */
  #scan = 0;
  readonly #publisher: Publisher;
  readonly #report: Debounced;
  readonly #disk: Debounced;
  readonly #changedOnDisk = new Set<string>();
  readonly #others: Debounced;
  readonly #charts: RenderedCharts;

  constructor(connection: Connection, host: ServerHost) {
    this.#connection = connection;
    this.#host = host;
    this.#texts = host.texts("en");
    this.#files = new Files([], this.#settings);
    this.#publisher = new Publisher({
      pull: () => this.#client.pull,
      document: (uri) => this.#files.document(uri),
      diagnosticsOf: (uri) => this.#diagnostics(uri),
      send: (findings) => void connection.sendDiagnostics(findings),
    });
    this.#report = new Debounced(() => void this.#updateStatus(), 250, 1_000);
    this.#disk = new Debounced(() => this.#takeDisk(), 100, 1_000);
    this.#others = new Debounced(() => void this.#updateOthers(), 150, 500);
    const renderer = () => {
      const { render, run, path } = this.#settings.helm;
      return render ? host.charts(run ? path : false) : undefined;
    };
    this.#charts = new RenderedCharts(
      renderer,
      () => this.#files,
      () => this.#rendered(),
    );
  }

  listen(): void {
    const connection = this.#connection;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(() => this.#initialized());
    connection.onDidOpenTextDocument(({ textDocument: it }) => {
      this.#files.edit(TextDocument.create(it.uri, it.languageId, it.version, it.text));
      this.#publisher.publish(it.uri);
      this.#othersChanged();
    });
    connection.onDidChangeTextDocument(({ textDocument, contentChanges }) =>
      this.#changed(textDocument.uri, textDocument.version, contentChanges),
    );
    connection.onDidCloseTextDocument(({ textDocument }) => {
      const document = this.#files.document(textDocument.uri);
      if (document === undefined) return;
      this.#files.close(document);
      this.#publisher.closed(textDocument.uri);
      this.#othersChanged();
    });
    connection.onDidChangeWatchedFiles(({ changes }) => {
      for (const change of changes) this.#changedOnDisk.add(change.uri);
      this.#disk.trigger();
    });
    connection.onDidChangeConfiguration(({ settings }) => this.#configure((settings as { kmm?: unknown } | null)?.kmm));
    connection.onHover((params, token) => this.#answer(token, () => this.#hover(params)));
    connection.onCodeAction((params, token) => this.#answer(token, () => this.#actions(params)));
    connection.languages.diagnostics.on((params, token) =>
      this.#answer(token, () => documentReport(this.#diagnostics(params.textDocument.uri), params.previousResultId)),
    );
    connection.languages.diagnostics.onWorkspace(async (params, token) => {
      await this.#judged(token);
      const items = await workspaceItems(
        this.#files,
        (uri) => this.#diagnostics(uri),
        params.previousResultIds,
        () => token.isCancellationRequested,
      );
      return this.#answer(token, () => ({ items }));
    });
    connection.onRequest(REPORT_REQUEST, async (params: ReportParams, token: CancellationToken) => {
      await this.#judged(token);
      return this.#answer(token, () => report(this.#files, this.#texts, this.#host.version, params, this.#scanning));
    });
    connection.onRequest(EXPLAIN_REQUEST, (params: ExplainParams) =>
      explainPractice(params.practice, this.#texts, (id) => this.#host.explain(id, this.#settings.language)),
    );
    connection.onRequest(REFRESH_REQUEST, () => {
      this.#restart();
      return null;
    });
    connection.onShutdown(() => {
      this.#scan++;
      this.#report.cancel();
      this.#disk.cancel();
      this.#others.cancel();
      this.#charts.stop();
    });
    connection.listen();
  }

  #initialize(params: InitializeParams): InitializeResult {
    const options = (params.initializationOptions ?? {}) as InitializationOptions;
    this.#client = clientOf(params);
    this.#trusted = options.trusted === true;
    this.#applySettings(options.settings);
    this.#folders = foldersOf(params);
    this.#files = new Files(this.#folders, this.#settings);
    return initializeResult(this.#client, this.#host.version);
  }

  async #initialized(): Promise<void> {
    const connection = this.#connection;
    if (this.#client.folders) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        // One that was there already is not there twice.
        const gone = new Set([...removed, ...added].map((folder) => normalUri(folder.uri)));
        this.#folders = [...this.#folders.filter((folder) => !gone.has(normalUri(folder.uri))), ...added];
        this.#restart();
      });
    }
    if (this.#client.watch) {
      void connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: "**/*" }] });
    }
    if (this.#client.configuration) await this.#configure(undefined);
    void this.#scanAll();
  }

  /** Settings as told, or as asked for where the client lets us ask. */
  async #configure(told: unknown): Promise<void> {
    const asked = this.#client.configuration
      ? await this.#connection.workspace.getConfiguration("kmm").catch(() => undefined)
      : undefined;
    const before = this.#settings;
    this.#applySettings(asked ?? told);
    const same = JSON.stringify(before) === JSON.stringify(this.#settings);
    if (!same) this.#restart();
  }

  #applySettings(raw: unknown): void {
    this.#settings = readSettings(raw, this.#client.locale, this.#trusted);
    this.#texts = this.#host.texts(this.#settings.language);
  }

  /** Everything anew: other folders, other settings, or because somebody asked for it. */
  #restart(): void {
    const open = this.#files.open;
    this.#files = new Files(this.#folders, this.#settings);
    for (const document of open) this.#files.edit(document);
    this.#publishAll();
    void this.#scanAll();
  }

  async #scanAll(): Promise<void> {
    const scan = ++this.#scan;
    const files = this.#files;
    this.#scanning = true;
    this.#sendStatus();
    // A client that will not show it is no reason not to read.
    const progress = this.#client.progress
      ? await this.#connection.window.createWorkDoneProgress().catch(() => undefined)
      : undefined;
    progress?.begin(this.#texts.interface["progress.title"] ?? "", undefined, undefined, true);
    let stopped = false;
    progress?.token.onCancellationRequested(() => {
      stopped = true;
    });
    const cancelled = () => stopped || scan !== this.#scan;
    try {
      const message = this.#texts.interface["progress.files"] ?? "{count}";
      const read = await files.scan((count) => progress?.report(message.replace("{count}", String(count))), cancelled);
      if (scan !== this.#scan) return;
      // Of the first walk something can be said now; after a later one, what was said stands until all is judged.
      if (!this.#complete) this.#publishAll();
      await files.warm(() => scan !== this.#scan);
      if (scan !== this.#scan) return;
      this.#scanning = false;
      // What was read before somebody cancelled is not the whole workspace, so what depends on it stays unsaid.
      if (read && !stopped) this.#whole = files;
      this.#publishAll();
      this.#sendStatus();
      this.#charts.trigger();
      void this.#connection.sendNotification(INDEX_DONE, { files: files.snapshot.files.size });
    } catch (error) {
      this.#connection.console.error(String(error));
    } finally {
      progress?.done();
    }
  }

  /** The files whose folders were walked to the end once; a later walk only brings them up to date. */
  #whole: Files | undefined;

  get #complete(): boolean {
    return this.#whole === this.#files;
  }

  #changed(uri: string, version: number, changes: TextDocumentContentChangeEvent[]): void {
    const document = this.#files.document(uri);
    // An edit to what is not open, or one that comes too late, is none of ours.
    if (document === undefined || version < document.version) return;
    this.#files.edit(TextDocument.update(document, changes, version));
    this.#publisher.typed(uri, changes);
    this.#othersChanged();
  }

  /** Charts were rendered: what they apply is judged, and said where it should change. */
  #rendered(): void {
    this.#publishAll();
    this.#report.trigger();
  }

  /** What one file says may change what is said of others, and what charts are rendered to. */
  #othersChanged(): void {
    if (!this.#scanning) this.#charts.trigger();
    if (this.#files.open.length > 1) this.#others.trigger();
    this.#report.trigger();
  }

  #takeDisk(): void {
    const uris = [...this.#changedOnDisk];
    this.#changedOnDisk.clear();
    // So many at once (a checkout) are quicker walked than asked for one by one.
    if (uris.length > 500 || this.#files.changed(uris) === "walk") void this.#scanAll();
    else {
      void this.#updateOthers();
      this.#report.trigger();
      this.#charts.trigger();
    }
  }

  #publishAll(): void {
    if (this.#client.pull) {
      if (this.#client.refresh) void this.#connection.languages.diagnostics.refresh();
      return;
    }
    this.#publisher.again(this.#files.open.map(({ uri }) => uri));
  }

  #found(uri: string): readonly KmmDiagnostic[] {
    const { snapshot } = this.#files;
    const entry = snapshot.entry(normalUri(uri));
    return entry === undefined ? [] : diagnosticsOf(snapshot, entry, this.#texts, this.#settings.show, this.#complete);
  }

  #diagnostics(uri: string) {
    return this.#found(uri).map((one) => toDiagnostic(one, this.#convert()));
  }

  #hover(params: { textDocument: { uri: string }; position: { line: number; character: number } }) {
    const { snapshot } = this.#files;
    const entry = snapshot.entry(normalUri(params.textDocument.uri));
    if (entry === undefined || !this.#settings.hover) return null;
    const hover = hoverAt(snapshot, entry, params.position, this.#texts, (id) => this.#convert().hrefOf(id));
    return hover === undefined
      ? null
      : { contents: { kind: "markdown" as const, value: hover.text }, range: hover.range };
  }

  #actions(params: CodeActionParams) {
    const { snapshot } = this.#files;
    const entry = snapshot.entry(normalUri(params.textDocument.uri));
    const only = params.context.only;
    if (
      entry === undefined ||
      (only !== undefined && !only.some((kind) => kind === "" || kind === CodeActionKind.QuickFix))
    )
      return null;
    const options = this.#convert();
    return actionsAt(snapshot, entry, params.range, this.#texts, this.#settings.show)
      .filter(({ diagnostic }) => isAskedAbout(diagnostic, params))
      .map((action) => toAction(action, [toDiagnostic(action.diagnostic, options)], options))
      .filter((action) => action !== undefined);
  }

  #convert(): ActionOptions {
    return {
      hrefOf: (id) =>
        this.#client.practiceScheme ? `kmm-practice:/${id}.md` : this.#host.pageOf(id, this.#settings.language),
      clientUri: (uri) => this.#files.clientUri(uri),
      related: this.#client.related,
      documentChanges: this.#client.documentChanges,
      create: this.#client.create,
      target: (uri) => {
        const text = this.#files.snapshot.entry(uri)?.source?.text;
        return text === undefined ? undefined : { text, version: this.#files.document(uri)?.version ?? null };
      },
    };
  }

  async #updateStatus(): Promise<void> {
    if (await this.#judgeAll("status")) this.#sendStatus();
  }

  async #updateOthers(): Promise<void> {
    if (await this.#judgeAll("others")) this.#publishAll();
  }

  /** Judging everything takes a while: it is done between messages, and left when something newer comes. */
  async #judgeAll(purpose: "status" | "others"): Promise<boolean> {
    if (this.#scanning) return false;
    const update = ++this.#updates[purpose];
    const files = this.#files;
    return files.warm(() => update !== this.#updates[purpose] || this.#scanning || files !== this.#files);
  }

  readonly #updates = { status: 0, others: 0 };
  /** Practices that failed, and that the log has told of. */
  readonly #logged = new Set<string>();

  #sendStatus(): void {
    for (const { practice, message } of this.#files.snapshot.errors) {
      if (!this.#logged.has(practice)) this.#connection.console.error(`${practice}: ${message}`);
      this.#logged.add(practice);
    }
    void this.#connection.sendNotification(REPORT_CHANGED, statusOf(this.#files, this.#texts, this.#scanning));
  }

  /** Before all of it is told: whoever points at something meanwhile does not wait until everything is judged. */
  async #judged(token: CancellationToken): Promise<void> {
    const files = this.#files;
    await files.warm(() => token.isCancellationRequested || files !== this.#files);
  }

  /** Every request: cancellable before the work begins, and its failure is its own. */
  async #answer<T>(token: CancellationToken, answer: () => T): Promise<T> {
    await beforeAnswer();
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
    try {
      return answer();
    } catch (error) {
      this.#connection.console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
      throw new ResponseError(ErrorCodes.InternalError, "The request failed; the log says why.");
    }
  }
}
