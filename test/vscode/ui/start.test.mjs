import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ROOT } from "../../../scripts/ensure.mjs";
import { processTable } from "../../../scripts/processes.mjs";
import { Workbench } from "../../host/page.mjs";
import { session } from "../../host/ui.mjs";

describe("npm start", function () {
  this.timeout(120_000);
  let started;
  let output = "";

  before(() => {
    started = spawn(process.execPath, [join(ROOT, "scripts/start.mjs"), "--browser"], { cwd: ROOT });
    for (const stream of [started.stdout, started.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        started.emit("output");
      });
    }
  });

  after(() => started.kill("SIGKILL"));

  async function printed(pattern) {
    for (;;) {
      const found = pattern.exec(output);
      if (found !== null) return found[0];
      if (started.exitCode !== null) throw new Error(`It ended with ${started.exitCode}:\n${output}`);
      await Promise.race([once(started, "output"), once(started, "exit")]);
    }
  }

  it("prints the grid and an address that only its reader knows", async () => {
    const url = new URL(await printed(/http:\S+/));
    assert.ok(url.searchParams.get("tkn"));
    assert.match(output, /Security/);
    assert.equal((await fetch(url.origin)).status, 403);
  });

  it("opens the sample with the extension at work", async () => {
    const page = await session.page.context().browser().newPage();
    try {
      await page.goto(await printed(/http:\S+/));
      const workbench = new Workbench(page);
      await workbench.ready();
      await workbench.command("Kubernetes Maturity Model: Open Maturity Grid");
      await workbench.webview().getByRole("gridcell").nth(24).waitFor();
    } finally {
      await page.close();
    }
  });

  it("ends everything it started", async () => {
    const groups = processTable().filter(({ parent }) => parent === started.pid);
    assert.notDeepEqual(groups, []);
    const exit = once(started, "exit");
    started.kill("SIGINT");
    await exit;
    const pids = groups.map(({ pid }) => pid);
    while (processTable().some(({ pid, command }) => pids.includes(pid) && command !== "")) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
});
