/**
 * One indirection: `make X`, `task X`, `just X`, `npm run X`, `./scripts/x.sh` run what a file of the workspace says.
 * What is found there counts for the step that calls it, at the place of the call.
 */
import type { Place } from "../../model/edit.ts";
import type { Command, Field } from "../../model/facts.ts";
import { makeRecipe } from "./makefile.ts";
import { realCommands } from "./shell/launchers.ts";
import { afterOptions, programOf } from "./shell/words.ts";
import { type PlacedCommand, parseShell, type ShellCommand, type ShellOptions } from "./shell.ts";

/** The files of the repository, by their path from its root. */
export interface CallableFiles {
  body(path: string): Field | undefined;
  text(path: string): string | undefined;
}

export interface Followed {
  /** What the commands run in the end; the commands themselves are not among them. */
  readonly commands: readonly PlacedCommand[];
  /** What they run and is not in the workspace, so that it is not known what it does. */
  readonly missing: readonly { readonly name: string; readonly place: Place }[];
  /** Calls of a script that does nothing, such as npm's own placeholder for `test`. */
  readonly idle: ReadonlySet<Command>;
}

const MAX_DEPTH = 5;
const MAX_COMMANDS = 2_000;

/** What a call leads to: commands, `missing` when its file is not there, nothing when the command calls no file. */
interface Called {
  readonly key: string;
  readonly commands: readonly ShellCommand[] | undefined;
  /** Where the commands run, and the folder of the file that holds them. */
  readonly directories: readonly string[];
}

/**
 * Follows the calls among a step's commands. `directory` is where the step runs, from the repository's root;
 * `environment` knows variables that a call may name its file or folder by.
 */
export function follow(
  commands: readonly PlacedCommand[],
  directory: string,
  files: CallableFiles,
  environment: (name: string) => string | undefined,
): Followed {
  const found: PlacedCommand[] = [];
  const idle = new Set<Command>();
  const missing: { readonly name: string; readonly place: Place }[] = [];

  for (const [command, directories] of withDirectories(commands, [directory])) {
    const before = found.length;
    const called = visit(command, command, directories, 0, new Set());
    if (called && found.slice(before).every((it) => /^(?:echo|exit|true|:)$/.test(it.words[0] ?? "")))
      idle.add(command);
  }
  return { commands: found, missing, idle };

  function visit(
    origin: PlacedCommand,
    command: Pick<ShellCommand, "words" | "tolerated" | "used">,
    directories: readonly string[],
    depth: number,
    visited: ReadonlySet<string>,
  ): boolean {
    if (depth >= MAX_DEPTH) return false;
    let any = false;
    for (const written of realCommands(command.words)) {
      const words = written.map((it) =>
        it.replace(/\$(?:(\w+)|\{(\w+)\})/g, (whole, a, b) => environment(a ?? b) ?? whole),
      );
      for (const called of callsOf(words, directories, files)) {
        if (called.commands === undefined) {
          // A script that was downloaded a moment ago is not part of the workspace.
          if (!wasFetched(called.key, commands))
            missing.push({ name: called.key.replace(/#$/, ""), place: origin.place });
          continue;
        }
        if (visited.has(called.key)) continue;
        any = true;
        const seen = new Set([...visited, called.key]);
        for (const [inner, where] of withDirectories(called.commands, called.directories)) {
          if (found.length >= MAX_COMMANDS) return any;
          const tolerated = command.tolerated || inner.tolerated;
          const used = command.used || inner.used;
          found.push({ words: inner.words, text: origin.text, place: origin.place, tolerated, used });
          visit(origin, { words: inner.words, tolerated, used }, where, depth + 1, seen);
        }
      }
    }
    return any;
  }
}

/** Each command with the folders it may run in: `cd` is followed where it names one. */
function withDirectories<T extends Pick<ShellCommand, "words">>(
  commands: readonly T[],
  start: readonly string[],
): readonly (readonly [T, readonly string[]])[] {
  let current = start;
  return commands.map((command) => {
    const [program, target] = command.words;
    if ((program === "cd" || program === "pushd") && target !== undefined && !/[$`*]/.test(target)) {
      // From where it stands, or, behind a subshell, from where it began.
      const to = [current[0], start[0]].map((it) => join(it ?? "", target)).filter((it) => it !== undefined);
      current = [...new Set([...to, ...start])];
    }
    return [command, current] as const;
  });
}

function callsOf(words: readonly string[], directories: readonly string[], files: CallableFiles): readonly Called[] {
  const program = programOf(words[0] ?? "");
  const args = words.slice(1);
  switch (program) {
    case "make":
    case "gmake":
      return makeCalls(args, directories, files);
    case "task":
    case "go-task":
      return names(args).map((name) => taskCall(name, directories, files));
    case "just":
      return names(args)
        .slice(0, 1)
        .map((name) => justCall(name, directories, files));
    case "npm":
    case "pnpm":
    case "yarn":
    case "bun":
    case "npm-run-all":
    case "run-s":
    case "run-p":
      return packageCalls(program, args, directories, files);
    case "goreleaser":
      return releaseCall(args, files);
    default:
      return scriptCall(words, directories, files);
  }
}

/** Words that are neither options nor assignments. */
function names(args: readonly string[], values: readonly string[] = []): readonly string[] {
  const found: string[] = [];
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i] ?? "";
    if (word === "--") break;
    if (values.includes(word)) i += 1;
    else if (!word.startsWith("-") && !/^[\w.]+[:+?]?=/.test(word)) found.push(word);
  }
  return found;
}

function valueAfter(args: readonly string[], options: readonly string[]): string | undefined {
  for (const [index, word] of args.entries()) {
    if (options.includes(word)) return args[index + 1];
    const inline = options.find((it) => it.startsWith("--") && word.startsWith(`${it}=`));
    if (inline !== undefined) return word.slice(inline.length + 1);
  }
  return undefined;
}

function makeCalls(args: readonly string[], directories: readonly string[], files: CallableFiles): readonly Called[] {
  const folders = below(directories, valueAfter(args, ["-C", "--directory"]));
  const file = valueAfter(args, ["-f", "--file", "--makefile"]);
  const targets = names(args, ["-C", "--directory", "-f", "--file", "--makefile", "-j", "-o", "-I", "-l"]).filter(
    (it) => !/^\d+$/.test(it),
  );
  const candidates = folders.flatMap((folder) =>
    (file === undefined ? ["Makefile", "makefile", "GNUmakefile"] : [file]).map((it) => join(folder, it)),
  );
  const [path, text] = firstText(candidates, files);
  return (targets.length === 0 ? [""] : targets).map((target) => ({
    key: `${path ?? "Makefile"}#${target}`,
    commands:
      text === undefined
        ? byName(`#${target}`)
        : makeRecipe(text, target, (it) => textAt(join(folderOf(path ?? ""), it), files)),
    directories: [folderOf(path ?? ""), ...directories],
  }));
}

const TASKFILES = [
  "Taskfile.yml",
  "Taskfile.yaml",
  "taskfile.yml",
  "taskfile.yaml",
  "Taskfile.dist.yml",
  "Taskfile.dist.yaml",
];

function taskCall(name: string, directories: readonly string[], files: CallableFiles): Called {
  for (const directory of directories) {
    for (const file of TASKFILES) {
      const path = join(directory, file);
      const body = path === undefined ? undefined : files.body(path);
      if (body === undefined) continue;
      const commands = taskCommands(body, name, new Set());
      return { key: `${path}#${name}`, commands, directories: [directory] };
    }
  }
  return { key: `Taskfile.yml#${name}`, commands: byName(`#${name}`), directories };
}

function taskCommands(body: Field, name: string, visited: Set<string>): readonly ShellCommand[] | undefined {
  const task = body.at("tasks", name);
  if (task.presence === "absent") return undefined;
  if (visited.has(name) || visited.size > 50) return [];
  visited.add(name);
  const needed = task
    .at("deps")
    .writtenItems()
    .map((it) => it.source ?? it.at("task").source);
  const written = task.kind === "map" ? [...oneOrMore(task.at("cmds")), ...oneOrMore(task.at("cmd"))] : oneOrMore(task);
  const called = (next: string) => taskCommands(body, next, visited) ?? [];
  return [
    ...needed.filter((it) => it !== undefined).flatMap(called),
    ...written.flatMap((entry) => {
      const next = entry.at("task").source;
      if (next !== undefined) return called(next);
      const tolerated = entry.at("ignore_error").source === "true";
      const commands = parseShell(entry.source ?? entry.at("cmd").source ?? "");
      return tolerated ? commands.map((it) => ({ ...it, tolerated })) : commands;
    }),
  ];
}

function oneOrMore(field: Field): readonly Field[] {
  return field.kind === "list" ? field.writtenItems() : field.presence === "absent" ? [] : [field];
}

function justCall(name: string, directories: readonly string[], files: CallableFiles): Called {
  const candidates = directories.flatMap((it) => ["justfile", "Justfile", ".justfile"].map((file) => join(it, file)));
  const [path, text] = firstText(candidates, files);
  const key = `${path ?? "justfile"}#${name}`;
  return {
    key,
    commands: text === undefined ? byName(key) : justRecipe(text, name, new Set()),
    directories: [folderOf(path ?? "")],
  };
}

function justRecipe(text: string, name: string, visited: Set<string>): readonly ShellCommand[] | undefined {
  if (visited.has(name) || visited.size > 50) return [];
  visited.add(name);
  const lines = text.split(/\r?\n/);
  const head = lines.findIndex((it) => new RegExp(`^@?${escaped(name)}(?:\\s[^:]*)?:(?!=)`).test(it));
  if (head === -1) return undefined;
  const body: string[] = [];
  for (const line of lines.slice(head + 1)) {
    if (/^\S/.test(line)) break;
    body.push(line.replace(/^(\s*)[@-]+/, "$1"));
  }
  const needs = /:(?!=)([^#]*)/.exec(lines[head] ?? "")?.[1]?.match(/[\w-]+/g) ?? [];
  return [...needs.flatMap((it) => justRecipe(text, it, visited) ?? []), ...parseShell(body.join("\n"))];
}

const RUN = new Set(["run", "run-script", "rum", "urn"]);
/** Commands of the package managers themselves, which never name a script. */
const OWN =
  /^(?:install|i|ci|add|remove|exec|dlx|x|publish|pack|version|audit|config|login|cache|create|init|link|why|list|ls|workspace|workspaces|set|global|outdated|update|up|npm|info|view)$/;

function packageCalls(
  program: string,
  args: readonly string[],
  directories: readonly string[],
  files: CallableFiles,
): readonly Called[] {
  const folders = below(directories, valueAfter(args, ["--prefix", "--cwd", "-C", "--dir"]));
  const words = names(args, ["--prefix", "--cwd", "-C", "--dir", "-w", "--workspace", "-F", "--filter"]);
  const several = /^(?:npm-run-all|run-s|run-p)$/.test(program);
  const [verb, script] = words;
  if (verb === undefined || (!several && OWN.test(verb))) return [];
  const wanted = several ? words : RUN.has(verb) ? [script] : [verb === "t" || verb === "tst" ? "test" : verb];
  const [path, text] = firstText(
    folders.map((it) => join(it, "package.json")),
    files,
  );
  const scripts = text === undefined ? undefined : scriptsOf(text);
  if (scripts === undefined) return [];
  return wanted.flatMap((name) => {
    if (name === undefined) return [];
    const matches = (key: string) => (name.endsWith("*") ? key.startsWith(name.slice(0, -1)) : key === name);
    return [...scripts.keys()].filter(matches).map((key): Called => {
      const parts = [`pre${key}`, key, `post${key}`].map((it) => scripts.get(it)).filter((it) => it !== undefined);
      const commands = parts.flatMap((it) => parseShell(it, { errexit: false }));
      return { key: `${path}#${key}`, commands, directories: [folderOf(path ?? "")] };
    });
  });
}

function scriptsOf(text: string): ReadonlyMap<string, string> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const scripts = typeof json === "object" && json !== null && "scripts" in json ? json.scripts : undefined;
  if (typeof scripts !== "object" || scripts === null) return undefined;
  return new Map(Object.entries(scripts).filter((it): it is [string, string] => typeof it[1] === "string"));
}

const RELEASE_CONFIGS = [".goreleaser.yml", ".goreleaser.yaml", "goreleaser.yml", "goreleaser.yaml"];

/** GoReleaser builds images, and publishes them, where its configuration describes some. */
function releaseCall(args: readonly string[], files: CallableFiles): readonly Called[] {
  const named = valueAfter(args, ["-f", "--config"]);
  const [verb = "release"] = names(args, ["-f", "--config", "--skip", "-p", "--parallelism", "--timeout"]);
  for (const path of verb === "release" ? (named === undefined ? RELEASE_CONFIGS : [named]) : []) {
    const body = files.body(path);
    if (body === undefined) continue;
    const described = ["dockers", "dockers_v2", "kos"].some((key) => body.at(key).writtenItems().length > 0);
    const skipped = args.some((it) => /\b(?:docker|ko)\b/.test(it));
    const held = args.some((it) => /^--(?:snapshot|skip-publish)|\bpublish\b/.test(it));
    const snapshot = held ? " --snapshot" : "";
    const signed = body.at("docker_signs").writtenItems().length > 0 && !args.some((it) => /\bsign\b/.test(it));
    const lines = [`goreleaser images${snapshot}`, ...(signed ? [`goreleaser signs${snapshot}`] : [])];
    const commands = parseShell(described && !skipped ? lines.join("\n") : "");
    return [{ key: path, commands, directories: [""] }];
  }
  return [];
}

/** Leading variables and expressions that stand for the repository's root, or for a script's own folder. */
const ROOT = /^(?:\$\{\{[^}]*\}\}|\$\([^)]*\)|\$\{?\w+\}?)\//;

function scriptCall(words: readonly string[], directories: readonly string[], files: CallableFiles): readonly Called[] {
  const program = programOf(words[0] ?? "");
  const shell = /^(?:(?:ba|z|da|k)?sh|source|\.|pwsh|powershell)$/.test(program);
  const at = shell ? afterOptions(words, 1, ["-o", "-O", "--rcfile"]) : 0;
  const written = words[at];
  if (
    written === undefined ||
    (!shell && !written.includes("/")) ||
    (shell && words.some((it) => /^-[a-z]*c$/i.test(it)))
  )
    return [];
  const path = written.replace(ROOT, "");
  if (/[$`*<>{}]/.test(path) || path.startsWith("/")) return [];
  const named = /\.(?:sh|bash|ps1)$/.test(path);
  if (!named && /\.\w{1,5}$/.test(path)) return [];
  const folders = ROOT.test(written) ? [...directories, ""] : directories;
  const [found, text] = firstText(
    folders.map((it) => join(it, path)),
    files,
  );
  if (text === undefined) {
    const ours = named && /^\.{0,2}\/?[\w.-]+\//.test(path);
    return ours ? [{ key: path, commands: undefined, directories }] : [];
  }
  const shebang = /^#!.*/.exec(text)?.[0];
  if (shebang !== undefined && !/\b(?:ba|z|da|k|a)?sh\b|pwsh/.test(shebang)) return [];
  const options: ShellOptions = {
    errexit: /\s-\w*e/.test(shebang ?? "") || words.slice(1, at).some((it) => /^-\w*e/.test(it)),
  };
  const own = folderOf(found ?? "");
  return [
    { key: found ?? path, commands: parseShell(text, options), directories: [...new Set([...directories, own, ""])] },
  ];
}

/** Targets which everybody means the same by: none of them builds an image or deploys. */
const PLAIN = /#(?:(?<test>(?:unit-?)?tests?(?:-unit)?)|lint|fmt|format|vet|clean|deps|vendor|tidy|coverage)$/;

/** What a target of a file that is not here does, as far as its name tells. */
function byName(key: string): readonly ShellCommand[] | undefined {
  const plain = PLAIN.exec(key);
  return plain === null ? undefined : parseShell(plain.groups?.["test"] === undefined ? "" : "by-name test");
}

function wasFetched(path: string, commands: readonly Command[]): boolean {
  const name = path.split("/").at(-1) ?? path;
  return commands.some(
    (it) => /^(?:curl|wget|gh|git|aws|gsutil|tar|unzip)$/.test(programOf(it.words[0] ?? "")) && it.text.includes(name),
  );
}

function firstText(
  paths: readonly (string | undefined)[],
  files: CallableFiles,
): readonly [string | undefined, string | undefined] {
  for (const path of paths) {
    const text = textAt(path, files);
    if (text !== undefined) return [path, text];
  }
  return [undefined, undefined];
}

function textAt(path: string | undefined, files: CallableFiles): string | undefined {
  return path === undefined ? undefined : files.text(path);
}

function below(directories: readonly string[], folder: string | undefined): readonly string[] {
  if (folder === undefined) return directories;
  return directories.map((it) => join(it, folder)).filter((it) => it !== undefined);
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

/** Joins paths from the root; `undefined` for what lies outside, or is absolute. */
export function join(folder: string, path: string): string | undefined {
  const relative = path.replace(ROOT, "");
  if (relative.startsWith("/")) return undefined;
  const parts: string[] = [];
  for (const part of `${ROOT.test(path) ? "" : folder}/${relative}`.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else parts.push(part);
  }
  return parts.join("/");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
