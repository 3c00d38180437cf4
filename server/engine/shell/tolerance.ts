/** Which failures pass unnoticed: `|| true`, `set +e`, a condition, the front of a pipe. */

/** A command that is being read. */
export interface Draft {
  readonly words: readonly string[];
  readonly text: string;
  readonly from: number;
  readonly to: number;
  tolerated: boolean;
  used: boolean;
}

export type Operator = "&&" | "||" | "|" | "&" | ";" | "\n" | "";

/** A command or a group in a list, with what follows it: commands [start, end). */
export interface Item {
  readonly start: number;
  readonly end: number;
  operator: Operator;
}

export function tolerate(out: readonly Draft[], start: number, end: number): void {
  for (let i = start; i < end; i += 1) {
    const it = out[i];
    if (it !== undefined) it.tolerated = true;
  }
}

export function use(out: readonly Draft[], start: number, end: number): void {
  for (let i = start; i < end; i += 1) {
    const it = out[i];
    if (it !== undefined) it.used = true;
  }
}

/** Marks what the operators of a list forgive. */
export function settle(out: readonly Draft[], items: readonly Item[], pipefail: boolean): void {
  let chain = 0;
  let marked = 0;
  items.forEach((item, index) => {
    const next = items[index + 1];
    if (item.operator === "|") {
      use(out, item.start, item.end);
      if (!pipefail) tolerate(out, item.start, item.end);
    }
    if (item.operator === "&") tolerate(out, item.start, item.end);
    if (next !== undefined && forgives(out, item, next, items[index + 2])) {
      tolerate(out, Math.max(marked, items[chain]?.start ?? 0), item.end);
      marked = item.end;
    }
    if (item.operator !== "&&" && item.operator !== "||" && item.operator !== "|") chain = index + 1;
  });
}

/** `… || true`, `… || echo failed`, `…; true`; not `… || { echo failed; exit 1; }`. */
function forgives(out: readonly Draft[], item: Item, next: Item, after: Item | undefined): boolean {
  if (item.operator !== "||" && item.operator !== ";") return false;
  const instead = out.slice(next.start, next.end);
  const harmless = item.operator === "||" ? isHarmless : isSuccess;
  if (instead.length === 0 || !instead.every(harmless)) return false;
  return next.operator !== "&&" || after === undefined || !fails(out, after.start, after.end);
}

/** Something in here ends the script, or the function, with a failure. */
export function fails(out: readonly Draft[], start: number, end: number): boolean {
  return out.slice(start, end).some(({ words: [program = "", argument = ""] }) => {
    return /^(?:false|throw|die|fail|fatal)$/.test(program) || (/^(?:exit|return)$/.test(program) && argument !== "0");
  });
}

function isSuccess({ words: [program = "", argument = ""] }: Draft): boolean {
  return /^(?:true|:|\/bin\/true)$/.test(program) || (/^(?:exit|return)$/.test(program) && argument === "0");
}

function isHarmless(it: Draft): boolean {
  return isSuccess(it) || /^(?:echo|printf|continue|break|Write-Host|Write-Output)$/.test(it.words[0] ?? "");
}

/** `set +e`, `set -e`, and shells that do not stop at a failure: only the last chain of commands then decides. */
export function followExitStatus(out: readonly Draft[], text: string, errexit: boolean): void {
  let strict = errexit;
  const goesOn = out.map((it) => {
    if (it.words[0] === "set") {
      for (const word of it.words) {
        if (/^-[a-z]*e[a-z]*$/.test(word) || word === "errexit") strict = it.words[1] !== "+o";
        if (/^\+[a-z]*e/.test(word)) strict = false;
      }
    }
    return !strict;
  });
  let decides = true;
  for (let index = out.length - 1; index >= 0; index -= 1) {
    const it = out[index];
    if (it === undefined || goesOn[index] !== true) continue;
    const behind = text.slice(it.to, it.to + 300);
    if (index < out.length - 1) decides = /^\s*&&/.test(behind) && (decides || out[index + 1]?.used === true);
    // A status that is looked at on the same line or the next one does not pass unnoticed.
    const ahead = behind.split("\n", 3).join(" ");
    if (!decides && !/\$\?|\$\{?PIPESTATUS|LASTEXITCODE|ERRORLEVEL/i.test(ahead)) it.tolerated = true;
  }
}
