/**
 * Shell text -> its commands, read as a person would: quotes and comments mean what they mean, a heredoc's body is
 * text, and what stands in `$( … )` or after `bash -c` is a command too. POSIX shells exactly enough, PowerShell and
 * cmd leniently. One pass, no backtracking; it never throws.
 */
import type { Command, Field } from "../../model/facts.ts";
import { type Frame, frameAt, type Segment, segmentAt } from "./shell/frames.ts";
import { lexerOf, type Word } from "./shell/lexer.ts";
import { type Draft, fails, followExitStatus, type Operator, settle, tolerate, use } from "./shell/tolerance.ts";
import { dropPrefixes, nestedScript, programOf } from "./shell/words.ts";

/** How the shell is started: GitHub runs `bash -e`, with `shell: bash` also `-o pipefail`. */
export interface ShellOptions {
  /** A failing command ends the script; true when left out. */
  readonly errexit?: boolean;
  /** A failing command fails the pipe it stands in; false when left out. */
  readonly pipefail?: boolean;
}

export interface ShellCommand {
  readonly words: readonly string[];
  readonly text: string;
  /** [from, to) in the text that was read. */
  readonly from: number;
  readonly to: number;
  readonly tolerated: boolean;
  /** Its output goes to another command, a file or a variable. */
  readonly used: boolean;
}

/** A command with the place where it stands. */
export interface PlacedCommand extends Command {
  readonly used: boolean;
}

const LIMIT = 65_536;
const MAX_NESTING = 40;
const MAX_FRAMES = 200;

interface Heredoc {
  readonly delimiter: string;
  readonly segment: Segment;
}

/** The commands of a scalar. The text is read as it is written, so that places are right. */
export function readCommands(field: Field, options: ShellOptions = {}): readonly PlacedCommand[] {
  const text = field.source;
  if (text === undefined) return [];
  return parseShell(text, options).map((it) => ({
    words: it.words,
    text: it.text,
    tolerated: it.tolerated,
    used: it.used,
    place: field.part(it.from, it.to),
  }));
}

/** All simple commands, in the order in which they run. A text over 64 kB is not analysed. */
export function parseShell(text: string, options: ShellOptions = {}): readonly ShellCommand[] {
  if (text.length > LIMIT) return [];
  return parse(text, options, 0);
}

function parse(text: string, options: ShellOptions, nesting: number): Draft[] {
  const out: Draft[] = [];
  const heredocs: Heredoc[] = [];
  const pipefail = (options.pipefail ?? false) || /\bset\s[^\n;]*\bpipefail\b/.test(text);
  const { readWord, lineEnd, skipBlanks, arithmeticEnd } = lexerOf(text, (from, closer) => substitution(from, closer));
  let depth = nesting;

  list(0, "");
  followExitStatus(out, text, options.errexit ?? true);
  return out;

  /** Reads commands up to the closer, and returns the position behind it. */
  function list(from: number, closer: ")" | "`" | ""): number {
    depth += 1;
    const frames: Frame[] = [frameAt("list", out.length)];
    let segment = segmentAt(out.length);
    let i = from;
    while (i < text.length) {
      const c = text.charAt(i);
      const next = text.charAt(i + 1);
      if (c === "`" && closer === "`") break;
      if (c === "\n") {
        end("\n");
        i = skipHeredocs(i + 1);
        segment = segmentAt(out.length);
      } else if (c === " " || c === "\t" || c === "\r") i += 1;
      else if ((c === "\\" || c === "`" || c === "^") && /^\r?\n/.test(text.slice(i + 1, i + 3)))
        i += next === "\r" ? 3 : 2;
      else if (c === "#" && (i === 0 || /[\s;&|()]/.test(text.charAt(i - 1)))) i = lineEnd(i);
      else if (segment.inTest && (c === "&" || c === "|" || c === "(" || c === ")" || c === "<" || c === ">")) i += 1;
      else if (c === ";") {
        end(";");
        i += 1;
        const top = frames.at(-1);
        if (next === ";" && top?.kind === "case") top.expectsPattern = true;
      } else if (c === "&" && next === ">") i = redirect(i + 1, "");
      else if (c === "&" || c === "|") {
        const double = next === c;
        end(double ? (c === "&" ? "&&" : "||") : c);
        i += double || (c === "|" && next === "&") ? 2 : 1;
      } else if (c === "<" || c === ">") i = redirect(i, "");
      else if (c === "(") i = open(i);
      else if (c === ")") {
        const top = frames.at(-1);
        if (top?.kind === "case" && top.expectsPattern) dropPattern(top);
        else if (frames.some((it) => it.kind === "(")) close("(");
        else if (closer === ")") break;
        else segment = segmentAt(out.length);
        i += 1;
      } else {
        const word = readWord(i, closer === "`" ? closer : "");
        i = word.to;
        const redirects = word.plain && /^\d+$/.test(word.text) && /[<>]/.test(text.charAt(i));
        if (redirects) i = redirect(i, word.text);
        else take(word);
      }
    }
    end("\n");
    while (frames.length > 1) collapse();
    const last = frames[0];
    if (last !== undefined) settle(out, last.items, pipefail);
    depth -= 1;
    return Math.min(i + closer.length, text.length);

    function push(kind: Frame["kind"], condition: boolean): void {
      if (frames.length >= MAX_FRAMES) return;
      const it = frameAt(kind, out.length);
      if (condition) it.conditionFrom = out.length;
      frames.push(it);
    }

    function open(at: number): number {
      const behind = at + 1;
      if (text.charAt(behind) === "(" && segment.words.length === 0) return arithmeticEnd(behind + 1);
      const blank = /^[ \t]*\)/.exec(text.slice(behind, behind + 8));
      if (blank !== null) {
        // `name()` announces a function; its body counts, its name is no command.
        segment = segmentAt(out.length);
        return behind + blank[0].length;
      }
      if (segment.words.length > 0) end(";");
      push("(", false);
      segment = segmentAt(out.length);
      return behind;
    }

    /** Ends the command in progress. */
    function end(operator: Operator): void {
      const top = frames.at(-1);
      const done = segment;
      if (top === undefined) return;
      const added = done.skip ? false : finish(done);
      if (done.assigned && !added) top.assigns = true;
      const last = top.items.at(-1);
      if (out.length > done.start) top.items.push({ start: done.start, end: out.length, operator });
      else if (last !== undefined && last.operator === "") last.operator = operator;
      segment = segmentAt(out.length);
    }

    function dropPattern(top: Frame): void {
      const from = top.items.findLast((it) => it.operator !== "|")?.end ?? top.start;
      while (top.items.at(-1)?.operator === "|") top.items.pop();
      out.length = Math.max(from, top.start);
      top.expectsPattern = false;
      segment = segmentAt(out.length);
    }

    function close(kind: Frame["kind"]): void {
      end(";");
      if (!frames.some((it, index) => index > 0 && it.kind === kind)) return;
      while (frames.length > 1) if (collapse() === kind) return;
    }

    /** Closes the innermost group, which becomes one item of the list around it. */
    function collapse(): Frame["kind"] | undefined {
      const top = frames.pop();
      const parent = frames.at(-1);
      if (top === undefined || parent === undefined) return undefined;
      settle(out, top.items, pipefail);
      const acts = top.kind === "if" && (top.assigns || fails(out, top.bodyFrom, out.length));
      if (!acts) for (const [start, stop] of top.conditions) tolerate(out, start, stop);
      if (top.assigns) parent.assigns = true;
      if (out.length > top.start) parent.items.push({ start: top.start, end: out.length, operator: "" });
      segment = segmentAt(out.length);
      return top.kind;
    }

    function take(word: Word): void {
      if (segment.inTest && word.text === "]]") segment.inTest = false;
      const first = segment.words.length === 0 && !segment.skip;
      // PowerShell closes a block behind a command, where a POSIX shell has no use for a lone brace.
      if (word.plain && word.text === "}" && frames.at(-1)?.kind === "{") close("{");
      else if (!(first && word.plain && isReserved(word))) segment.words.push(word);
    }

    /** Acts on a reserved word at the start of a command; false when it is an ordinary one. */
    function isReserved(word: Word): boolean {
      const top = frames.at(-1);
      switch (word.text) {
        case "if":
          push("if", true);
          break;
        case "while":
        case "until":
          push("loop", true);
          break;
        case "for":
        case "select":
          push("loop", false);
          segment = { ...segmentAt(out.length), skip: true };
          return true;
        case "case":
          push("case", false);
          segment = { ...segmentAt(out.length), skip: true };
          expectPattern();
          return true;
        case "then":
        case "do":
          if (top?.conditionFrom !== undefined) {
            top.conditions.push([top.conditionFrom, out.length]);
            if (top.conditions.length === 1) top.bodyFrom = out.length;
            top.conditionFrom = undefined;
          }
          break;
        case "elif":
          if (top?.kind === "if") top.conditionFrom = out.length;
          break;
        case "fi":
          close("if");
          break;
        case "done":
          close("loop");
          break;
        case "esac":
          close("case");
          break;
        case "{":
          push("{", false);
          break;
        case "}":
          close("{");
          break;
        case "[[":
          segment.inTest = true;
          return false;
        case "function":
          segment = { ...segmentAt(out.length), skip: true };
          return true;
        case "else":
        case "!":
        case "coproc":
          break;
        default:
          return false;
      }
      segment = segmentAt(out.length);
      return true;
    }

    function expectPattern(): void {
      const top = frames.at(-1);
      if (top?.kind === "case") top.expectsPattern = true;
    }

    /** Skips a redirection with its target. `at` is the `<` or `>`. */
    function redirect(at: number, descriptor: string): number {
      const sign = text.charAt(at);
      let j = at + 1;
      if (text.charAt(j) === "(" && descriptor === "") {
        const start = out.length;
        const to = substitution(j + 1, ")");
        tolerate(out, start, out.length);
        return to;
      }
      const here = sign === "<" && text.charAt(j) === "<";
      if (here && text.charAt(j + 1) !== "<") {
        j += /[-~]/.test(text.charAt(j + 1)) ? 2 : 1;
        const delimiter = readWord(skipBlanks(j));
        if (delimiter.text !== "") heredocs.push({ delimiter: delimiter.text, segment });
        return delimiter.to;
      }
      while (/[<>|&]/.test(text.charAt(j))) j += 1;
      const target = readWord(skipBlanks(j));
      const copies = text.charAt(j - 1) === "&" && /^[\d-]/.test(target.text);
      const output = sign === ">" && (descriptor === "" || descriptor === "1");
      if (output && !copies && !/^\/dev\/(?:null|std|tty)|^nul$|^\$null$/i.test(target.text)) segment.used = true;
      return target.to;
    }
  }

  /** Commands inside a word or an argument: their output is used, and their failure seldom noticed. */
  function substitution(from: number, closer: ")" | "`"): number {
    if (depth > MAX_NESTING) return from;
    const start = out.length;
    const to = list(from, closer);
    use(out, start, out.length);
    return to;
  }

  /** Makes commands of a finished segment. */
  function finish(segment: Segment): boolean {
    const kept = dropPrefixes(segment.words.map((it) => it.text));
    segment.assigned = kept.assigned;
    const words = segment.words.slice(kept.from);
    const [first] = words;
    const last = words.at(-1);
    if (first === undefined || last === undefined) return false;
    // What stands in the arguments of a command fails unnoticed; in an assignment it fails the command.
    tolerate(out, segment.start, out.length);
    const texts = words.map((it) => it.text);
    const text_ = text.slice(first.from, last.to);
    const command: Draft = {
      words: texts,
      text: text_,
      from: first.from,
      to: last.to,
      tolerated: false,
      used: segment.used,
    };
    out.push(command);
    const script = nestedScript(texts);
    if (script !== undefined && nesting < 4) {
      for (const it of parse(script, { errexit: false }, nesting + 1)) {
        out.push({ ...it, from: command.from, to: command.to, used: it.used || segment.used });
      }
    }
    return true;
  }

  function skipHeredocs(from: number): number {
    let i = from;
    for (const { delimiter, segment } of heredocs.splice(0)) {
      const start = i;
      let stop = text.length;
      while (i < text.length) {
        const to = lineEnd(i);
        const line = text.slice(i, to).trim();
        if (line === delimiter) {
          stop = i;
          i = Math.min(to + 1, text.length);
          break;
        }
        i = to + 1;
      }
      const words = segment.words.map((it) => it.text);
      const program = programOf(words[dropPrefixes(words).from] ?? "");
      if (nesting < 4 && /^(?:ssh|bash|sh|zsh|dash)$/.test(program)) {
        // The list around has closed the item of this command; what it runs joins as commands of their own.
        for (const it of parse(text.slice(start, stop), { errexit: false }, nesting + 1)) {
          out.push({ ...it, from: it.from + start, to: it.to + start });
        }
      }
    }
    return Math.min(i, text.length);
  }
}
