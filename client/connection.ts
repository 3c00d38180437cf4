/** The language client itself. In a file of its own so that it is loaded after activation, not during it. */
import { type ExtensionContext, type LogOutputChannel, workspace } from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
  TransportKind,
} from "vscode-languageclient/node";
import { DOCUMENTS, watchers } from "./files.ts";
import { initializationOptions, settings } from "./settings.ts";

export interface Listeners {
  running(client: LanguageClient): void;
  /** The server ended and is being started anew. */
  restarting(): void;
  /** It will not be started again: it crashed too often, or could not be started at all. */
  gaveUp(): void;
}

/** Our status bar item, panel and message say what happened, in the reader's language; the library's go to the log. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** The same bound as the client library's default: five crashes in three minutes, and it stays down. */
const RESTARTS = 4;

/** After a failed start, how long another attempt may take before the server counts as stopped, in milliseconds. */
const PATIENCE = 3_000;

export function createClient(
  context: ExtensionContext,
  log: LogOutputChannel,
  listeners: Listeners,
): { client: LanguageClient; dispose(): Promise<void> } {
  const module = context.asAbsolutePath("dist/server.js");
  const transport = TransportKind.ipc;
  const fileEvents = watchers();
  const options: LanguageClientOptions = {
    documentSelector: DOCUMENTS,
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions,
    synchronize: { fileEvents, configurationSection: ["kmm", "files.exclude"] },
    middleware: {
      workspace: {
        // Both ways of learning the settings end in the same shape, with the globs of files.exclude in it.
        configuration: ({ items }, _token, next) =>
          items.every(({ section }) => section === "kmm")
            ? items.map(({ scopeUri }) =>
                settings(scopeUri === undefined ? undefined : client.protocol2CodeConverter.asUri(scopeUri)),
              )
            : next({ items }, _token),
        didChangeConfiguration: () =>
          client.sendNotification("workspace/didChangeConfiguration", { settings: { kmm: settings() } }),
      },
    },
    errorHandler: {
      error: (_error, _message, count) => ({
        action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
        handled: true,
      }),
      closed: async () => {
        const result = await crashes.closed();
        if (result.action === CloseAction.DoNotRestart) listeners.gaveUp();
        else listeners.restarting();
        return { ...result, handled: true };
      },
    },
  };
  const client = new QuietClient(
    "kmm",
    "Kubernetes Maturity Model",
    { run: { module, transport }, debug: { module, transport, options: { execArgv: ["--nolazy", "--inspect=6031"] } } },
    options,
  );
  const crashes = client.createDefaultErrorHandler(RESTARTS);
  // What may run in a trusted workspace runs from the moment on that somebody trusts it.
  const trust = workspace.onDidGrantWorkspaceTrust(
    () => void client.sendNotification("workspace/didChangeConfiguration", { settings: { kmm: settings() } }),
  );
  let timer: NodeJS.Timeout | undefined;
  const state = client.onDidChangeState(({ newState }) => {
    if (newState === State.Running) listeners.running(client);
    if (newState !== State.StartFailed) return;
    // A server that crashes while it starts is reported as failed although its next start is already under way.
    clearTimeout(timer);
    timer = setTimeout(() => client.state !== State.Running && listeners.gaveUp(), PATIENCE);
  });
  return {
    client,
    dispose: async () => {
      clearTimeout(timer);
      state.dispose();
      trust.dispose();
      for (const watcher of fileEvents) watcher.dispose();
      await client.dispose();
    },
  };
}
