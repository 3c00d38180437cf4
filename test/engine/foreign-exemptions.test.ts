import assert from "node:assert/strict";
import { RULES } from "../../model/exemptions.ts";
import { PRACTICES } from "../../model/practices.ts";
import { SOURCES } from "../../model/sources.ts";
import { Workspace } from "../../server/engine/workspace.ts";

/** State and reason of one practice on a Deployment with these annotations. */
function judged(practice: string, annotations: Readonly<Record<string, string>>, onPods = false): string {
  const metadata = { name: "web", ...(onPods ? {} : { annotations }) };
  const template = {
    metadata: { labels: { app: "web" }, ...(onPods ? { annotations } : {}) },
    spec: { containers: [{ name: "web", image: "shop/web:1.0", securityContext: { runAsNonRoot: false } }] },
  };
  const object = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { template } };
  const workspace = new Workspace({
    practices: PRACTICES,
    roots: [{ uri: "file:///shop", name: "shop", versionControl: "yes" }],
    today: "2026-01-01",
  });
  const snapshot = workspace.apply([{ uri: "file:///shop/web.yaml", text: JSON.stringify(object) }]);
  const found = snapshot.outcomes.all().find((one) => one.practice.id === practice && one.subject.kind === "workload");
  return [found?.state, found?.reason].filter((part) => part !== undefined).join(": ");
}

describe("exemptions that are written for other tools", () => {
  const ROOT = "security/run-as-non-root";

  it("count where they carry a reason", () => {
    const linter = { "ignore-check.kube-linter.io/run-as-non-root": "needs port 80" };
    assert.equal(judged(ROOT, linter), "waived: needs port 80 (kube-linter)");
    assert.equal(judged(ROOT, linter, true), "waived: needs port 80 (kube-linter)");
    assert.equal(
      judged(ROOT, { "kube-linter.io/ignore-all": "a debugging tool" }),
      "waived: a debugging tool (kube-linter)",
    );
    assert.equal(judged(ROOT, { "checkov.io/skip1": "CKV_K8S_23=legacy image" }), "waived: legacy image (Checkov)");
  });

  it("do not without one, nor for other rules", () => {
    assert.equal(judged(ROOT, { "ignore-check.kube-linter.io/run-as-non-root": "" }), "unmet");
    assert.equal(judged(ROOT, { "ignore-check.kube-linter.io/no-read-only-root-fs": "why" }), "unmet");
    assert.equal(judged(ROOT, { "checkov.io/skip1": "CKV_K8S_23" }), "unmet");
    assert.equal(judged(ROOT, { "checkov.io/skip1": "CKV_K8S_8=why" }), "unmet");
    assert.equal(judged(ROOT, { "polaris.fairwinds.com/runAsRootAllowed-exempt": "true" }), "unmet");
  });

  it("name the rules that the practices name", () => {
    for (const { id } of PRACTICES) {
      const { "kube-linter": linter = [], checkov = [] } = SOURCES[id]?.equivalents ?? {};
      assert.equal(RULES[id] ?? "", [...linter, ...checkov].join(" "), id);
    }
  });
});
