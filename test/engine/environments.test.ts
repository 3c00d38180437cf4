import assert from "node:assert/strict";
import { PRACTICES } from "../../model/practices.ts";
import { type Snapshot, Workspace } from "../../server/engine/workspace.ts";
import { actionsAt } from "../../server/features/code-actions.ts";
import { diagnosticsOf } from "../../server/features/diagnostics.ts";
import { hoverAt } from "../../server/features/hover.ts";
import { buildReport } from "../../server/features/report.ts";
import { textsOf } from "../support/disk.ts";

const ROOT = "file:///shop";
const texts = textsOf("en");

function workspace(files: Readonly<Record<string, string>>): Workspace {
  const made = new Workspace({
    practices: PRACTICES,
    roots: [{ uri: ROOT, name: "shop", versionControl: "yes" }],
    today: "2026-06-01",
  });
  made.apply(Object.entries(files).map(([path, text]) => ({ uri: `${ROOT}/${path}`, text })));
  return made;
}

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: shop/web:1.0.0
`;

const REQUESTS = `patches:
  - patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        template:
          spec:
            containers:
              - name: web
                resources:
                  requests:
                    cpu: 100m
                    memory: 64Mi
`;

function shop(overlays: Readonly<Record<string, string>>): Record<string, string> {
  const files: Record<string, string> = {
    "base/web.yaml": WEB,
    "base/kustomization.yaml": "resources:\n  - web.yaml\n",
  };
  for (const [name, more] of Object.entries(overlays))
    files[`overlays/${name}/kustomization.yaml`] = `resources:\n  - ../../base\n${more}`;
  return files;
}

const REQUEST = "scalability/resource-requests";

function said(snapshot: Snapshot, path: string, practice: string) {
  const entry = snapshot.entry(`${ROOT}/${path}`);
  assert.ok(entry, path);
  return diagnosticsOf(snapshot, entry, texts, "all")
    .filter(({ code }) => code === practice)
    .map(({ range, message }) => ({ line: range.start.line + 1, message }));
}

function unmet(snapshot: Snapshot, practice: string) {
  return buildReport(snapshot, { texts, version: "0" })
    .findings.filter((one) => one.practice === practice && one.state === "unmet")
    .map(({ uri, range }) => `${uri}:${range.start.line + 1}`);
}

describe("environments", () => {
  it("say once in the base what all of them lack", () => {
    const { snapshot } = workspace(shop({ prod: "", staging: "" }));
    assert.deepEqual(unmet(snapshot, REQUEST), ["base/web.yaml:16"]);
    assert.equal(said(snapshot, "base/web.yaml", REQUEST).length, 1);
    const told = buildReport(snapshot, { texts, version: "0" }).findings.find(({ practice }) => practice === REQUEST);
    assert.deepEqual(told?.environments, ["prod", "staging"]);
  });

  it("say nothing of a base that every overlay completes", () => {
    const { snapshot } = workspace(shop({ prod: REQUESTS, staging: REQUESTS }));
    assert.deepEqual(unmet(snapshot, REQUEST), []);
    assert.deepEqual(said(snapshot, "base/web.yaml", REQUEST), []);
  });

  it("say in an overlay what it alone lacks, and write the step as a patch there", () => {
    const files = shop({ prod: REQUESTS, staging: "" });
    const { snapshot } = workspace(files);
    assert.deepEqual(unmet(snapshot, REQUEST), ["overlays/staging/kustomization.yaml:2"]);
    const [diagnostic] = said(snapshot, "overlays/staging/kustomization.yaml", REQUEST);
    assert.match(diagnostic?.message ?? "", /\(as staging applies it: Deployment\/web\)/);
    const entry = snapshot.entry(`${ROOT}/overlays/staging/kustomization.yaml`);
    assert.ok(entry);
    const at = { line: 1, character: 5 };
    const action = actionsAt(snapshot, entry, { start: at, end: at }, texts, "all").find(
      (one) => one.diagnostic.code === REQUEST,
    );
    assert.ok(action, "a fix is offered");
    assert.deepEqual([...new Set(action.changes.map(({ uri }) => uri))], [entry.uri]);
    assert.match(action.changes.map(({ text }) => text).join(""), /patches:[\s\S]*kind: Deployment[\s\S]*requests:/);
  });

  it("follow a value to the file that sets it", () => {
    const { snapshot } = workspace(shop({ prod: "images:\n  - name: shop/web\n    newTag: latest\n" }));
    assert.deepEqual(unmet(snapshot, "security/pinned-image-tag"), ["overlays/prod/kustomization.yaml:5"]);
  });

  it("do not meet each other", () => {
    const budget =
      "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: web\nspec:\n  maxUnavailable: 1\n  selector:\n    matchLabels:\n      app: web\n";
    const files = shop({ prod: "namespace: shop\n", staging: "  - budget.yaml\nnamespace: shop\n" });
    const { snapshot } = workspace({ ...files, "overlays/staging/budget.yaml": budget });
    const [prod, staging] = ["prod", "staging"].map((name) =>
      snapshot.environments.units.find(({ environment }) => environment.spec.name === name),
    );
    assert.ok(prod && staging);
    const state = (unit: typeof prod) =>
      snapshot.outcomes
        .of(unit)
        .filter(({ practice }) => practice.id === "architecture/pod-disruption-budget")
        .map((one) => one.state);
    assert.deepEqual(state(staging), ["met"]);
    assert.deepEqual(state(prod), ["unmet"]);
  });

  it("leave development out of the count", () => {
    const { snapshot } = workspace(shop({ dev: "", prod: REQUESTS }));
    const report = buildReport(snapshot, { texts, version: "0" });
    const practice = report.practices.find(({ id }) => id === REQUEST);
    assert.deepEqual([practice?.met, practice?.unmet], [1, 0]);
    assert.deepEqual(
      report.environments.map(({ name, root, kind, nonProduction }) => [name, root, kind, nonProduction]),
      [
        ["dev", "overlays/dev", "kustomize", true],
        ["prod", "overlays/prod", "kustomize", false],
      ],
    );
  });

  it("tell their levels side by side where the pointer rests on what they share", () => {
    const { snapshot } = workspace(
      shop({ prod: `${REQUESTS}                  limits:\n                    memory: 64Mi\n`, staging: "" }),
    );
    const entry = snapshot.entry(`${ROOT}/base/web.yaml`);
    assert.ok(entry);
    const hover = hoverAt(snapshot, entry, { line: 1, character: 8 }, texts, () => undefined);
    assert.match(hover?.text ?? "", /Scalability and Performance: staging \*\*1\*\* · prod \*\*2\*\*/);
  });

  it("tell what an overlay puts in place of a value, and what a patch sets", () => {
    const { snapshot } = workspace(shop({ prod: "replicas:\n  - name: web\n    count: 5\n" }));
    const base = snapshot.entry(`${ROOT}/base/web.yaml`);
    const overlay = snapshot.entry(`${ROOT}/overlays/prod/kustomization.yaml`);
    assert.ok(base && overlay);
    const onBase = hoverAt(snapshot, base, { line: 5, character: 12 }, texts, () => undefined)?.text;
    assert.match(onBase ?? "", /prod applies `5` instead, from overlays\/prod\/kustomization\.yaml:5/);
    const onOverlay = hoverAt(snapshot, overlay, { line: 4, character: 11 }, texts, () => undefined)?.text;
    assert.match(onOverlay ?? "", /Sets `spec\.replicas` of Deployment\/web in prod/);
  });

  it("judge files as they stand where the real tool refuses to build", () => {
    const { snapshot } = workspace(shop({ prod: "  - missing.yaml\n" }));
    assert.deepEqual(snapshot.environments.units, []);
    assert.deepEqual(unmet(snapshot, REQUEST), ["base/web.yaml:16"]);
    const [problem] = said(snapshot, "overlays/prod/kustomization.yaml", "kmm/render");
    assert.deepEqual(problem, { line: 3, message: "missing.yaml is not there." });
  });

  it("obey comments and annotations wherever they stand", () => {
    const files = shop({ prod: "", staging: "" });
    const ignoring = WEB.replace(
      "        - name: web",
      `        # kmm-ignore ${REQUEST}: batch nodes\n        - name: web`,
    );
    const { snapshot } = workspace({ ...files, "base/web.yaml": ignoring });
    assert.deepEqual(unmet(snapshot, REQUEST), []);
    const annotation = "commonAnnotations:\n  kmm/ignore.scalability-resource-requests: measured elsewhere\n";
    const annotated = workspace(shop({ prod: annotation })).snapshot;
    assert.deepEqual(unmet(annotated, REQUEST), []);
  });

  it("keep what they judged while another overlay is typed in", () => {
    const made = workspace(shop({ prod: "", staging: "" }));
    const before = made.snapshot.environments.units;
    made.apply([
      {
        uri: `${ROOT}/overlays/prod/kustomization.yaml`,
        text: "resources:\n  - ../../base\nreplicas:\n  - {name: web, count: 4}\n",
      },
    ]);
    const after = made.snapshot.environments.units;
    const named = (units: typeof before, name: string) =>
      units.find(({ environment }) => environment.spec.name === name);
    assert.equal(named(after, "staging"), named(before, "staging"));
    assert.notEqual(named(after, "prod"), named(before, "prod"));
  });
});
