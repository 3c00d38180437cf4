/** The settings as the server takes them, whether it is told or asks. */
import { type Uri, workspace } from "vscode";
import type { InitializationOptions, Settings } from "../server/lsp/protocol.ts";

export function settings(scope?: Uri): Settings {
  // What VS Code hands out is a read-only proxy; a plain copy can be sent.
  const own = structuredCloneOf(workspace.getConfiguration(undefined, scope).get<Settings>("kmm")) ?? {};
  const exclude = workspace.getConfiguration("files", scope).get<Record<string, unknown>>("exclude") ?? {};
  // A glob with a `when` clause depends on its siblings; leaving it out only means that a file more is read.
  const filesExclude = Object.keys(exclude).filter((glob) => exclude[glob] === true);
  return { ...own, filesExclude, trusted: workspace.isTrusted };
}

export function initializationOptions(): InitializationOptions {
  return {
    settings: settings(),
    trusted: workspace.isTrusted,
    practiceScheme: true,
    watches: true,
    workspaceDiagnostics: false,
  };
}

function structuredCloneOf<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}
