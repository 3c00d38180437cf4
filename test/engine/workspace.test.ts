import assert from "node:assert/strict";
import fc from "fast-check";
import { PRACTICES } from "../../model/practices.ts";
import { type Change, type Snapshot, Workspace } from "../../server/engine/workspace.ts";
import { diagnosticsOf } from "../../server/features/diagnostics.ts";
import { buildReport } from "../../server/features/report.ts";
import { textsOf } from "../support/disk.ts";
import "../support/random.ts";

const ROOT = "file:///shop";
const texts = textsOf("en");

function fresh(): Workspace {
  return new Workspace({
    practices: PRACTICES,
    roots: [{ uri: ROOT, name: "shop", versionControl: "yes" }],
    today: "2026-06-01",
  });
}

/** All that can be seen of a state, in an order that does not depend on how it came about. */
function seen(snapshot: Snapshot): unknown {
  const report = buildReport(snapshot, { texts, version: "0" });
  const order = (list: readonly unknown[]) => list.map((one) => JSON.stringify(one)).sort();
  return {
    ...report,
    findings: order(report.findings),
    subjects: order(report.subjects),
    notices: order(report.notices),
    scanned: { ...report.scanned, notRead: order(report.scanned.notRead) },
  };
}

function deployment(name: string, labels: string, extra = ""): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: shop
spec:
  replicas: 2
  selector: {matchLabels: ${labels}}
  template:
    metadata:
      labels: ${labels}
    spec:
      containers:
        - name: ${name}
          image: shop/${name}:1.0.0
${extra}`;
}

const PIECES = [
  deployment("web", "{app: web}"),
  deployment("cart", "{app: cart}", "          securityContext:\n            runAsNonRoot: true\n"),
  "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  selector:\n    app: web\n  ports:\n    - port: 80\n",
  "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  podSelector:\n    matchLabels:\n      app: web\n  ingress:\n    - {}\n",
  "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  scaleTargetRef:\n    apiVersion: apps/v1\n    kind: Deployment\n    name: web\n  minReplicas: 2\n  maxReplicas: 5\n",
  "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  maxUnavailable: 1\n  selector:\n    matchLabels:\n      app: web\n",
  "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n",
  "# nothing\n",
  "kind: [broken\n",
  "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  annotations:\n    kmm/ignore.security-run-as-non-root: why\n",
];

const OTHERS: readonly (readonly [string, string])[] = [
  ["README.md", "# Shop\n\nkubectl apply -f k8s\n"],
  ["web/Dockerfile", "FROM nginx:1.27\n"],
  ["CODEOWNERS", "* @shop/platform\n"],
  [
    ".github/workflows/build.yaml",
    "name: build\non: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: docker build -t shop/web:${{ github.sha }} .\n",
  ],
  [".kmm.yaml", "target: 4\nexclude:\n  - b/**\n"],
  [".kmm.yaml", "practices:\n  security/run-as-non-root: off\n"],
  [".kmm.yaml", "target: nine\n"],
  ["kustomization.yaml", "resources: [a.yaml]\nnamespace: shop\n"],
  [
    "kustomization.yaml",
    "resources: [a.yaml, b/b.yaml]\nlabels:\n  - pairs: {tier: web}\n    includeTemplates: true\n",
  ],
  ["overlays/prod/kustomization.yaml", "resources: [../..]\nreplicas:\n  - {name: web, count: 3}\n"],
  [
    "overlays/dev/kustomization.yaml",
    "resources: [../..]\npatches:\n  - target: {kind: Deployment}\n    patch: |-\n      - {op: replace, path: /spec/replicas, value: 1}\n",
  ],
  ["overlays/dev/kustomization.yaml", "resources: [../.., missing.yaml]\n"],
  ["chart/Chart.yaml", "apiVersion: v2\nname: shop\n"],
  ["chart/templates/web.yaml", deployment("{{ .Release.Name }}", "{app: web}")],
];

const file = fc.oneof(
  fc
    .tuple(fc.constantFrom("a.yaml", "b/b.yaml", "dev/c.yaml"), fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }))
    .map(([path, parts]): readonly [string, string] => [path, parts.join("---\n")]),
  fc.constantFrom(...OTHERS),
);
const change = fc.oneof(
  { weight: 5, arbitrary: file.map(([path, text]): Change => ({ uri: `${ROOT}/${path}`, text })) },
  { weight: 1, arbitrary: file.map(([path]): Change => ({ uri: `${ROOT}/${path}`, text: null })) },
);

describe("workspace", () => {
  it("is the same after any edits as when opened afresh", () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { maxLength: 8 }), (script) => {
        const edited = fresh();
        const files = new Map<string, string>();
        for (const changes of script) {
          edited.apply(changes);
          // What a reader would ask in between must leave nothing behind.
          edited.snapshot.outcomes.workspace();
          for (const one of changes) {
            if (!("text" in one)) continue;
            if (one.text === null) files.delete(one.uri);
            else files.set(one.uri, one.text);
          }
        }
        const last = new Map([...files]);
        const config = last.get(`${ROOT}/.kmm.yaml`);
        // A configuration with an error leaves the last good one in force, which a fresh start cannot know of.
        fc.pre(config === undefined || !config.includes("nine"));
        const opened = fresh();
        opened.apply([...last].map(([uri, text]) => ({ uri, text })));
        assert.deepEqual(seen(edited.snapshot), seen(opened.snapshot));
      }),
      { numRuns: 150 },
    );
  });

  it("leaves a snapshot what it was", () => {
    const workspace = fresh();
    const before = workspace.apply([{ uri: `${ROOT}/web.yaml`, text: PIECES[0] ?? "" }]);
    const text = JSON.stringify(seen(before));
    workspace.apply([
      { uri: `${ROOT}/web.yaml`, text: PIECES[1] ?? "" },
      { uri: `${ROOT}/policy.yaml`, text: PIECES[3] ?? "" },
    ]);
    assert.equal(JSON.stringify(seen(before)), text);
  });

  it("keeps the last good configuration when the file has an error", () => {
    const workspace = fresh();
    workspace.apply([{ uri: `${ROOT}/.kmm.yaml`, text: "target: 4\n" }]);
    const after = workspace.apply([{ uri: `${ROOT}/.kmm.yaml`, text: "target: nine\n" }]);
    const config = after.outcomes.configs.get(ROOT);
    assert.equal(config?.config.target.security, 4);
    assert.ok((config?.problems.length ?? 0) > 0);
  });

  describe("does what its configuration says", () => {
    const web = `${ROOT}/k8s/web.yaml`;
    const kmm = `${ROOT}/.kmm.yaml`;

    function with_(config: string, ...files: readonly (readonly [string, string])[]): Snapshot {
      const workspace = fresh();
      workspace.apply(files.map(([uri, text]) => ({ uri, text })));
      return workspace.apply([{ uri: kmm, text: config }]);
    }

    function said(snapshot: Snapshot, uri = web): string[] {
      const entry = snapshot.entry(uri);
      return entry === undefined ? [] : diagnosticsOf(snapshot, entry, texts, "all").map((one) => one.message);
    }

    it("lets the strict count lead", () => {
      const files = [[web, `${PIECES[0]}      serviceAccountName: web\n`]] as const;
      const waiver =
        "waivers:\n  - {practice: security/default-deny-ingress, reason: the platform does}\n" +
        "  - {practice: security/network-policy-selects-workload, reason: the platform does}\n";
      const standard = with_(waiver, ...files).outcomes.workspace().security;
      const strict = with_(`ladder: strict\n${waiver}`, ...files).outcomes.workspace().security;
      assert.deepEqual([standard.level, standard.strictLevel], [2, 1]);
      assert.deepEqual([strict.level, strict.strictLevel], [1, 1]);
    });

    it("names the level that a practice was moved to", () => {
      const moved = with_("practices: {scalability/resource-requests: {level: 3}}\n", [web, PIECES[0] ?? ""]);
      assert.ok(
        said(moved).some((one) => one.startsWith("Scalability and Performance · level 3, ") && /requests/.test(one)),
      );
    });

    it("takes an object that is made elsewhere as being there", () => {
      const account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: other, namespace: shop}\n";
      const text = `${PIECES[0]}      serviceAccountName: web\n---\n${account}`;
      const missing = (snapshot: Snapshot) => said(snapshot).some((one) => /no ServiceAccount web/.test(one));
      assert.ok(missing(with_("", [web, text])));
      assert.ok(!missing(with_("external: [{kind: ServiceAccount, name: web, namespace: shop}]\n", [web, text])));
      assert.ok(missing(with_("external: [{kind: ServiceAccount, name: web, namespace: cart}]\n", [web, text])));
    });

    it("counts or only shows a file as its environment says", () => {
      const test = `${ROOT}/test/web.yaml`;
      const counted = (config: string, uri: string) =>
        with_(config, [uri, PIECES[0] ?? ""]).entry(uri)?.resources[0]?.nonProduction === false;
      assert.ok(counted("", web));
      assert.ok(!counted("environments: {dev-eu: [k8s]}\n", web));
      assert.ok(!counted("environments: [{name: development, paths: [k8s]}]\n", web));
      assert.ok(!counted("", test));
      assert.ok(counted("environments: {production: [test]}\n", test));
    });

    it("tells of an answer that files speak against", () => {
      const answer =
        "answers:\n  - {practice: architecture/graceful-shutdown, answer: met, owner: me, " +
        "answeredAt: 2026-05-01, externalUrl: https://git/web}\n";
      const service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}}\n";
      const about = (...files: (readonly [string, string])[]) =>
        said(with_(answer, ...files), kmm).filter((one) => /this answer does not count/.test(one)).length;
      assert.equal(about([web, `${PIECES[0]}---\n${service}`]), 1);
      assert.equal(about([web, service]), 0);
    });

    it("says nothing of waivers while the text is not in order", () => {
      const workspace = fresh();
      workspace.apply([{ uri: kmm, text: "waivers:\n  - {practice: security/run-as-non-root, reason: x}\n" }]);
      assert.equal(said(workspace.snapshot, kmm).length, 1);
      const after = workspace.apply([{ uri: kmm, text: "target: nine\n" }]);
      assert.equal(said(after, kmm).length, 1);
    });
  });

  describe("what is said of a namespace", () => {
    const ID = "security/default-deny-ingress";
    const web = `${ROOT}/web.yaml`;
    const space = `${ROOT}/namespace.yaml`;

    function found(...files: readonly (readonly [string, string])[]): string[] {
      const workspace = fresh();
      const snapshot = workspace.apply(files.map(([uri, text]) => ({ uri, text })));
      return [...snapshot.files.values()].flatMap((entry) =>
        diagnosticsOf(snapshot, entry, texts, "all")
          .filter(({ code }) => code === ID || code === "kmm/ignore")
          .map(({ code, range }) => `${entry.path}:${range.start.line + 1} ${code}`),
      );
    }

    const workload = deployment("web", "{app: web}");
    const declared = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n";

    it("is shown in the file that declares it, or with its first workload", () => {
      assert.deepEqual(found([web, workload]), [`web.yaml:5 ${ID}`]);
      assert.deepEqual(found([web, workload], [space, declared]), [`namespace.yaml:2 ${ID}`]);
    });

    it("is ignored by a comment where it is shown, and by an annotation of the Namespace", () => {
      assert.deepEqual(
        found([web, workload.replace("namespace: shop", `namespace: shop # kmm-ignore ${ID}: elsewhere`)]),
        [],
      );
      assert.deepEqual(found([web, workload], [space, `# kmm-ignore-file ${ID}: elsewhere\n${declared}`]), []);
      const annotated = `${declared}  annotations:\n    kmm/ignore.security-default-deny-ingress: elsewhere\n`;
      assert.deepEqual(found([web, workload], [space, annotated]), []);
    });
  });

  it("never throws on what somebody is in the middle of typing", () => {
    const text = `${PIECES[1]}---\n${PIECES[2]}`;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: text.length }),
        fc.integer({ min: 0, max: 40 }),
        fc.string({ maxLength: 5, unit: "binary" }),
        (at, cut, typed) => {
          const workspace = fresh();
          const snapshot = workspace.apply([
            { uri: `${ROOT}/web.yaml`, text: text.slice(0, at) + typed + text.slice(at + cut), open: true },
          ]);
          buildReport(snapshot, { texts, version: "0" });
          assert.deepEqual(snapshot.errors, []);
        },
      ),
      { numRuns: 300 },
    );
  });
});
