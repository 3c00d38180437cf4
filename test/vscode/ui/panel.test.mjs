import assert from "node:assert/strict";
import { session } from "../../host/ui.mjs";

const THEMES = [
  ["Light 2026", "vscode-light"],
  ["Dark 2026", "vscode-dark"],
  ["Default High Contrast", "vscode-high-contrast"],
  ["Default High Contrast Light", "vscode-high-contrast-light"],
];
const SECURITY_3 = "security/3";

describe("the panel", () => {
  const { page, workbench, shoot, heard } = session;
  const panel = workbench.webview();
  const cells = panel.getByRole("gridcell");
  const cell = (id) => panel.locator(`[role="gridcell"][data-key="${id}"]`);
  const title = panel.locator("#detail-title");
  const practice = panel.locator('li[data-key="security/run-as-non-root"]');

  before(async () => {
    await workbench.closeAllEditors();
    await workbench.command("Kubernetes Maturity Model: Open Maturity Grid");
    await cells.first().waitFor();
  });

  it("shows the five dimensions at five levels", async () => {
    await panel.getByRole("rowheader").nth(4).waitFor();
    assert.equal(await cells.count(), 25);
    assert.equal(await panel.getByRole("rowheader").count(), 5);
    // One cell is the stop for Tab; what the others hold is heard through the arrow keys.
    assert.equal(await panel.locator('[role="gridcell"][tabindex="0"]').count(), 1);
    for (const label of await cells.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")))) {
      assert.match(label, /^.+, level [1-5], .+: .+/);
    }
    await shoot("panel");
  });

  it("shows the practices of a cell that is clicked, and where each was seen", async () => {
    await cell(SECURITY_3).click();
    await title.filter({ hasText: "Security Scanning" }).waitFor();
    assert.equal(await cell(SECURITY_3).getAttribute("aria-selected"), "true");
    await openPractice();
    await practice.getByRole("button", { name: "deployment.yaml" }).first().waitFor();
    await shoot("panel-cell");
  });

  it("leads from a finding to the line in the file", async () => {
    await cell(SECURITY_3).click();
    await openPractice();
    const link = practice.getByRole("button", { name: "deployment.yaml" }).first();
    const place = await link.textContent();
    const line = /:(\d+)$/.exec(place)?.[1];
    assert.ok(line, `no line in "${place}"`);
    await link.click();
    await workbench.tab("deployment.yaml").waitFor();
    await workbench
      .cursor()
      .filter({ hasText: new RegExp(`Ln ${line}\\b`) })
      .waitFor();
    await shoot("panel-finding");
    await workbench.closeTab("deployment.yaml");
  });

  it("obeys the arrow keys, and Enter selects", async () => {
    await cell("security/3").click();
    await page.keyboard.press("ArrowLeft");
    await focused("security/2");
    await page.keyboard.press("ArrowUp");
    await focused("automation/2");
    assert.equal(await cell(SECURITY_3).getAttribute("aria-selected"), "true");
    await page.keyboard.press("Enter");
    await title.filter({ hasText: "Basic Automation" }).waitFor();
    assert.equal(await cell("automation/2").getAttribute("aria-selected"), "true");
    await focused("automation/2");
  });

  for (const [theme, kind] of THEMES) {
    it(`is drawn in ${theme}`, async () => {
      await workbench.theme(theme);
      await panel.locator(`body.${kind}`).waitFor();
      await cell(SECURITY_3).click();
      await title.filter({ hasText: "Security Scanning" }).waitFor();
      await shoot(`panel-${kind}`);
    });
  }

  it("made no error and asked no other machine", () => {
    assert.deepEqual(heard, { errors: [], outside: [] });
  });

  async function openPractice() {
    const head = practice.locator("[aria-expanded]");
    await head.waitFor();
    if ((await head.getAttribute("aria-expanded")) === "false") await head.click();
    await practice.locator('[aria-expanded="true"]').waitFor();
  }

  /** The cell that has the keyboard: waited for, as the panel draws itself anew. */
  async function focused(id) {
    await panel.locator(`[data-key="${id}"]:focus`).waitFor();
  }
});
