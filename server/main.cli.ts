/** Entry of the command line. The language server is a bundle of its own, loaded only when it is asked for. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { main } from "./cli/main.ts";

declare const KMM_VERSION: string;

const folder = __dirname;

main(process.argv.slice(2), {
  version: KMM_VERSION,
  folder,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  locale: process.env["LC_ALL"] ?? process.env["LC_MESSAGES"] ?? process.env["LANG"],
  columns: process.stdout.columns ?? 120,
  colour: process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined,
  serve: () => {
    createRequire(__filename)(join(folder, "server.js"));
    return new Promise(() => {});
  },
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 3;
  },
);
