import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { session } from "../../host/ui.mjs";

const FILE = "deployment.yaml";

describe("the editor", () => {
  const { page, workbench, workspace, shoot, heard } = session;
  const saved = () => readFileSync(join(workspace, "k8s", FILE), "utf8");

  before(async () => {
    await workbench.openFile(FILE);
  });

  it("says the level in the status bar", async () => {
    const item = workbench.status("kmm.kubernetes-maturity-model.kmm.status");
    await item.filter({ hasText: /KMM [1-5] · \w+/ }).waitFor();
  });

  it("tells the five levels where the mouse rests on the kind", async () => {
    const text = await workbench.hover("Deployment", "Scalability and Performance");
    assert.match(text, /Culture and Organization[\s\S]*Architecture[\s\S]*Automation and CI\/CD/);
    await shoot("hover");
    await page.keyboard.press("Escape");
  });

  it("lists what stands in the way, with its practice", async () => {
    const rows = await workbench.problems();
    const row = rows.filter({ hasText: "security/run-as-non-root" }).first();
    await row.waitFor();
    const text = await row.textContent();
    assert.match(text, /Security and Compliance · level 3, Security Scanning/);
    assert.match(text, /kmm/);
    await shoot("problems");
  });

  it("explains the practice behind its code, without a question and without a network", async () => {
    const row = (await workbench.problems()).filter({ hasText: "security/run-as-non-root" }).first();
    await row.locator("a.monaco-link").click();
    await workbench.tab("run-as-non-root.md").waitFor();
    await shoot("explanation");
    await workbench.closeTab("run-as-non-root.md");
  });

  it("takes a step by the light bulb, and leaves the rest of the file alone", async () => {
    const before = saved();
    const row = (await workbench.problems()).filter({ hasText: "security/run-as-non-root" }).first();
    // Brings the cursor to the place. Not in the middle: there may be the link to the explanation.
    await row.dblclick({ position: { x: 80, y: 10 } });
    const fix = await workbench.quickFix(/non-root/i);
    await shoot("quick-fix");
    await fix.click();
    await workbench.word("runAsNonRoot").waitFor();
    await page.keyboard.press("Control+S");
    await workbench.clean(FILE).waitFor();
    const after = saved();
    assert.match(after, /^ +runAsNonRoot: true$/m);
    const kept = after.split("\n").filter((line) => before.split("\n").includes(line));
    assert.equal(kept.join("\n"), before);
    await row.waitFor({ state: "detached" });
  });

  it("asked no other machine", () => {
    assert.deepEqual(heard.outside, []);
  });
});
