import assert from "node:assert/strict";
import { PRACTICES } from "../../model/practices.ts";
import { Workspace } from "../../server/engine/workspace.ts";
import { diagnosticsOf } from "../../server/features/diagnostics.ts";
import { textsOf } from "../support/disk.ts";

const ROOT = "file:///repo";
const WORKFLOW = `${ROOT}/.github/workflows/ci.yml`;

function workspace() {
  return new Workspace({
    practices: PRACTICES,
    roots: [{ uri: ROOT, name: "repo", versionControl: "yes" }],
    today: "2026-01-01",
  });
}

const JOBS = `on: push
jobs:
  release:
    uses: acme/shared/.github/workflows/release.yml@v3
  build:
    runs-on: ubuntu-latest
    container: golang:1.24.1
    steps:
      - uses: actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955
      - run: ./hack/build.sh
`;

describe("files that hold pipelines", () => {
  it("say at the call what could not be read", () => {
    const snapshot = workspace().apply([{ uri: WORKFLOW, text: JOBS }]);
    const entry = snapshot.files.get(WORKFLOW);
    assert.ok(entry !== undefined);
    const notes = diagnosticsOf(snapshot, entry, textsOf("en"), "next").filter(({ code }) => code === "kmm/pipeline");
    assert.deepEqual(
      notes.map(({ range, severity, message }) => [range.start.line, severity, message.split(":")[0]]),
      [
        [3, "hint", "acme/shared/.github/workflows/release.yml@v3 is kept elsewhere"],
        [9, "hint", "./hack/build.sh is not in this workspace"],
      ],
    );
  });

  it("lack nothing for certain where some of their lines could not be read", () => {
    const text = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: docker build .\n     - run: pytest\n";
    const read = (written: string) => workspace().apply([{ uri: WORKFLOW, text: written }]).pipelines;
    assert.deepEqual(
      read(text).map(({ opaque }) => opaque),
      [true],
    );
    assert.deepEqual(
      read(text.replace("     - run: pytest", "      - run: pytest")).map(({ opaque }) => opaque),
      [false],
    );
  });

  it("are read again when what they call appears", () => {
    const one = workspace();
    const before = one.apply([{ uri: WORKFLOW, text: JOBS }]);
    assert.equal(before.pipelines[0]?.gaps.length, 2);
    const after = one.apply([{ uri: `${ROOT}/hack/build.sh`, text: "docker build -t shop/web ." }]);
    assert.deepEqual(
      after.pipelines[0]?.gaps.map(({ reason }) => reason),
      ["remote"],
    );
    assert.deepEqual(
      after.pipelines[0]?.capabilities.map(({ name }) => name),
      ["build"],
    );
  });

  it("say what they take from elsewhere, and how exactly", () => {
    const { pipelines } = workspace().apply([{ uri: WORKFLOW, text: JOBS }]);
    assert.deepEqual(
      pipelines[0]?.references.map(({ kind, name, version, pin, own }) => [kind, name, version, pin, own]),
      [
        ["workflow", "acme/shared/.github/workflows/release.yml", "v3", "moving", false],
        ["image", "golang", "1.24.1", "exact", false],
        ["action", "actions/checkout", "08eba0b27e820071cde6df949e0beb9ba4906955", "digest", true],
      ],
    );
  });
});
