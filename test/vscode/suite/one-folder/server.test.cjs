const assert = require("node:assert/strict");
const fs = require("node:fs");
const vscode = require("vscode");
const helpers = require("../helpers.cjs");

const { RUN_AS_NON_ROOT, diagnostic, diagnosticsOf, show, until, uriOf, write } = helpers;

/** The language server: a child of this very extension host. */
async function server() {
  const { processTable } = await import("../../../../scripts/processes.mjs");
  const isServer = ({ parent, command }) => parent === process.pid && /[\\/]server\.js\b/.test(command);
  return processTable().find(isServer)?.pid;
}

async function insert(document, line, text) {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(line, 0), text);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

describe("a language server that dies", () => {
  after(helpers.closeEverything);

  it("comes back in the middle of an edit, and the text is whole", async () => {
    const template = fs.readFileSync(uriOf("k8s/deployment.yaml").fsPath, "utf8");
    const document = await show(await write("k8s/crash.yaml", template));
    await diagnostic(document.uri, RUN_AS_NON_ROOT);
    const first = await until("the language server", server);

    await insert(document, 0, "# one\n");
    process.kill(first, "SIGKILL");
    await insert(document, 1, "# two\n");
    await until("another language server", async () => ![undefined, first].includes(await server()));
    await insert(document, 2, "# three\n");
    assert.equal(document.getText(), `# one\n# two\n# three\n${template}`);

    // Old diagnostics might merely have stayed: so let them go and come again.
    const containers = document.positionAt(document.getText().indexOf("      containers:"));
    await insert(document, containers.line, "      securityContext:\n        runAsNonRoot: true\n");
    await until("a clean file", () => diagnosticsOf(document.uri, RUN_AS_NON_ROOT).length === 0);
    await vscode.commands.executeCommand("undo");
    const found = await diagnostic(document.uri, RUN_AS_NON_ROOT);
    assert.ok(found.range.start.line > 3);
  });
});
