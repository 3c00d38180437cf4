import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { session } from "../../host/ui.mjs";

const THEMES = [
  ["Light 2026", "vscode-light"],
  ["Dark 2026", "vscode-dark"],
  ["Default High Contrast", "vscode-high-contrast"],
  ["Default High Contrast Light", "vscode-high-contrast-light"],
];
const BASE = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec:
      containers:
        - name: cart
          image: registry.example.com/cart:1.0.0
`;
const PATCH = `patches:
  - patch: |
      - { op: add, path: /spec/replicas, value: 3 }
      - op: add
        path: /spec/template/spec/containers/0/resources
        value: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 64Mi } }
    target: { kind: Deployment }
`;

describe("environments in the panel", () => {
  const { page, workbench, workspace, shoot, heard } = session;
  const panel = workbench.webview();
  const place = join(workspace, "deploy");
  const choice = (name) => panel.locator(".choice", { hasText: name });
  const chosen = (name) => panel.locator('.choice[aria-pressed="true"]', { hasText: name }).waitFor();
  const said = (text) => panel.locator('.lens [role="status"]', { hasText: text }).waitFor();

  function write(path, text) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  }

  function overlay(name, more = "") {
    write(`overlays/${name}/kustomization.yaml`, `namespace: ${name}\nresources:\n  - ../../base\n${more}`);
  }

  /** Waits for what files should lead to; the editor's watcher may miss what happens in folders that are just made. */
  async function follows(locator) {
    try {
      await locator.waitFor({ timeout: 4_000 });
    } catch {
      await panel.getByRole("button", { name: "Scan again" }).click();
      await locator.waitFor();
    }
  }

  before(async () => {
    await workbench.closeAllEditors();
    await workbench.command("Kubernetes Maturity Model: Open Maturity Grid");
    await panel.getByRole("gridcell").first().waitFor();
    write("base/deployment.yaml", BASE);
    write("base/kustomization.yaml", "resources:\n  - deployment.yaml\n");
    overlay("live", PATCH);
    overlay("staging");
    overlay("dev");
    await follows(panel.locator(".compare tbody", { hasText: /dev.*live.*staging/ }));
  });

  after(async () => {
    rmSync(place, { recursive: true, force: true });
    await follows(panel.locator("main:not(:has(.lens))"));
    await workbench.theme("Light 2026");
  });

  it("can be chosen, each with its kind, and those that do not count are marked", async () => {
    await chosen("All");
    assert.match(await choice("live").textContent(), /^live Kustomize$/);
    assert.match(await choice("dev").textContent(), /not production$/);
    await shoot("environments");
    await choice("live").click();
    await chosen("live");
    await said("live is shown");
    await panel.getByRole("grid", { name: /\(live\)$/ }).waitFor();
  });

  it("are chosen by the keyboard as well, and by a click anywhere in a row", async () => {
    await choice("All").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await said("is shown: level");
    await panel.locator("tbody tr", { hasText: "staging" }).locator("td").last().click();
    await chosen("staging");
    const name = panel.getByRole("button", { name: "live", exact: true });
    await name.focus();
    await page.keyboard.press("Space");
    await chosen("live");
    await panel.locator('button[data-focus^="row "]:focus', { hasText: "live" }).waitFor();
  });

  for (const [theme, kind] of THEMES) {
    it(`are drawn in ${theme}`, async () => {
      await workbench.theme(theme);
      await panel.locator(`body.${kind}`).waitFor();
      await choice("live").click();
      await chosen("live");
      await shoot(`environments-${kind}`);
    });
  }

  it("stay chosen while files change, and give way to the whole workspace when they go away", async () => {
    const others = Array.from({ length: 5 }, (_, index) => `region-${index}`);
    for (const name of others) overlay(name);
    await follows(panel.locator(".compare tbody", { hasText: /region-0.*region-1.*region-2.*region-3.*region-4/ }));
    const list = panel.locator(".lens select");
    assert.match(await list.inputValue(), /live/);
    await list.selectOption({ label: "region-3 · Kustomize" });
    await said("region-3 is shown");
    await shoot("environments-many");
    for (const name of others) rmSync(join(place, "overlays", name), { recursive: true });
    await follows(panel.locator('.lens [role="status"]', { hasText: "region-3 is not here any more" }));
    await chosen("All");
  });

  it("made no error and asked no other machine", () => {
    assert.deepEqual(heard, { errors: [], outside: [] });
  });
});
