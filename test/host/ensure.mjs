// Installs the VS Code and the Chromium that the tests run in, on their first use.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "../../scripts/ensure.mjs";
import { link } from "./link.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));

/** Nothing of this folder may be imported before, save this file: its modules need what is installed here. */
export function ensureHost() {
  ensureInstalled(HERE, "VS Code and Chromium");
  link();
}
