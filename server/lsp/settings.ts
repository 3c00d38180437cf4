/** The editor's settings, checked: a wrong type is the default, never an error. */
import { isLevel } from "../../model/kmm.ts";
import type { Language } from "../../model/text/texts.ts";
import type { Show } from "../features/diagnostics.ts";
import { DEFAULT_MAX_FILE_SIZE_KB } from "../host/node-files.ts";
import { languageOf } from "../host/texts.ts";

export interface ServerSettings {
  readonly target: number | undefined;
  readonly show: Show;
  readonly language: Language;
  readonly exclude: readonly string[];
  readonly maxFileSizeKb: number;
  readonly hover: boolean;
  /** Whether charts are rendered, whether a program may do so, and which; the one on the PATH where none is named. */
  readonly helm: { readonly render: boolean; readonly run: boolean; readonly path: string | undefined };
}

/** `trusted`: what was said of the workspace before the settings came, which may say otherwise. */
export function readSettings(raw: unknown, locale: string | undefined, trusted = false): ServerSettings {
  const given = recordOf(raw);
  const helm = recordOf(given["helm"]);
  const program = helm["path"];
  const language = given["language"];
  const size = given["maxFileSizeKb"];
  const show = given["show"];
  return {
    target: isLevel(given["target"]) ? given["target"] : undefined,
    show: show === "all" || show === "off" ? show : "next",
    language: language === "en" || language === "sv" ? language : languageOf(locale),
    exclude: [...strings(given["exclude"]), ...strings(given["filesExclude"])],
    maxFileSizeKb: typeof size === "number" && size > 0 && size <= 1_000_000 ? size : DEFAULT_MAX_FILE_SIZE_KB,
    hover: given["hover"] !== false,
    helm: {
      render: helm["render"] !== false,
      run: (given["trusted"] ?? trusted) === true,
      path: typeof program === "string" && program.trim() !== "" ? program.trim() : undefined,
    },
  };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
