/** What the client at the other end can do, and what it has open. */
import type { InitializeParams } from "vscode-languageserver/node";
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
