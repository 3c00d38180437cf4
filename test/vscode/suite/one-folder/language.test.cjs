const assert = require("node:assert/strict");
const fs = require("node:fs");
const vscode = require("vscode");
const helpers = require("../helpers.cjs");

const { RUN_AS_NON_ROOT, diagnostic, diagnosticsOf, fixThatWrites, hoverAt, show, until, uriOf, write } = helpers;

/** A dimension and its level, as a hover lists them. */
const LEVEL = /Security and Compliance: \*\*[1-5]\*\*/;

/** `longer` is `shorter` with bytes put in between: nothing that was there is gone or moved. */
function onlyAdds(shorter, longer) {
  let at = 0;
  for (const character of longer) if (character === shorter[at]) at += 1;
  return at === shorter.length;
}

async function applyFirstFix(document) {
  const found = await diagnostic(document.uri, RUN_AS_NON_ROOT);
  const fix = await fixThatWrites("runAsNonRoot: true", document, found);
  const before = document.getText();
  assert.ok(await vscode.workspace.applyEdit(fix.edit));
  const after = document.getText();
  assert.match(after, /runAsNonRoot: true/);
  assert.ok(onlyAdds(before, after), after);
  await until("a clean file", () => diagnosticsOf(document.uri, RUN_AS_NON_ROOT).length === 0);
  return { before, after };
}

describe("a manifest in the editor", () => {
  const template = fs.readFileSync(uriOf("k8s/deployment.yaml").fsPath, "utf8");

  after(helpers.closeEverything);

  it("shows what stands in the way, where it stands", async () => {
    const document = await show(uriOf("k8s/deployment.yaml"));
    const found = await diagnostic(document.uri, RUN_AS_NON_ROOT);
    assert.match(found.message, /Security and Compliance · level 3, Security Scanning/);
    assert.ok(found.code.target, "the code leads to no explanation");
    assert.equal(document.getText(found.range), "web");
  });

  it("tells the levels where the mouse rests on the kind", async () => {
    const document = await show(uriOf("k8s/deployment.yaml"));
    await diagnostic(document.uri, RUN_AS_NON_ROOT);
    const text = await until("a hover on the kind", () => hoverAt(document, "Deployment"));
    assert.match(text, LEVEL);
  });

  it("takes the step, and leaves every other byte alone", async () => {
    const document = await show(await write("k8s/fix.yaml", template));
    await applyFirstFix(document);
    await document.save();
    assert.equal(fs.readFileSync(document.uri.fsPath, "utf8"), document.getText());
    await vscode.commands.executeCommand("undo");
    assert.equal(document.getText(), template);
    await diagnostic(document.uri, RUN_AS_NON_ROOT);
  });

  it("keeps the line ends of Windows", async () => {
    const document = await show(await write("k8s/windows.yaml", template.replaceAll("\n", "\r\n")));
    assert.equal(document.eol, vscode.EndOfLine.CRLF);
    await applyFirstFix(document);
    await document.save();
    const saved = fs.readFileSync(document.uri.fsPath, "utf8");
    assert.match(saved, /runAsNonRoot: true\r\n/);
    assert.doesNotMatch(saved, /[^\r]\n/);
  });

  it("helps in a document that has no file yet", async () => {
    const document = await vscode.workspace.openTextDocument({ language: "yaml", content: template });
    await vscode.window.showTextDocument(document);
    assert.equal(document.uri.scheme, "untitled");
    await applyFirstFix(document);
  });

  it("says nothing about a document that is not of its kind", async () => {
    const uri = await write("notes.yaml", "title: notes\nitems:\n  - one\n");
    await show(uri);
    const manifest = await show(await write("k8s/later.yaml", template));
    // Files are answered in their order: what is said of the later one tells that the earlier one is done.
    await diagnostic(manifest.uri, RUN_AS_NON_ROOT);
    assert.deepEqual(diagnosticsOf(uri), []);
  });
});

describe("the panel", () => {
  after(helpers.closeEverything);

  it("opens once, however often it is asked for", async () => {
    const panels = () =>
      vscode.window.tabGroups.all
        .flatMap((group) => group.tabs)
        .filter((tab) => tab.input instanceof vscode.TabInputWebview);
    await vscode.commands.executeCommand("kmm.openPanel");
    await until("the panel", () => panels().length === 1);
    await vscode.commands.executeCommand("kmm.openPanel");
    assert.equal(panels().length, 1);
  });
});
