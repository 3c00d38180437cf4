/** Entry of the command line. The language server is a bundle of its own, loaded only when it is asked for. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { main } from "./cli/main.ts";

declare const KMM_VERSION: string;

const folder = __dirname;

// A reader that has seen enough, such as `head`, closes the pipe: nothing is wrong, and the status is that of the check.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") process.exitCode = 3;
  });

/** Of variables that are set to nothing, the next one counts. */
const { LC_ALL, LC_MESSAGES, LANG, NO_COLOR, TERM } = process.env;

main(process.argv.slice(2), {
  version: KMM_VERSION,
  folder,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  locale: LC_ALL || LC_MESSAGES || LANG,
  columns: process.stdout.columns || 120,
  colour: process.stdout.isTTY === true && !NO_COLOR && TERM !== "dumb",
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
