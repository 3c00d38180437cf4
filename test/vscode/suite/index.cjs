// Called by VS Code's extension host (extensionTestsPath). KMM_TEST_FILES names the folder of tests to run,
// KMM_TEST_PORT where to report to; without a port everything goes to the console, as in a desktop VS Code.
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const util = require("node:util");

exports.run = async function run() {
  const { default: Mocha } = await import("mocha");
  const reporter = await connect(process.env.KMM_TEST_PORT);
  // Every reporter of mocha prints through this.
  Mocha.reporters.Base.consoleLog = (...args) => reporter.print(util.format(...args));
  const grep = process.env.KMM_TEST_GREP;
  const mocha = new Mocha({ timeout: 30_000, forbidOnly: true, ...(grep ? { grep } : {}) });
  const folder = path.join(__dirname, process.env.KMM_TEST_FILES);
  for (const name of fs.readdirSync(folder).sort()) {
    if (name.endsWith(".test.cjs")) mocha.addFile(path.join(folder, name));
  }
  try {
    await mocha.loadFilesAsync();
    const runner = await new Promise((resolve) => {
      const started = mocha.run(() => resolve(started));
    });
    reporter.end({ ...runner.stats, failures: runner.failures });
    if (runner.failures > 0) throw new Error(`${runner.failures} failed`);
  } catch (error) {
    reporter.print(String(error.stack ?? error));
    throw error;
  } finally {
    await reporter.close();
  }
};

async function connect(port) {
  if (!port) return { print: (text) => console.log(text), end() {}, async close() {} };
  const socket = net.connect(Number(port), "127.0.0.1");
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const send = (message) => socket.write(`${JSON.stringify(message)}\n`);
  return {
    print: (out) => send({ out }),
    end: (stats) => send({ end: stats }),
    close: () => new Promise((resolve) => socket.end(resolve)),
  };
}
