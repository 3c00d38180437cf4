// What a person does in the workbench, by selectors that VS Code's own tests have long relied on.

const EDITOR = ".part.editor .editor-instance";

export class Workbench {
  constructor(page) {
    this.page = page;
  }

  async ready() {
    await this.page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: 60_000 });
  }

  /** An item of the status bar; the id is "publisher.name.item". */
  status(id) {
    return this.page.locator(`.part.statusbar .statusbar-item[id="${id}"]`);
  }

  quickInput() {
    return this.page.locator(".quick-input-widget:visible");
  }

  row(text) {
    return this.quickInput().locator(".monaco-list-row", { hasText: text }).first();
  }

  tab(title) {
    return this.page.locator(`.part.editor .tab[aria-label^="${title}"]`).first();
  }

  async openFile(name) {
    await this.#pick("Control+P", name, this.quickInput().locator(`.monaco-list-row[aria-label^="${name}"]`).first());
    await this.tab(name).waitFor();
    await this.page.locator(`${EDITOR} .view-line span span`).first().waitFor();
  }

  async command(title) {
    await this.#pick("F1", `>${title}`, this.row(title));
  }

  /**
   * Asks for something by its name, by a click on the row: Enter could hit another one while the list still filters.
   * Whatever takes the focus meanwhile closes the list again: then it is asked for once more.
   */
  async #pick(key, text, row) {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.page.keyboard.press(key);
        await this.quickInput().locator("input").first().fill(text, { timeout: 3_000 });
        await row.click({ timeout: 5_000 });
        return;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.page.keyboard.press("Escape");
      }
    }
  }

  async closeTab(title) {
    await this.tab(title).hover();
    await this.tab(title).locator(".tab-actions .action-label").click();
    await this.tab(title).waitFor({ state: "detached" });
  }

  async closeAllEditors() {
    await this.command("View: Close All Editors");
    await this.page.locator(".part.editor .tab").first().waitFor({ state: "detached" });
  }

  async theme(name) {
    await this.command("Preferences: Color Theme");
    await this.quickInput().locator("input").first().fill(name);
    await this.row(name).click();
    await this.quickInput().waitFor({ state: "hidden" });
  }

  word(text) {
    return this.page.locator(`${EDITOR} .view-line span span`, { hasText: text }).last();
  }

  /** The hover over a word, once it holds `wanted`: what several providers say arrives bit by bit. */
  async hover(word, wanted) {
    const shown = this.page.locator(".monaco-hover:visible").filter({ hasText: wanted }).first();
    await this.#insist(async (attempt) => {
      const box = await this.word(word).boundingBox({ timeout: 4_000 });
      // A line is drawn anew when its colours arrive.
      if (box === null) throw new Error(`"${word}" is not on the screen`);
      await this.page.mouse.move(box.x + box.width + 60, box.y + 80 + attempt);
      await this.page.mouse.move(box.x + box.width - 6, box.y + box.height / 2, { steps: 4 });
      await shown.waitFor({ timeout: 4_000 });
    });
    return shown;
  }

  /** What is underlined, however severe it is. */
  squiggles() {
    const kinds = ["error", "warning", "info", "hint"].map((kind) => `${EDITOR} .squiggly-${kind}`);
    return this.page.locator(kinds.join(", "));
  }

  /** The quick fix at a word whose title matches; the menu is left open. */
  async quickFix(word, title) {
    await this.word(word).click();
    const item = this.page.locator(".action-widget .monaco-list-row.action", { hasText: title }).first();
    await this.#insist(async () => {
      await this.page.keyboard.press("Control+.");
      await item.waitFor({ timeout: 4_000 });
    });
    return item;
  }

  /** Where the cursor is, as the status bar says it: "Ln 3, Col 1". */
  cursor() {
    return this.status("status.editor.selection");
  }

  /** The document inside an extension's panel, within the frame that VS Code puts around it. */
  webview() {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
  }

  /** The first try may come before the language server has answered. */
  async #insist(action, attempts = 5) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await action(attempt);
      } catch (error) {
        if (attempt === attempts) throw error;
      }
    }
  }
}
