const assert = require("node:assert/strict");
const vscode = require("vscode");
const { EXTENSION, closeEverything, show, until, uriOf } = require("../helpers.cjs");

describe("a workspace without anything of ours", () => {
  const extension = vscode.extensions.getExtension(EXTENSION);

  after(closeEverything);

  // VS Code looks for files that activate an extension before it runs tests, so there is nothing to wait for.
  it("is left alone", async () => {
    assert.ok(extension, "the extension is not there");
    assert.equal(extension.isActive, false);
    await show(uriOf("README.md"));
    await show(uriOf("src/main.py"));
    assert.equal(extension.isActive, false);
  });

  it("is looked at once a person asks", async () => {
    await vscode.commands.executeCommand("kmm.openPanel");
    await until("an active extension", () => extension.isActive);
  });
});
