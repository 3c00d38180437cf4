// Installs the packed extension into a fresh VS Code and runs the mocha files of test/vscode/ui against its workbench.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";
import { Problem, ROOT } from "../../scripts/ensure.mjs";
import { vsixPath } from "../../scripts/package.mjs";
import { temporaryFolder } from "../../scripts/processes.mjs";
import { startBrowser } from "./chromium.mjs";
import { Workbench } from "./page.mjs";
import { installExtension, startServer } from "./vscode.mjs";

const FIXTURES = join(ROOT, "test/vscode");
const SCREENSHOTS = join(ROOT, "artifacts/screenshots");

/** What the test files work with: set before they are loaded. */
export const session = {};

export async function runInterfaceTests() {
  const vsix = vsixPath();
  if (!existsSync(vsix)) throw new Problem(`there is no ${vsix}: \`npm run package\` makes it`);
  const folder = temporaryFolder("ui");
  const extensionsDir = join(folder, "extensions");
  const workspace = join(folder, "workspace");
  cpSync(join(FIXTURES, "workspace"), workspace, { recursive: true });
  rmSync(SCREENSHOTS, { recursive: true, force: true });
  mkdirSync(SCREENSHOTS, { recursive: true });
  let server;
  let browser;
  try {
    installExtension(vsix, extensionsDir);
    // Everything is shown: what stands before the next level changes with every practice that is added.
    server = await startServer({ extensionsDir, settings: { "kmm.show": "all" } });
    browser = await startBrowser();
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.setDefaultTimeout(20_000);
    const heard = listen(page);
    await page.goto(server.url({ open: workspace }));
    const workbench = new Workbench(page);
    await workbench.ready();
    const shoot = (name) => page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
    Object.assign(session, { page, workbench, workspace, shoot, heard });
    return (await runMocha(shoot)) > 0 ? 1 : 0;
  } catch (error) {
    console.error(error);
    if (server !== undefined) console.error(server.output.tail());
    return 1;
  } finally {
    await browser?.close().catch(() => {});
    await server?.stop();
  }
}

/** Requests to other machines, and what goes wrong in the page of a panel: tests assert that there is neither. */
function listen(page) {
  const heard = { outside: [], errors: [] };
  page.on("request", (request) => {
    const { hostname } = new URL(request.url());
    // The panel's files have addresses there, but a service worker answers them on the spot.
    const local = hostname === "" || hostname === "127.0.0.1" || hostname.endsWith(".vscode-cdn.net");
    if (!local) heard.outside.push(request.url());
  });
  page.on("console", (message) => {
    const text = message.text();
    const ofPanel = /vscode-cdn\.net|vscode-webview/.test(message.location().url);
    if (message.type() === "error" && (ofPanel || /Content Security Policy/i.test(text))) heard.errors.push(text);
  });
  page.on("pageerror", (error) => heard.errors.push(String(error.stack ?? error)));
  return heard;
}

async function runMocha(shoot) {
  const grep = process.env.KMM_TEST_GREP;
  const mocha = new Mocha({ timeout: 60_000, forbidOnly: true, ...(grep ? { grep } : {}) });
  const folder = join(FIXTURES, "ui");
  for (const name of readdirSync(folder).sort()) if (name.endsWith(".test.mjs")) mocha.addFile(join(folder, name));
  // As a hook, so that the picture is taken before the next test changes the screen.
  mocha.rootHooks({
    async afterEach() {
      if (this.currentTest?.state !== "failed") return;
      await shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-").slice(0, 60)}`).catch(() => {});
    },
  });
  await mocha.loadFilesAsync();
  return new Promise((resolve) => mocha.run(resolve));
}
