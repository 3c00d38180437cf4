// The least that a language server for YAML can do: `vscode-languageserver` and `yaml`, only the document that changed
// is read again, one small rule and a hover. What ours is compared with, not a part of it.
import { createConnection, ProposedFeatures, TextDocumentSyncKind } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { isScalar, parseDocument, visit } from "yaml";

const connection = createConnection(ProposedFeatures.all);
const open = new Map();

/** Documents of a text, each with its offset; those whose text did not change are taken over. */
function read(text, before) {
  const known = new Map(before.map((part) => [part.text, part.document]));
  const bounds = [
    0,
    ...[...text.matchAll(/^---(?=\s|$)/gm)].map((match) => match.index).filter((at) => at > 0),
    text.length,
  ];
  return bounds.slice(0, -1).map((start, index) => {
    const part = text.slice(start, bounds[index + 1]);
    return {
      start,
      text: part,
      document: known.get(part) ?? parseDocument(part, { logLevel: "silent", uniqueKeys: false }),
    };
  });
}

function take(document, before = []) {
  const parts = read(document.getText(), before);
  open.set(document.uri, { document, parts });
  const diagnostics = parts.flatMap(({ start, document: parsed }) =>
    check(parsed).map((one) => ({ ...one, range: rangeOf(document, start, one.range) })),
  );
  void connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics });
}

function check(parsed) {
  const found = parsed.errors.map((error) => ({ message: error.message, source: "floor", range: error.pos }));
  visit(parsed, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== "image" || !isScalar(value) || /[:@]/.test(String(value.value))) return;
      found.push({ message: "The image has no tag.", source: "floor", range: value.range });
    },
  });
  return found;
}

function rangeOf(document, start, [from, to]) {
  return { start: document.positionAt(start + from), end: document.positionAt(start + to) };
}

connection.onInitialize(() => ({
  capabilities: { textDocumentSync: TextDocumentSyncKind.Incremental, hoverProvider: true },
}));
connection.onDidOpenTextDocument(({ textDocument: it }) =>
  take(TextDocument.create(it.uri, it.languageId, it.version, it.text)),
);
connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
  const known = open.get(textDocument.uri);
  if (known !== undefined) take(TextDocument.update(known.document, contentChanges, textDocument.version), known.parts);
});
connection.onHover(({ textDocument, position }) => {
  const known = open.get(textDocument.uri);
  if (known === undefined) return null;
  const offset = known.document.offsetAt(position);
  const part = known.parts.findLast((one) => one.start <= offset);
  let found = null;
  visit(part?.document, {
    Scalar(_, node) {
      const [from, to] = node.range ?? [-1, -1];
      if (part.start + from > offset || offset > part.start + to) return undefined;
      found = { contents: String(node.value) };
      return visit.BREAK;
    },
  });
  return found;
});
connection.listen();
