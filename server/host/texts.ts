/** The texts of one language, from the files beside the bundle. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Language, Texts } from "../../model/text/texts.ts";

/** `folder` is where the bundles are. Throws when the installation is incomplete. */
export function loadTexts(folder: string, language: Language): Texts {
  return JSON.parse(readFileSync(join(folder, `texts.${language}.json`), "utf8")) as Texts;
}

/** Which language a locale such as `sv_SE.UTF-8` or `sv` asks for; English where it is none of ours. */
export function languageOf(locale: string | undefined): Language {
  return /^sv\b|^sv[_-]/i.test(locale ?? "") ? "sv" : "en";
}
