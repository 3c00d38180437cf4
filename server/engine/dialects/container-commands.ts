/** What a container runs that is started with a command and arguments, as steps of a pipeline are. */
import type { Field } from "../../../model/facts.ts";
import { containerWords } from "../shell/launchers.ts";
import { type PlacedCommand, readCommands, type ShellOptions } from "../shell.ts";
import { keyOf, oneOrMore } from "./written.ts";

/** A program that is a shell, by its path. */
export const SHELL = /(?:^|\/)(?:ba|z|da|k|a)?sh$/;

/** How a shell's text is read: as it stands, or around expressions of the provider. */
export type ReadText = (text: Field, options: ShellOptions) => readonly PlacedCommand[];

/** A text for a shell is read; anything else is one command. Without a command, the image knows what it starts. */
export function containerCommands(
  image: string,
  command: Field,
  args: Field,
  read: ReadText = readCommands,
): readonly PlacedCommand[] {
  const [own, given] = [oneOrMore(command), oneOrMore(args)];
  const fields = [...own, ...given];
  const texts = fields.map((it) => it.source ?? "");
  if (texts.length === 0) return [];
  const at = shellText(texts);
  const text = at === undefined ? undefined : fields[at];
  if (at !== undefined && text !== undefined)
    return read(text, { errexit: texts.slice(1, at).some((it) => /^-[a-z]*e/.test(it)) });
  const words = own.length > 0 ? texts : containerWords(image, texts);
  const place = keyOf(given.length > 0 ? args : command);
  return [{ words, text: words.join(" "), place, tolerated: false, used: false }];
}

/** Where the text stands that a shell is started with. */
export function shellText(words: readonly string[]): number | undefined {
  if (!SHELL.test(words[0] ?? "")) return undefined;
  const flag = words.findIndex((it, index) => index > 0 && /^-[a-z]*c[a-z]*$/.test(it));
  return flag > 0 ? flag + 1 : undefined;
}

/** How the shell of a script is started by its first line, or by the provider where there is none; nothing for another language. */
export function shebangShell(script: string, otherwise: ShellOptions): ShellOptions | undefined {
  const shebang = /^#!.*/.exec(script)?.[0];
  if (shebang === undefined) return otherwise;
  if (!/\b(?:ba|z|da|k|a)?sh\b/.test(shebang)) return undefined;
  return { errexit: /\s-\w*e/.test(shebang) };
}
