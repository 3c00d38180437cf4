/** Entry of the language server in Node: over IPC from VS Code, over standard streams from any other editor. */
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { helmRenderer } from "./host/helm-charts.ts";
import { pageOf, readPage } from "./host/pages.ts";
import { loadTexts } from "./host/texts.ts";
import { uriOfPath } from "./host/uris.ts";
import { serve } from "./lsp/connection.ts";
import { standBack } from "./lsp/schedule.ts";

declare const KMM_VERSION: string;

const folder = __dirname;
const connection = createConnection(ProposedFeatures.all);

// A mistake of ours in one request must not take the server, and with it everybody's findings, down.
process.on("uncaughtException", (error) => connection.console.error(error.stack ?? error.message));
process.on("unhandledRejection", (reason) => connection.console.error(String(reason)));

serve(connection, {
  version: KMM_VERSION,
  texts: (language) => loadTexts(folder, language),
  charts: (program) => helmRenderer(program, standBack),
  explain: (practice, language) => readPage(folder, practice, language),
  pageOf: (practice, language) => {
    const page = pageOf(folder, practice, language);
    return page === undefined ? undefined : uriOfPath(page);
  },
});
