// Runs a mocha suite inside the extension host of the VS Code from npm, and tells how it ended.
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { startBrowser } from "./chromium.mjs";
import { startServer } from "./vscode.mjs";

/** Resolves to an exit status. `extension` and `tests` are paths, `open` is a folder or a .code-workspace file. */
export async function runSuite({ extension, tests, open, settings, limit = 240_000 }) {
  const results = await receiveResults();
  const env = { KMM_TEST_PORT: String(results.port) };
  let server;
  let browser;
  let code = 1;
  try {
    server = await startServer({ settings, development: true, env });
    browser = await startBrowser();
    code = await exitCode(browser, server, { extension, tests, open, limit });
    // VS Code may announce the end before the last lines have arrived.
    await Promise.race([results.closed(), sleep(2_000)]);
  } catch (error) {
    console.error(error);
    if (server !== undefined) console.error(server.output.tail());
  } finally {
    await browser?.close().catch(() => {});
    await server?.stop();
    results.close();
  }
  const { stats } = results;
  // An end that VS Code reports but mocha does not is no success: the tests never ran.
  if (stats === undefined) console.error("The suite did not report its end.");
  return stats === undefined || stats.failures > 0 ? code || 1 : code;
}

/** The suite prints through a socket, line by line: the extension host's own output is not ours to read. */
async function receiveResults() {
  const results = { stats: undefined, port: 0, closed: () => closed, close: () => listener.close() };
  let closed;
  const listener = createServer((socket) => {
    closed = once(socket, "close");
    createInterface({ input: socket }).on("line", (line) => {
      const message = JSON.parse(line);
      if (message.out !== undefined) console.log(message.out);
      if (message.end !== undefined) results.stats = message.end;
    });
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  results.port = listener.address().port;
  return results;
}

async function exitCode(browser, server, { extension, tests, open, limit }) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const remote = (path) => `vscode-remote://${server.address}${path}`;
  const payload = [
    ["extensionDevelopmentPath", remote(extension)],
    ["extensionTestsPath", remote(tests)],
  ];
  const ended = new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(why));
    page.on("crash", () => fail("The page of the browser crashed."));
    browser.on("disconnected", () => fail("The browser went away."));
    server.child.once("exit", (code) => fail(`The VS Code server went away with ${code}.`));
    setTimeout(() => fail(`The tests did not end in ${limit / 1000} s.`), limit).unref();
    // The workbench calls these where they exist; the second one once the suite's run() has settled.
    const hooks = [
      page.exposeFunction("codeAutomationLog", (kind, args) => {
        if (process.env.KMM_TEST_VERBOSE) console.error(kind, JSON.stringify(args).slice(0, 300));
      }),
      page.exposeFunction("codeAutomationExit", (code) => resolve(code)),
    ];
    Promise.all(hooks)
      .then(() => page.goto(server.url({ open, payload })))
      .catch(reject);
  });
  return ended;
}
