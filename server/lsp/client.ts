/** What the client at the other end can do and has open, and what it is told that this server can do. */
import {
  CodeActionKind,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import type { Folder } from "./files.ts";
import type { InitializationOptions } from "./protocol.ts";

export interface Client {
  readonly pull: boolean;
  readonly related: boolean;
  readonly configuration: boolean;
  readonly watch: boolean;
  readonly folders: boolean;
  readonly progress: boolean;
  readonly refresh: boolean;
  readonly documentChanges: boolean;
  readonly create: boolean;
  readonly practiceScheme: boolean;
  readonly workspaceDiagnostics: boolean;
  readonly locale: string | undefined;
}

export function clientOf(params: InitializeParams): Client {
  const { workspace, textDocument, window } = params.capabilities;
  const options = (params.initializationOptions ?? {}) as InitializationOptions;
  const edit = workspace?.workspaceEdit;
  return {
    pull: textDocument?.diagnostic !== undefined,
    related:
      textDocument?.publishDiagnostics?.relatedInformation === true ||
      textDocument?.diagnostic?.relatedDocumentSupport !== undefined,
    configuration: workspace?.configuration === true,
    watch: workspace?.didChangeWatchedFiles?.dynamicRegistration === true && options.watches !== true,
    folders: workspace?.workspaceFolders === true,
    progress: window?.workDoneProgress === true,
    refresh: workspace?.diagnostics?.refreshSupport === true,
    documentChanges: edit?.documentChanges === true,
    create: edit?.resourceOperations?.includes("create") === true,
    practiceScheme: options.practiceScheme === true,
    workspaceDiagnostics: options.workspaceDiagnostics !== false,
    locale: params.locale,
  };
}

export function foldersOf(params: InitializeParams): readonly Folder[] {
  if (params.workspaceFolders != null) return params.workspaceFolders;
  const root = params.rootUri;
  return root == null ? [] : [{ uri: root, name: decodeURIComponent(root.slice(root.lastIndexOf("/") + 1)) }];
}

/** What this server can do. */
export function initializeResult(client: Client, version: string): InitializeResult {
  return {
    serverInfo: { name: "kmm", version: version },
    capabilities: {
      positionEncoding: "utf-16",
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      hoverProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      ...(client.pull
        ? {
            diagnosticProvider: {
              identifier: "kmm",
              interFileDependencies: true,
              workspaceDiagnostics: client.workspaceDiagnostics,
            },
          }
        : {}),
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    },
  };
}
