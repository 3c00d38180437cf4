import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { session } from "../../host/ui.mjs";

const FILE = "deployment.yaml";
const PRACTICE = "security/run-as-non-root";

describe("the editor", () => {
  const { page, workbench, workspace, shoot, heard } = session;
  const saved = () => readFileSync(join(workspace, "k8s", FILE), "utf8");

  /** Saves, and waits for the text that is wanted: the editor looks saved a moment before the file is. */
  async function save(wanted) {
    await page.keyboard.press("Control+S");
    let text = saved();
    for (; !wanted(text); text = saved()) await page.waitForTimeout(50);
    return text;
  }

  before(async () => {
    await workbench.openFile(FILE);
  });

  it("says the level in the status bar", async () => {
    const item = workbench.status("kmm.kubernetes-maturity-model.kmm.status");
    await item.filter({ hasText: /KMM [1-5] · \w+/ }).waitFor();
  });

  it("tells the levels where the mouse rests on the kind", async () => {
    // What is marked there comes first, and speaks of the dimension as well.
    const hover = await workbench.hover("Deployment", "Deployment shop");
    assert.match(await hover.textContent(), /Deployment shop[\s\S]*Security and Compliance: [1-5]/);
    await shoot("hover");
    await page.keyboard.press("Escape");
  });

  it("marks what stands in the way, and explains it without a question and without a network", async () => {
    await workbench.squiggles().first().waitFor();
    const hover = await workbench.hover("web", PRACTICE);
    assert.match(await hover.textContent(), /Security and Compliance · level 3, Security Scanning/);
    await shoot("finding");
    await hover.locator("a", { hasText: PRACTICE }).first().click();
    await workbench.tab("run-as-non-root.md").waitFor();
    await workbench.webview().locator("h1", { hasText: "Run containers as non-root" }).waitFor();
    await shoot("explanation");
    await workbench.closeTab("run-as-non-root.md");
  });

  it("takes a step by a quick fix, leaves the rest of the file alone, and takes the step back", async () => {
    const before = saved();
    const fix = await workbench.quickFix("web", /runAsNonRoot/);
    await shoot("quick-fix");
    await fix.click();
    await workbench.word("runAsNonRoot").waitFor();
    // While it is written the file is empty for a moment.
    const after = await save((text) => text !== before && text !== "");
    assert.match(after, /^ +runAsNonRoot: true$/m);
    const lines = before.split("\n");
    const kept = after.split("\n").filter((line) => lines.includes(line));
    assert.deepEqual(kept, lines);
    await page.keyboard.press("Control+Z");
    await workbench.word("runAsNonRoot").waitFor({ state: "detached" });
    await save((text) => text === before);
  });

  it("asked no other machine", () => {
    assert.deepEqual(heard.outside, []);
  });
});
