/** What the fault tests share: files on a disk of their own, a server to torment, and a good file to ask about meanwhile. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Hover } from "vscode-languageserver-protocol";
import type { Report } from "../../server/features/report-contract.ts";
import { uriOfPath } from "../../server/host/uris.ts";
import type { ReportResult } from "../../server/lsp/protocol.ts";
import { type ClientOptions, LspClient } from "../support/lsp-client.ts";

/** How long a good file may have to wait for its hover. What it took is printed; machines that test are slow. */
export const LONGEST_WAIT = 2_000;

export function deployment(name: string, more = ""): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
      containers:
        - name: ${name}
          image: shop/${name}:1.0.0
${more}`;
}

export const GOOD = deployment("good");

export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), "kmm-faults-"));
  readonly root = uriOfPath(this.folder);

  write(path: string, content: string | Uint8Array): string {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    return this.uri(path);
  }

  uri(path: string): string {
    return uriOfPath(join(this.folder, path));
  }

  /** What the command line says of the folder, which has to be told within the time. */
  check(limit = 30_000): Report {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(process.cwd(), "dist/cli.js"), "check", this.folder, "--format", "json"],
      { encoding: "utf8", maxBuffer: 1 << 30, timeout: limit },
    );
    assert.equal(status, 0, stderr.slice(0, 2_000));
    return JSON.parse(stdout) as Report;
  }

  path(path: string): string {
    return join(this.folder, path);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Tormented {
  readonly place: Place;
  readonly client: LspClient;
  readonly good: string;

  private constructor(place: Place, client: LspClient, good: string) {
    this.place = place;
    this.client = client;
    this.good = good;
  }

  /** A server on the place, with a good file open. */
  static async start(place: Place, options: Partial<ClientOptions> = {}): Promise<Tormented> {
    const good = place.write("good/good.yaml", GOOD);
    const client = await LspClient.start({ root: place.root, options: { settings: { show: "all" } }, ...options });
    await client.open(good, GOOD);
    return new Tormented(place, client, good);
  }

  /** The same, once everything is read; nobody had to wait meanwhile. */
  static async indexed(place: Place, options: Partial<ClientOptions> = {}): Promise<Tormented> {
    const server = await Tormented.start(place, options);
    await server.meanwhile("reading everything", server.client.indexed());
    return server;
  }

  async hover(): Promise<number> {
    const started = performance.now();
    const hover = await this.client.request<Hover | null>("textDocument/hover", {
      textDocument: { uri: this.good },
      position: { line: 1, character: 8 },
    });
    assert.match(JSON.stringify(hover?.contents), /Deployment good/);
    return performance.now() - started;
  }

  /** Asks about the good file again and again until something else is done, and says the longest wait. */
  async meanwhile(what: string, work: Promise<unknown>): Promise<void> {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    let longest = await this.hover();
    while (!over) {
      longest = Math.max(longest, await this.hover());
      await pause(5);
    }
    await work;
    longest = Math.max(longest, await this.hover());
    console.log(`        ${what}: a good file waited ${Math.round(longest)} ms at most`);
    assert.ok(longest < LONGEST_WAIT, `${what}: a hover on a good file took ${Math.round(longest)} ms`);
    this.alive();
  }

  alive(): void {
    assert.equal(this.client.process.exitCode, null);
    assert.equal(this.client.process.signalCode, null);
  }

  async report(): Promise<Report> {
    return (await this.client.request<ReportResult>("kmm/report", {})).report;
  }

  /** The report once it is as it should be. */
  async reported(what: string, when: (report: Report) => boolean): Promise<Report> {
    for (const until = Date.now() + 15_000; ; await pause(50)) {
      const report = await this.report();
      if (when(report)) return report;
      assert.ok(Date.now() < until, `the report never says: ${what}`);
    }
  }

  /** The editor tells that files changed on the disk. */
  changed(uris: readonly string[]): Promise<void> {
    return this.client.connection.sendNotification("workspace/didChangeWatchedFiles", {
      changes: uris.map((uri) => ({ uri, type: 2 })),
    });
  }

  close(uri: string): Promise<void> {
    return this.client.connection.sendNotification("textDocument/didClose", { textDocument: { uri } });
  }

  async stop(): Promise<void> {
    await this.client.stop();
    this.place.remove();
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/** Names of the objects that a report knows of. */
export function namesIn(report: Report): ReadonlySet<string> {
  return new Set(report.subjects.map((one) => one.name));
}
