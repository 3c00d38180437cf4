import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { main } from "../../server/cli/main.ts";
import { HAS_TOOLS, helm, kubectl } from "../support/tools.ts";

interface Printed {
  readonly environment: string | null;
  readonly root: string | null;
  readonly kind: string | null;
  readonly file: string;
  readonly line: number;
  readonly object: { readonly kind: string; readonly metadata: { readonly name: string }; readonly data?: object };
  readonly unknown: readonly string[];
}

async function call(...args: readonly string[]) {
  let out = "";
  let err = "";
  const code = await main(["render", ...args], {
    version: "1.2.3",
    folder: join(process.cwd(), "dist"),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    locale: "en",
    columns: 120,
    colour: false,
    serve: async () => {},
  });
  return { code, out, err };
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          image: shop/web
          env:
            - name: MODE
              value: "0400"
`;

describe("kmm render", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kmm-render-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }

  const overlays = {
    "base/web.yaml": DEPLOYMENT,
    "base/kustomization.yaml": "resources: [web.yaml]\n",
    "overlays/dev/kustomization.yaml": "resources: [../../base]\nnamespace: dev\n",
    "overlays/prod/kustomization.yaml": "resources: [../../base]\nnamespace: shop\nnamePrefix: prod-\n",
    "loose.yaml": "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n",
  };

  it("prints what each environment applies, and what is in none, with file and line", async () => {
    write(overlays);
    const { code, out, err } = await call(folder, "--format", "json");
    assert.equal(code, 0);
    assert.equal(err, "");
    assert.deepEqual(
      (JSON.parse(out) as Printed[]).map(({ environment, root, kind, file, line, object }) => [
        environment,
        root,
        kind,
        `${file}:${line}`,
        object.metadata.name,
      ]),
      [
        ["dev", "overlays/dev", "kustomize", "base/web.yaml:2", "web"],
        ["prod", "overlays/prod", "kustomize", "base/web.yaml:2", "prod-web"],
        [null, null, null, "loose.yaml:2", "shop"],
      ],
    );
  });

  it("prints one environment alone, by its name or its folder, and says which there are", async () => {
    write(overlays);
    const names = async (name: string) =>
      (JSON.parse((await call(folder, "--environment", name, "--format", "json")).out) as Printed[]).map(
        ({ object }) => object.metadata.name,
      );
    assert.deepEqual(await names("prod"), ["prod-web"]);
    assert.deepEqual(await names("overlays/dev"), ["web"]);
    const wrong = await call(folder, "--environment", "live");
    assert.deepEqual(wrong, { code: 2, out: "", err: 'There is no environment "live": there are dev, prod.\n' });
  });

  it("keeps scalars as they were written, and says where each document came from", async () => {
    write(overlays);
    const { out } = await call(folder, "--environment", "prod");
    assert.match(out, /^---\n# Source: base\/web\.yaml:2\n# Environment: prod \(kustomize overlays\/prod\)\n/);
    assert.match(out, /value: "0400"/);
  });

  it("reads as kustomize does what it built, and as the API server what stands alone", async () => {
    const settings = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  power: on\n";
    write({ "base/map.yaml": settings, "base/kustomization.yaml": "resources: [map.yaml]\n", "loose.yaml": settings });
    const { out } = await call(folder, "--format", "json");
    assert.deepEqual(
      (JSON.parse(out) as Printed[]).map(({ root, object }) => [root, object.data]),
      [
        ["base", { power: "on" }],
        [null, { power: true }],
      ],
    );
  });

  it("applies the folder that is named, and reads the bases beside it", async () => {
    write(overlays);
    const overlay = await call(join(folder, "overlays/prod"), "--format", "json");
    assert.deepEqual(
      (JSON.parse(overlay.out) as Printed[]).map(({ file }) => file),
      ["../../base/web.yaml"],
    );
    const base = await call(join(folder, "base"), "--format", "json");
    assert.deepEqual(
      (JSON.parse(base.out) as Printed[]).map(({ object }) => object.metadata.name),
      ["web"],
    );
  });

  it("marks what is not known, and says what cannot be rendered", async () => {
    write({
      "kustomization.yaml": "resources:\n  - web.yaml\n  - https://example.org/more.yaml\n",
      "web.yaml": DEPLOYMENT.replace("shop/web", '"{{ image }}"'),
    });
    const { code, out, err } = await call(folder);
    assert.equal(code, 0);
    assert.match(out, /image: "\{\{ image \}\}" # unknown/);
    assert.match(err, /^kustomization\.yaml:3: https:\/\/example\.org\/more\.yaml lies outside this workspace/);
    const json = JSON.parse((await call(folder, "--format", "json")).out) as Printed[];
    assert.deepEqual(json[0]?.unknown, ["spec.template.spec.containers.0.image"]);
  });

  it("prints no secret that a chart makes out of values", async function () {
    if (!HAS_TOOLS) this.skip();
    write({
      "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
      "values.yaml": "password: hunter2\n",
      "templates/secret.yaml":
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\nstringData:\n  password: {{ .Values.password }}\n",
    });
    for (const format of ["yaml", "json"]) {
      const { out } = await call(folder, "--helm", helm(), "--format", format);
      assert.match(out, /\(not shown\)/);
      assert.doesNotMatch(out, /hunter2/);
    }
  });

  it("judges a chart by its templates where helm is not to be run", async () => {
    write({
      "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
      "templates/web.yaml": DEPLOYMENT.replace("name: web\nspec", "name: {{ .Release.Name }}\nspec"),
    });
    const { out } = await call(folder, "--no-helm");
    assert.match(out, /name: "\{\{ \.Release\.Name \}\}" # unknown/);
    assert.doesNotMatch(out, /# Environment/);
  });

  const fixtures = join(process.cwd(), "test/fixtures/kustomize");
  for (const name of readdirSync(fixtures).filter((one) => one !== "fails"))
    it(`prints what kubectl prints: ${name}`, async function () {
      if (!HAS_TOOLS) this.skip();
      const path = join(fixtures, name);
      const real = spawnSync(kubectl(), ["kustomize", path], { encoding: "utf8" });
      if (real.status !== 0) this.skip();
      const { out } = await call(path);
      for (const version of ["1.2", "1.1"] as const) {
        // Kustomize writes `0o17` as a decimal, which only YAML 1.2 reads as the same number.
        if (version === "1.1" && name === "values") continue;
        const data = (text: string) => parseAllDocuments(text, { version }).map((one) => one.toJS() as unknown);
        assert.deepEqual(data(out), data(real.stdout));
      }
    });
});
