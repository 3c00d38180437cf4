import assert from "node:assert/strict";
import { met, type Practice } from "../../model/practice.ts";
import { Workspace } from "../../server/engine/workspace.ts";
import { buildReport } from "../../server/features/report.ts";
import { textsOf } from "../support/disk.ts";

const ROOT = "file:///shop";

function practice(id: `security/${string}`, judge: Practice<"workload">["judge"]): Practice {
  return {
    id,
    dimension: "security",
    level: 1,
    gate: "required",
    share: "all",
    subject: "workload",
    effort: "confirm",
    judge,
  } as Practice;
}

const pod = (name: string) => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  containers:
    - name: main
      image: shop/${name}:1.0.0
`;

describe("a practice that throws", () => {
  let calls = 0;
  const broken = practice("security/broken", () => {
    calls++;
    throw new TypeError("not thought of");
  });
  const sound = practice("security/sound", (workload) => met(workload.place));
  const workspace = new Workspace({
    practices: [broken, sound],
    roots: [{ uri: ROOT, name: "shop", versionControl: "yes" }],
    today: "2026-06-01",
  });
  const snapshot = workspace.apply(["web", "cart"].map((name) => ({ uri: `${ROOT}/${name}.yaml`, text: pod(name) })));
  const report = buildReport(snapshot, { texts: textsOf("en"), version: "0" });

  it("is left out and said once, with its stack for the log", () => {
    assert.equal(calls, 1);
    assert.deepEqual(
      snapshot.errors.map(({ practice: id }) => id),
      ["security/broken"],
    );
    assert.equal(report.notices.filter(({ message }) => message.includes("security/broken")).length, 1);
  });

  it("does not keep the others from judging", () => {
    assert.deepEqual(
      report.findings.map((one) => `${one.state} ${one.practice}`),
      ["met security/sound", "met security/sound"],
    );
  });
});
