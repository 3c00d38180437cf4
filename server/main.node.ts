/** Entry of the language server in Node: over IPC from VS Code, over standard streams from any other editor. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import type { Language } from "../model/text/texts.ts";
import { helmRenderer } from "./host/helm-charts.ts";
import { loadTexts } from "./host/texts.ts";
import { uriOfPath } from "./host/uris.ts";
import { serve } from "./lsp/connection.ts";

declare const KMM_VERSION: string;

const folder = __dirname;
const connection = createConnection(ProposedFeatures.all);

// A mistake of ours in one request must not take the server, and with it everybody's findings, down.
process.on("uncaughtException", (error) => connection.console.error(error.stack ?? error.message));
process.on("unhandledRejection", (reason) => connection.console.error(String(reason)));

const pageOf = (practice: string, language: Language) => join(folder, "practices", language, `${practice}.md`);

serve(connection, {
  version: KMM_VERSION,
  texts: (language) => loadTexts(folder, language),
  charts: (program) => helmRenderer(program),
  explain: (practice, language) => {
    const page = pageOf(practice, language);
    return existsSync(page) ? readFileSync(page, "utf8") : undefined;
  },
  pageOf: (practice, language) => {
    const page = pageOf(practice, language);
    return existsSync(page) ? uriOfPath(page) : undefined;
  },
});
