// Drives a language server over standard streams, as an editor would, and times it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";

export class Client {
  messages = 0;
  #published = new Map();
  #waiting = new Set();
  #scanned;
  #probed = [];

  static async start(program, { root, probe, options = {} } = {}) {
    const client = new Client();
    const args = [...(probe === undefined ? [] : ["--import", probe]), program, "--stdio"];
    client.process = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
    client.process.stderr.setEncoding("utf8").on("data", (text) => client.#stderr(text));
    client.connection = createProtocolConnection(
      new StreamMessageReader(client.process.stdout),
      new StreamMessageWriter(client.process.stdin),
    );
    const { connection } = client;
    connection.onNotification("textDocument/publishDiagnostics", ({ uri, version, diagnostics }) => {
      client.messages++;
      client.#published.set(uri, { version, diagnostics });
      for (const wake of [...client.#waiting]) wake();
    });
    client.#scanned = new Promise((done) => connection.onNotification("kmm/indexDone", done));
    connection.onRequest("workspace/configuration", ({ items }) => items.map(() => null));
    for (const name of ["client/registerCapability", "window/workDoneProgress/create"])
      connection.onRequest(name, () => null);
    connection.listen();
    await connection.sendRequest("initialize", {
      processId: process.pid,
      rootUri: root ?? null,
      workspaceFolders: root === undefined ? null : [{ uri: root, name: "workspace" }],
      capabilities: {},
      initializationOptions: options,
    });
    if (probe !== undefined) await client.probed();
    await connection.sendNotification("initialized", {});
    return client;
  }

  indexed() {
    return this.#scanned;
  }

  /** Settles when the server does nothing more: charts are rendered, and what they give is judged. */
  async quiet(limit = 60_000) {
    const until = performance.now() + limit;
    let before = this.cpu();
    for (let still = 0; still < 3 && performance.now() < until; ) {
      await new Promise((done) => setTimeout(done, 300));
      const now = this.cpu();
      // What answers to hovers meanwhile takes is little. Where the system does not tell, some time has to do.
      still = Number.isNaN(now) || now - before < 100 ? still + 1 : 0;
      before = now;
    }
  }

  open(uri, text) {
    return this.connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId: "yaml", version: 1, text },
    });
  }

  /** Sends an edit and answers how long the findings of that version took, in milliseconds. */
  async edit(uri, version, changes, limit = 10_000) {
    const started = performance.now();
    await this.change(uri, version, changes);
    await this.published(uri, version, limit);
    return performance.now() - started;
  }

  change(uri, version, changes) {
    return this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri, version },
      contentChanges: changes,
    });
  }

  async published(uri, version, limit = 10_000) {
    const until = performance.now() + limit;
    while ((this.#published.get(uri)?.version ?? -1) < version) {
      if (performance.now() > until) throw new Error(`no findings of version ${version} in ${limit} ms`);
      await new Promise((done) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          done();
        };
        const timer = setTimeout(wake, 500);
        this.#waiting.add(wake);
      });
    }
  }

  /** Waits until what is said of a document is as wanted. */
  async said(uri, wanted, limit = 10_000) {
    const until = performance.now() + limit;
    for (;;) {
      const now = this.#published.get(uri);
      if (now !== undefined && wanted(now.diagnostics)) return;
      if (performance.now() > until) throw new Error(`never said of ${uri} in ${limit} ms`);
      await new Promise((done) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          done();
        };
        const timer = setTimeout(wake, 500);
        this.#waiting.add(wake);
      });
    }
  }

  async hover(uri, position) {
    const started = performance.now();
    await this.connection.sendRequest("textDocument/hover", { textDocument: { uri }, position });
    return performance.now() - started;
  }

  /** Resident memory in MB, where the system tells. */
  memory() {
    try {
      return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.process.pid}/status`, "utf8"))?.[1]) / 1024;
    } catch {
      return Number.NaN;
    }
  }

  /** CPU since it started, in milliseconds, where the system tells. */
  cpu() {
    try {
      const fields = readFileSync(`/proc/${this.process.pid}/stat`, "utf8").split(") ").at(-1).split(" ");
      return (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      return Number.NaN;
    }
  }

  /** The longest turns of the server's event loop since it was last asked. */
  probed() {
    const answer = new Promise((done) => this.#probed.push(done));
    this.process.kill("SIGUSR2");
    return answer;
  }

  #stderr(text) {
    for (const [, found] of text.matchAll(/^probe (.*)$/gm)) this.#probed.shift()?.(JSON.parse(found));
  }

  async stop() {
    const ended = once(this.process, "exit");
    await this.connection.sendRequest("shutdown").catch(() => undefined);
    await this.connection.sendNotification("exit").catch(() => undefined);
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 3_000);
    await ended;
    clearTimeout(timer);
    this.connection.dispose();
  }
}
