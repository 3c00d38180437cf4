/** The words of one command: which program runs, and what stands in front of it that only says how. */

/** Programs that run the rest of their words, with the options that take a word with them. */
const PREFIXES: Readonly<Record<string, string>> = {
  sudo: "-u -g -h -p -C -r -t -T -U -D -R --user --group --host --prompt --chdir",
  doas: "-u -C",
  env: "-u -C -S --unset --chdir",
  exec: "-a",
  command: "",
  builtin: "",
  nohup: "",
  time: "-f -o",
  nice: "-n",
  ionice: "-c -n -p",
  timeout: "-k -s --kill-after --signal",
  gtimeout: "-k -s --kill-after --signal",
  xargs: "-I -n -P -L -d -a -E -s --max-args --max-procs --replace --delimiter --arg-file --max-lines",
  stdbuf: "-i -o -e",
  setsid: "",
  eval: "",
  call: "",
  winpty: "",
};

const ASSIGNMENT = /^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/;

/** Where the command itself begins: behind assignments, `sudo`, `timeout 5m` and the like. */
export function dropPrefixes(words: readonly string[]): { readonly from: number; readonly assigned: boolean } {
  let i = 0;
  let assigned = false;
  // PowerShell: `$digest = docker inspect …`.
  if (/^\$\w+$/.test(words[0] ?? "") && words[1] === "=") i = 2;
  while (i < words.length) {
    const word = words[i] ?? "";
    if (ASSIGNMENT.test(word)) {
      assigned = true;
      i += 1;
      continue;
    }
    const program = programOf(word);
    const values = Object.hasOwn(PREFIXES, program) ? PREFIXES[program] : undefined;
    if (values === undefined) break;
    if (program === "command" && /^-[vV]/.test(words[i + 1] ?? "")) break;
    let j = afterOptions(words, i + 1, values.split(" "));
    if (program.endsWith("timeout")) j += 1;
    // Nothing to run: the program stands for itself, as in `sudo -v`.
    if (j >= words.length) break;
    i = j;
  }
  return { from: i, assigned };
}

/** The index of the first word that is neither an option nor the value of one of `values`. */
export function afterOptions(words: readonly string[], from: number, values: readonly string[]): number {
  let i = from;
  while (i < words.length) {
    const word = words[i] ?? "";
    if (word === "--") return i + 1;
    if (!word.startsWith("-") || word === "-") return i;
    i += values.includes(word) ? 2 : 1;
  }
  return i;
}

/**
 * The name of the program a word runs: without folders, `.exe`, a version behind `@`. A variable that is named after a
 * program stands for it, as `$(KUBECTL)` and `${HELM}` do in many Makefiles.
 */
export function programOf(word: string): string {
  const variable = /^\$[({]?([A-Za-z_]\w*?)(?:_BIN|_CMD|_CLI|_EXE)?[)}]?$/.exec(word)?.[1];
  if (variable !== undefined) return variable.toLowerCase().replaceAll("_", "-");
  const fallback = /^\$\{\w+:?[-=]([\w./-]+)\}$/.exec(word)?.[1];
  if (fallback !== undefined) return programOf(fallback);
  const base = word.replaceAll("\\", "/").replace(/\/+$/, "").split("/").at(-1) ?? "";
  return base.replace(/(.)@.*$/, "$1").replace(/\.(?:exe|cmd|bat)$/i, "");
}

/** The shell text that the command runs: `bash -c '…'`, `eval "…"`, `ssh host '…'`. */
export function nestedScript(words: readonly string[]): string | undefined {
  const program = programOf(words[0] ?? "");
  if (/^(?:ba|z|da|k|a)?sh$/.test(program)) return behind(words, /^-[a-z]*c[a-z]*$/);
  if (program === "su" || program === "runuser") return behind(words, /^(?:-[a-z]*c|--command)$/);
  if (program === "pwsh" || program === "powershell") return behind(words, /^-(?:c|command)$/i);
  if (program === "cmd") return behind(words, /^\/c$/i);
  if (program === "ssh") {
    const host = afterOptions(words, 1, ["-i", "-p", "-o", "-l", "-F", "-J", "-L", "-R", "-D", "-S", "-b", "-c"]);
    const script = words.slice(host + 1).join(" ");
    return script === "" ? undefined : script;
  }
  // `eval` was dropped in front of it: the whole text came as one quoted word.
  const [only = ""] = words;
  return words.length === 1 && /^[\w./-]+ +\S/.test(only) ? only : undefined;
}

function behind(words: readonly string[], option: RegExp): string | undefined {
  const at = words.findIndex((it) => option.test(it));
  return at === -1 ? undefined : words[at + 1];
}

/** A command of the lexicon, taken apart. */
export interface Pattern {
  readonly programs: readonly string[];
  /** Sub-commands in order, each with its alternatives; `**` stands for any words. */
  readonly rest: readonly (readonly string[])[];
}

/** Reads `kubectl|oc rollout status`. */
export function patternOf(command: string): Pattern {
  const [programs = [], ...rest] = command.split(" ").map((it) => it.split("|"));
  return { programs, rest };
}

/** Options that stand in front of sub-commands and take the next word with them, whatever it looks like. */
const VALUED = new Set([
  ...[
    "-n",
    "--namespace",
    "--context",
    "--kube-context",
    "--kubeconfig",
    "-C",
    "--prefix",
    "--dir",
    "--cwd",
    "--chdir",
  ],
  ...["-f", "--file", "--config", "--project", "--profile", "-F", "--filter"],
]);

/**
 * The index behind the pattern's last word, or `undefined` when the arguments do not follow it. Options may stand
 * anywhere in between; the word behind one may be its value.
 */
export function followsPattern(args: readonly string[], rest: Pattern["rest"]): number | undefined {
  let i = 0;
  let anywhere = false;
  for (const wanted of rest) {
    if (wanted[0] === "**") {
      anywhere = true;
      continue;
    }
    const from = i;
    i = anywhere ? args.findIndex((it, index) => index >= from && isOneOf(it, wanted)) : nextWord(args, from, wanted);
    if (i === -1) return undefined;
    i += 1;
    anywhere = false;
  }
  return i;
}

function nextWord(args: readonly string[], from: number, wanted: readonly string[]): number {
  let mayBeValue = false;
  for (let i = from; i < args.length; i += 1) {
    const word = args[i] ?? "";
    if (isOneOf(word, wanted)) return i;
    if (word.startsWith("-")) {
      if (VALUED.has(word)) i += 1;
      mayBeValue = !VALUED.has(word) && !word.includes("=");
    } else if (isVariable(word)) {
      // `helm $HELM_ARGS upgrade`: a variable on its own stands for options.
    } else if (mayBeValue) mayBeValue = false;
    else return -1;
  }
  return -1;
}

/** A word that is one shell variable and nothing else. */
export function isVariable(word: string): boolean {
  return /^\$(?:\w+|\{\w+\})$/.test(word);
}

function isOneOf(word: string, wanted: readonly string[]): boolean {
  return wanted.some((it) => {
    if (it.endsWith("*")) return word.startsWith(it.slice(0, -1));
    if (it.startsWith("*")) return word.endsWith(it.slice(1));
    return word === it;
  });
}
