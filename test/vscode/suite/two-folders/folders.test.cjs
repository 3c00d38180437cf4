const assert = require("node:assert/strict");
const vscode = require("vscode");
const helpers = require("../helpers.cjs");

const { RUN_AS_NON_ROOT, diagnostic, hoverAt, show, until, uriOf } = helpers;

describe("a workspace of two folders", () => {
  after(helpers.closeEverything);

  it("has both folders", () => {
    const names = vscode.workspace.workspaceFolders.map((folder) => folder.name);
    assert.deepEqual(names, ["workspace", "second"]);
  });

  for (const [name, folder] of [
    ["k8s/deployment.yaml", 0],
    ["k8s/worker.yaml", 1],
  ]) {
    it(`looks at ${name}`, async () => {
      const document = await show(uriOf(name, folder));
      await diagnostic(document.uri, RUN_AS_NON_ROOT);
      const text = await until("a hover on the kind", () => hoverAt(document, "Deployment"));
      assert.match(text, /Security and Compliance: \*\*[1-5]\*\*/);
    });
  }
});
