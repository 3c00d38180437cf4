/** Quick fixes where the file says hostile things: nothing is written but what was meant, and only where it belongs. */
import assert from "node:assert/strict";
import { type CodeAction, type TextDocumentEdit, TextEdit } from "vscode-languageserver-protocol";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parseAllDocuments } from "yaml";
import { deployment, Place, Tormented } from "./support.ts";

const CAPABILITIES = { workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ["create"] } } };

/** Names that lead elsewhere, that a file system keeps for itself, or that would be YAML of their own. */
const NAMES: Readonly<Record<string, string>> = {
  "a path out of the folder": "../../.git/hooks/x",
  "an absolute path": "/etc/cron.d/x",
  "a device": "CON",
  "300 characters": "n".repeat(300),
  "line breaks": "x\nprivileged: true\n---\nkind: Secret",
  YAML: "x: [&a *a, {{ y }}] # z",
  quotes: `"'\\"'`,
  "another script": "\u202egnp.exe\u0007😀",
  nothing: "",
};

type Change = NonNullable<NonNullable<CodeAction["edit"]>["documentChanges"]>[number];

describe("quick fixes in hostile files", function () {
  this.timeout(30_000);
  let place: Place;
  let server: Tormented;

  beforeEach(async () => {
    place = new Place();
    place.write("kept/.gitignore", "kustomization.yaml\nkind.yaml\nMakefile\n");
    for (const name of ["kustomization.yaml", "kind.yaml", "Makefile"]) place.write(`kept/${name}`, "# kept\n");
    server = await Tormented.indexed(place, { capabilities: CAPABILITIES });
  });

  afterEach(() => server.stop());

  async function actionsIn(uri: string, text: string): Promise<readonly CodeAction[]> {
    const end = { line: text.split("\n").length, character: 0 };
    const actions = await server.client.request<CodeAction[] | null>("textDocument/codeAction", {
      textDocument: { uri },
      range: { start: { line: 0, character: 0 }, end },
      context: { diagnostics: [] },
    });
    return actions ?? [];
  }

  const isEdit = (change: Change): change is TextDocumentEdit => "textDocument" in change;
  const changesOf = (action: CodeAction): readonly Change[] => action.edit?.documentChanges ?? [];

  /** The text after the action, which touches no other file that there is. */
  function after(action: CodeAction, uri: string, text: string): string {
    const document = TextDocument.create(uri, "yaml", 1, text);
    const edits = changesOf(action).flatMap((change) =>
      isEdit(change) && change.textDocument.uri === uri ? change.edits.filter(TextEdit.is) : [],
    );
    return TextDocument.applyEdits(document, edits);
  }

  for (const [what, name] of Object.entries(NAMES))
    it(`of an object whose name is ${what} write the name as it is, and make no file of it`, async () => {
      const written = JSON.stringify(name);
      const text = deployment("x", "          securityContext: { privileged: true }\n").replaceAll(
        /(name|app): x\b/g,
        `$1: ${written.replaceAll("$", "$$$$")}`,
      );
      const uri = place.write("shop/hostile.yaml", text);
      await server.client.open(uri, text);
      const actions = await actionsIn(uri, text);
      assert.ok(actions.length > 3, `${actions.length} actions`);
      for (const action of actions) {
        for (const change of changesOf(action)) {
          const target = isEdit(change) ? change.textDocument.uri : "uri" in change ? change.uri : "";
          assert.match(target.slice(place.root.length), /^\/(shop\/)?[\w.]+$/, action.title);
          if (!isEdit(change))
            assert.deepEqual(change, {
              kind: "create",
              uri: target,
              options: { overwrite: false, ignoreIfExists: false },
            });
        }
        const documents = parseAllDocuments(after(action, uri, text));
        assert.ok(Array.isArray(documents));
        for (const document of documents) assert.deepEqual(document.errors, [], action.title);
        const [first] = documents;
        assert.equal(first?.getIn(["metadata", "name"]), name, action.title);
      }
    });

  it("never overwrite a file, known or not", async () => {
    const text = deployment("kept");
    const uri = place.write("kept/kept.yaml", text);
    await server.client.open(uri, text);
    const made = (await actionsIn(uri, text)).flatMap(changesOf).filter((change) => !isEdit(change));
    assert.ok(made.length > 0, "a file is made somewhere");
    for (const change of made)
      assert.deepEqual("kind" in change && change.options, { overwrite: false, ignoreIfExists: false });
    place.write("shop/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n");
    const known = place.write("shop/known.yaml", text);
    await server.changed([place.uri("shop/kustomization.yaml"), known]);
    await server.reported("the new file", (report) => report.subjects.some((one) => one.uri === "shop/known.yaml"));
    await server.client.open(known, text);
    for (const change of (await actionsIn(known, text)).flatMap(changesOf))
      assert.ok(isEdit(change) || ("uri" in change && change.uri !== place.uri("shop/kustomization.yaml")));
  });

  it("are for the version they were made for, so that an editor refuses them for a later one", async () => {
    const text = deployment("changing");
    const uri = place.write("shop/changing.yaml", text);
    await server.client.open(uri, text);
    await server.client.change(uri, 2, [{ text: `# more\n${text}` }]);
    const versions = (await actionsIn(uri, text))
      .flatMap(changesOf)
      .filter(isEdit)
      .filter((change) => change.textDocument.uri === uri)
      .map((change) => change.textDocument.version);
    assert.ok(versions.length > 0);
    assert.deepEqual([...new Set(versions)], [2]);
  });

  it("that make files are not offered to editors that cannot refuse to overwrite", async () => {
    const text = deployment("plain");
    const uri = place.write("shop/plain.yaml", text);
    const plain = await Tormented.indexed(place);
    await plain.client.open(uri, text);
    const whole = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
    const actions = await plain.client.request<CodeAction[]>("textDocument/codeAction", {
      textDocument: { uri },
      range: whole,
      context: { diagnostics: [] },
    });
    assert.ok(actions.length > 0);
    for (const action of actions) assert.deepEqual(Object.keys(action.edit?.changes ?? {}), [uri], action.title);
    await plain.client.stop();
  });
});
