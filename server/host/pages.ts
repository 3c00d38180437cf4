/** The pages about practices, which lie beside the bundle. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Path of the page about a practice, where there is one. */
export function pageOf(folder: string, practice: string, language: string): string | undefined {
  const page = join(folder, "practices", language, `${practice}.md`);
  return existsSync(page) ? page : undefined;
}

/** The page itself, as Markdown. */
export function readPage(folder: string, practice: string, language: string): string | undefined {
  const page = pageOf(folder, practice, language);
  return page === undefined ? undefined : readFileSync(page, "utf8");
}
