import assert from "node:assert/strict";
import type { Field, Resource } from "../../model/facts.ts";
import english from "../../model/text/interface.en.json";
import swedish from "../../model/text/interface.sv.json";
import { rootField } from "../../server/engine/field.ts";
import { offsetsOf, SourceDocument, SourceFile } from "../../server/engine/source.ts";
import {
  annotationProblems,
  annotationSuppression,
  annotationSuppressions,
  readSuppressions,
  type Suppression,
  suppressionProblems,
} from "../../server/engine/suppressions.ts";

const ROOT = "security/run-as-non-root";
const REQUESTS = "scalability/resource-requests";
const PRACTICES = new Set([ROOT, REQUESTS, "culture/codeowners"]);

type Kind = "manifest" | "pipeline" | "text";

function fileOf(text: string, kind: Kind = "manifest"): SourceFile {
  const readings = {
    manifest: { yaml: true, yaml11: true, templated: "auto" },
    pipeline: { yaml: true, yaml11: false, templated: "never" },
    text: { yaml: false, yaml11: false, templated: "never" },
  } as const;
  return new SourceFile("file:///shop/file.yaml", 1, text, readings[kind]);
}

/** Lines of the file, as text, on which a practice is ignored. */
function ignored(text: string, practice = ROOT, kind: Kind = "manifest"): string[] {
  const suppressions = readSuppressions(fileOf(text, kind));
  return text
    .split(/\r?\n/)
    .filter((_, line) => suppressions.find(practice, line) !== undefined)
    .map((line) => line.trim());
}

/** Problems as `key @ the text they stand on`. */
function problems(text: string, kind: Kind = "manifest", uses: readonly (readonly [string, number])[] = []): string[] {
  const file = fileOf(text, kind);
  const used = new Set<Suppression>();
  for (const [practice, line] of uses) {
    const one = readSuppressions(file).find(practice, line);
    if (one !== undefined) used.add(one);
  }
  const lines = text.split(/\r?\n/);
  return suppressionProblems(file, used, PRACTICES).map(({ key, range }) => {
    assert.ok(key in english && key in swedish, key);
    return `${key} @ ${lines[range.start.line]!.slice(range.start.character, range.end.character)}`;
  });
}

describe("a comment that ignores a practice", () => {
  it("holds for its own line when something stands on it", () => {
    assert.deepEqual(ignored(`a: 1\nb: 2 # kmm-ignore ${ROOT}: legacy image\nc: 3\n`), [
      `b: 2 # kmm-ignore ${ROOT}: legacy image`,
    ]);
  });

  it("holds for the line below when it stands alone, also below other comments", () => {
    assert.deepEqual(ignored(`a: 1\n  # kmm-ignore ${ROOT}: legacy\nb: 2\nc: 3\n`), ["b: 2"]);
    const stacked = `# kmm-ignore ${ROOT}: legacy\n# kmm-ignore ${REQUESTS}: tiny\n# and so on\nb: 2\n`;
    assert.deepEqual([ignored(stacked), ignored(stacked, REQUESTS)], [["b: 2"], ["b: 2"]]);
  });

  it("names one practice or several, with a reason", () => {
    const [one] = readSuppressions(fileOf(`a: 1 # kmm-ignore ${ROOT}, ${REQUESTS}: see ADR 7: legacy \n`)).all;
    assert.deepEqual([one?.ids, one?.reason, one?.line, one?.form], [[ROOT, REQUESTS], "see ADR 7: legacy", 0, "line"]);
    assert.equal(readSuppressions(fileOf("a: 1\n")).find(ROOT, 0), undefined);
  });

  it("takes the words behind the practice as the reason when the colon was forgotten", () => {
    const [one] = readSuppressions(fileOf(`a: 1 # kmm-ignore ${ROOT} until June\n`)).all;
    assert.deepEqual([one?.ids, one?.reason], [[ROOT], "until June"]);
  });

  it("holds for the next line when it says so", () => {
    assert.deepEqual(ignored(`a: 1 # kmm-ignore-next-line ${ROOT}: x\nb: 2\n`), ["b: 2"]);
  });

  it("holds for the whole file, wherever it stands", () => {
    assert.equal(ignored(`a: 1\n---\nb: 2\n# kmm-ignore-file ${ROOT}: generated\n`).length, 5);
  });

  it("holds between start and end", () => {
    const text = `a: 1\n# kmm-ignore-start ${ROOT}: x\nb: 2\nc: 3\n# kmm-ignore-end\nd: 4\n`;
    assert.deepEqual(
      ignored(text).filter((line) => !line.startsWith("#")),
      ["b: 2", "c: 3"],
    );
  });

  it("ends the range that it names, or the innermost", () => {
    const text = `# kmm-ignore-start ${ROOT}: x\na: 1\n# kmm-ignore-start ${REQUESTS}: y\nb: 2\n# kmm-ignore-end ${ROOT}\nc: 3\n# kmm-ignore-end\nd: 4\n`;
    const plain = (lines: string[]) => lines.filter((line) => !line.startsWith("#"));
    assert.deepEqual(
      [plain(ignored(text)), plain(ignored(text, REQUESTS))],
      [
        ["a: 1", "b: 2"],
        ["b: 2", "c: 3"],
      ],
    );
  });

  it("is found in later documents and behind Windows line ends", () => {
    assert.deepEqual(ignored(`a: 1\r\n---\r\n# kmm-ignore ${ROOT}: x\r\nb: 2\r\n`), ["b: 2"]);
    assert.deepEqual(readSuppressions(fileOf(`a: 1\r\n---\r\nb: 2 # kmm-ignore ${ROOT}: x\r\n`)).all[0]?.reason, "x");
  });

  it("is read once for each version of a file", () => {
    const file = fileOf(`a: 1 # kmm-ignore ${ROOT}: x\n`);
    assert.equal(readSuppressions(file), readSuppressions(file));
  });
});

describe("what only looks like such a comment", () => {
  const SILENT: readonly (readonly [string, string])[] = [
    ["a quoted string", `a: "x # kmm-ignore ${ROOT}: x"\nb: 1\n`],
    ["a quoted string of several lines", `a: 'x\n  # kmm-ignore ${ROOT}: x\n  y'\nb: 1\n`],
    ["a block of text", `run: |\n  # kmm-ignore ${ROOT}: x\n  echo hello\nb: 1\n`],
    ["a key", `"# kmm-ignore ${ROOT}: x": 1\nb: 1\n`],
    ["a value", `a: kmm-ignore ${ROOT}\nb: 1\n`],
    ["a hash sign inside a word", `a: x#kmm-ignore ${ROOT}\nb: 1\n`],
    ["a comment about it", `# see kmm-ignore ${ROOT}: x\nb: 1\n`],
    ["a longer word", `# kmm-ignored ${ROOT}: x\nb: 1\n`],
  ];
  for (const [name, text] of SILENT)
    it(`is ${name}`, () => assert.deepEqual([ignored(text), problems(text)], [[], []]));

  it("is not the comment behind a block's header, which is one", () => {
    const text = `run: | # kmm-ignore ${ROOT}: x\n  echo\n`;
    assert.deepEqual(ignored(text), [`run: | # kmm-ignore ${ROOT}: x`]);
  });
});

describe("a comment in another kind of file", () => {
  it("ignores in Helm templates, in the template's own comments too", () => {
    const values = `spec:\n  {{- /* kmm-ignore ${ROOT}: chart needs it */}}\n  image: {{ .Values.image }}\n  other: 1\n`;
    assert.deepEqual(ignored(values), ["image: {{ .Values.image }}"]);
    const plain = `spec:\n  {{- if .Values.x }}\n  # kmm-ignore ${ROOT}: y\n  image: {{ .Values.image }}\n  {{- end }}\n`;
    assert.deepEqual(ignored(plain), ["image: {{ .Values.image }}"]);
    const trailing = `spec:\n  image: "{{ .Values.image }}" # kmm-ignore ${ROOT}: y\n`;
    assert.equal(ignored(trailing).length, 1);
    assert.equal(readSuppressions(fileOf(values)).all[0]?.reason, "chart needs it");
  });

  it("ignores behind a value with a template comment, and above from one of several lines", () => {
    assert.deepEqual(ignored(`a: {{ .x }} {{/* kmm-ignore ${ROOT}: y */}}\nb: 1\n`).length, 1);
    assert.deepEqual(ignored(`a: 1\n{{- /*\n  kmm-ignore ${ROOT}: y\n*/ -}}\nb: 1\n`), ["b: 1"]);
  });

  it("ignores in Dockerfiles and Jenkinsfiles", () => {
    assert.deepEqual(ignored(`FROM x\n# kmm-ignore ${ROOT}: y\nUSER root\n`, ROOT, "text"), ["USER root"]);
    assert.deepEqual(ignored(`node {\n  sh 'x' // kmm-ignore ${ROOT}: y\n}\n`, ROOT, "text"), [
      `sh 'x' // kmm-ignore ${ROOT}: y`,
    ]);
    assert.deepEqual(ignored(`// kmm-ignore ${ROOT}: y\nnode {}\n`, ROOT, "text"), ["node {}"]);
    assert.deepEqual(ignored(`sh 'curl http://kmm-ignore/${ROOT}'\n`, ROOT, "text"), []);
  });

  it("ignores in pipelines, whose expressions are no templates", () => {
    assert.deepEqual(ignored(`env:\n  # kmm-ignore ${ROOT}: y\n  A: \${{ secrets.A }}\n`, ROOT, "pipeline"), [
      "A: ${{ secrets.A }}",
    ]);
  });
});

describe("problems with comments", () => {
  it("are practices that do not exist", () => {
    assert.deepEqual(problems("a: 1 # kmm-ignore security/run-as-nonroot: x\n"), [
      "ignore.unknownNear @ security/run-as-nonroot",
    ]);
    assert.deepEqual(problems("a: 1 # kmm-ignore security/quantum-safe: x\n"), [
      "ignore.unknown @ security/quantum-safe",
    ]);
    assert.deepEqual(problems("a: 1 # kmm-ignore run-as-non-root: x\n"), ["ignore.unknownNear @ run-as-non-root"]);
  });

  it("are reasons that are missing, though the comment holds", () => {
    const text = `a: 1 # kmm-ignore ${ROOT}\n`;
    assert.equal(ignored(text).length, 1);
    assert.deepEqual(problems(text, "manifest", [[ROOT, 0]]), [`ignore.noReason @ kmm-ignore ${ROOT}`]);
    assert.deepEqual(problems(`a: 1 # kmm-ignore ${ROOT}:   \n`, "manifest", [[ROOT, 0]]), [
      `ignore.noReason @ kmm-ignore ${ROOT}:`,
    ]);
  });

  it("are comments that excuse nothing", () => {
    const text = `a: 1 # kmm-ignore ${ROOT}: x\n`;
    assert.deepEqual(problems(text), [`ignore.unused @ kmm-ignore ${ROOT}: x`]);
    assert.deepEqual(problems(text, "manifest", [[ROOT, 0]]), []);
  });

  it("are comments that name no practice, ranges that do not close, and forms that do not exist", () => {
    assert.deepEqual(problems("a: 1 # kmm-ignore: x\n"), ["ignore.noPractice @ kmm-ignore: x"]);
    assert.deepEqual(problems("a: 1\n# kmm-ignore-end\n"), ["ignore.noStart @ kmm-ignore-end"]);
    assert.deepEqual(problems(`# kmm-ignore-start ${ROOT}: x\na: 1\n`, "manifest", [[ROOT, 1]]), [
      `ignore.noEnd @ kmm-ignore-start ${ROOT}: x`,
    ]);
    assert.deepEqual(problems(`a: 1 # kmm-ignore-always ${ROOT}: x\n`), [
      `ignore.unknownForm @ kmm-ignore-always ${ROOT}: x`,
    ]);
  });

  it("come quickly from a file of nothing else", () => {
    const started = performance.now();
    problems([...Array(50_000).fill(`# kmm-ignore ${ROOT}: x`), "a: 1"].join("\n"));
    problems("{{/*".repeat(20_000) + " kmm-ignore ".repeat(20_000));
    assert.ok(performance.now() - started < 2_000, `${performance.now() - started} ms`);
  });
});

describe("an annotation that ignores a practice", () => {
  const POD_PATH = ["spec", "template", "metadata", "annotations"];

  function resourceOf(text: string): Resource {
    const document = new SourceDocument("file:///shop/web.yaml", text, { yaml: true, yaml11: true, templated: "auto" });
    const body: Field = rootField(document);
    const fact = { document, annotations: body.at("metadata", "annotations"), podAnnotations: body.at(...POD_PATH) };
    return fact as unknown as Resource;
  }

  it("stands on the resource or on its pods", () => {
    const own = resourceOf('metadata: { annotations: { kmm/ignore.security-run-as-non-root: "legacy image" } }\n');
    assert.equal(annotationSuppression(own, ROOT)?.reason, "legacy image");
    assert.equal(annotationSuppression(own, REQUESTS), undefined);
    const pods = resourceOf(
      "spec: { template: { metadata: { annotations: { kmm/ignore.security-run-as-non-root: legacy } } } }\n",
    );
    assert.equal(annotationSuppression(pods, ROOT)?.reason, "legacy");
    assert.equal(annotationSuppression(resourceOf("kind: Deployment\n"), ROOT), undefined);
  });

  it("is pointed at by its key", () => {
    const text = "metadata:\n  annotations:\n    kmm/ignore.security-run-as-non-root: legacy\n";
    const resource = resourceOf(text);
    const [one] = annotationSuppressions(resource);
    assert.equal(
      text.slice(...offsetsOf(resource.document as SourceDocument, one!.place)),
      "kmm/ignore.security-run-as-non-root",
    );
  });

  it("is told of when it is unknown, gives no reason, or excuses nothing", () => {
    const resource = resourceOf(
      'metadata:\n  annotations:\n    kmm/ignore.security-run-as-nonroot: x\n    kmm/ignore.culture-codeowners: ""\n    kmm/ignore.security-run-as-non-root: y\n    team: shop\n',
    );
    const keys = (used: readonly string[]) =>
      annotationProblems(resource, new Set(used), PRACTICES).map(
        ({ key, args }) => `${key} ${args["near"] ?? args["practice"]}`,
      );
    assert.deepEqual(keys(["culture/codeowners", ROOT]), [
      "ignore.unknownNear security-run-as-non-root",
      "ignore.noReason culture/codeowners",
    ]);
    assert.deepEqual(keys(["culture/codeowners"]).at(-1), `ignore.unused ${ROOT}`);
  });

  it("whose reason a template writes still has one", () => {
    const resource = resourceOf(
      "metadata:\n  annotations:\n    kmm/ignore.security-run-as-non-root: {{ .Values.why }}\n",
    );
    assert.equal(annotationSuppression(resource, ROOT)?.reason, "{{ .Values.why }}");
  });
});
