const assert = require("node:assert/strict");
const vscode = require("vscode");
const { EXTENSION, until } = require("../helpers.cjs");

describe("activation", () => {
  const extension = vscode.extensions.getExtension(EXTENSION);

  it("happens for a workspace with manifests, before one is opened", async () => {
    assert.ok(extension, "the extension is not there");
    assert.equal(vscode.window.visibleTextEditors.length, 0);
    await until("an active extension", () => extension.isActive);
  });

  it("registers every command that its manifest offers", async () => {
    const offered = extension.packageJSON.contributes.commands.map(({ command }) => command);
    const present = await vscode.commands.getCommands(true);
    assert.ok(offered.includes("kmm.openPanel"));
    assert.deepEqual(
      offered.filter((command) => !present.includes(command)),
      [],
    );
  });
});
