// What the suites share: finding things in the extension host, and waiting for content.
const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const EXTENSION = "kmm.kubernetes-maturity-model";
const RUN_AS_NON_ROOT = "security/run-as-non-root";

/** Waits for a value, never for a time: the limit only tells when to give up. */
async function until(what, get, limit = 20_000) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await get();
    if (value) return value;
    if (Date.now() > end) throw new Error(`never seen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The URI of a file in one of the workspace's folders. */
function uriOf(name, folder = 0) {
  return vscode.Uri.joinPath(vscode.workspace.workspaceFolders[folder].uri, ...name.split("/"));
}

/** Writes a file of its own for a test, so that no test depends on what another one left. */
async function write(name, text, folder = 0) {
  const uri = uriOf(name, folder);
  fs.mkdirSync(path.dirname(uri.fsPath), { recursive: true });
  fs.writeFileSync(uri.fsPath, text);
  return uri;
}

async function show(uri) {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return document;
}

const codeOf = (diagnostic) => (typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code);

function diagnosticsOf(uri, practice) {
  const ours = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "kmm");
  return practice === undefined ? ours : ours.filter((diagnostic) => codeOf(diagnostic) === practice);
}

function diagnostic(uri, practice) {
  return until(`${practice} in ${uri.path}`, () => diagnosticsOf(uri, practice)[0]);
}

/**
 * The first quick fix at a diagnostic that would write `text`: VS Code does not tell which diagnostic each is for.
 * Asked for until there is one, as VS Code cancels a request whenever something about the document changes meanwhile.
 */
function fixThatWrites(text, document, { range }) {
  const command = "vscode.executeCodeActionProvider";
  const kind = vscode.CodeActionKind.QuickFix.value;
  return until("a quick fix", async () => {
    try {
      // The number has that many resolved, edits and all.
      const actions = await vscode.commands.executeCommand(command, document.uri, range, kind, 50);
      return actions.find(({ edit }) => edit?.get(document.uri).some(({ newText }) => newText.includes(text)));
    } catch (error) {
      if (error.name === "Canceled") return undefined;
      throw error;
    }
  });
}

/** Text of all hovers at the first `word` of a document. */
async function hoverAt(document, word) {
  const position = document.positionAt(document.getText().indexOf(word) + 1);
  const hovers = await vscode.commands.executeCommand("vscode.executeHoverProvider", document.uri, position);
  return hovers.flatMap((hover) => hover.contents.map((content) => content.value ?? content)).join("\n");
}

/**
 * Closes what tests opened, and asks no question about what was changed. Only what stands in a tab is looked at:
 * VS Code keeps documents of its own (its settings while it writes them). It may open an editor of its own at any
 * moment, and then the showing of ours is refused: another try is made.
 */
async function closeEverything() {
  await until("nothing unsaved in a tab", async () => {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const shown = new Set(tabs.map(({ input }) => input?.uri?.toString()));
    const changed = vscode.workspace.textDocuments.find(({ uri, isDirty }) => isDirty && shown.has(uri.toString()));
    if (changed === undefined) return true;
    try {
      await vscode.window.showTextDocument(changed);
      await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    } catch (error) {
      console.log(`not yet closed: ${error.message}`);
    }
    return false;
  });
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}

module.exports = {
  EXTENSION,
  RUN_AS_NON_ROOT,
  closeEverything,
  codeOf,
  diagnostic,
  diagnosticsOf,
  fixThatWrites,
  hoverAt,
  show,
  until,
  uriOf,
  write,
};
