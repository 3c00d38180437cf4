/** The command line: pushes files, prints, sets the exit status. Data goes to stdout, messages to stderr. */
import { statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { DIMENSIONS, type Dimension, isDimension, isLevel, type Level } from "../../model/kmm.ts";
import { PRACTICES } from "../../model/practices.ts";
import { SOURCES } from "../../model/sources.ts";
import { say, type Texts } from "../../model/text/texts.ts";
import type { Root } from "../engine/layout.ts";
import { type Change, type Snapshot, Workspace } from "../engine/workspace.ts";
import { explain } from "../features/explain.ts";
import { practiceTable } from "../features/practice-table.ts";
import { buildReport } from "../features/report.ts";
import type { Report } from "../features/report-contract.ts";
import { DEFAULT_MAX_FILE_SIZE_KB, readText, rootAt, walk } from "../host/node-files.ts";
import { languageOf, loadTexts } from "../host/texts.ts";
import { uriOfPath } from "../host/uris.ts";
import { printGrid } from "./print.ts";

/** 0 done; 1 a gate was not met; 2 the call or a configuration file is wrong; 3 an internal error. */
export type ExitCode = 0 | 1 | 2 | 3;

export interface CliHost {
  readonly version: string;
  /** Where the bundles and texts are. */
  readonly folder: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly locale: string | undefined;
  readonly columns: number;
  readonly colour: boolean;
  /** Starts the language server on this process's streams; settles when it ends. */
  readonly serve: () => Promise<void>;
}

class UsageError extends Error {}

interface Gates {
  readonly all: Level | undefined;
  readonly byDimension: ReadonlyMap<Dimension, Level>;
}

interface CheckOptions {
  readonly format: "grid" | "json";
  readonly output?: string;
  readonly target?: Gates;
  readonly failBelow?: Gates;
  readonly lang?: "en" | "sv";
  readonly strict?: boolean;
}

export async function main(args: readonly string[], host: CliHost): Promise<ExitCode> {
  let exit: ExitCode = 0;
  const program = new Command("kmm")
    .description("Names the level of the Kubernetes Maturity Model that files reflect, and the step that comes next.")
    .version(host.version)
    .exitOverride()
    .configureOutput({ writeOut: host.out, writeErr: host.err })
    .showHelpAfterError("(run with --help for what can be said)");
  program
    .command("check")
    .description("judge files and folders, and print the report")
    .argument("[path...]", "files or folders", ["."])
    .addOption(new Option("--format <format>", "what to print").choices(["grid", "json"]).default("grid"))
    .option("--output <file>", "write to a file instead of standard output")
    .option("--target <levels>", "target: a level, or dimension=level,…", gates)
    .option("--fail-below <levels>", "exit with 1 when a level is lower: a level, or dimension=level,…", gates)
    .option("--strict", "gate on the strict levels")
    .addOption(language())
    .action((paths: string[], options: CheckOptions) => {
      exit = check(paths, options, host);
    });
  program
    .command("practices")
    .description("list all practices by cell")
    .addOption(new Option("--format <format>", "what to print").choices(["table", "json"]).default("table"))
    .addOption(language())
    .action((options: { format: "table" | "json"; lang?: "en" | "sv" }) =>
      host.out(practiceTable(PRACTICES, SOURCES, textsFor(options, host), options.format)),
    );
  program
    .command("explain")
    .description("explain a practice")
    .argument("<practice>", "its id, such as security/run-as-non-root")
    .addOption(language())
    .action((id: string, options: { lang?: "en" | "sv" }) => host.out(explainOne(id, textsFor(options, host))));
  program
    .command("lsp")
    .description("serve the Language Server Protocol")
    .option("--stdio", "on standard input and output (the only way)")
    .action(() => host.serve());
  try {
    await program.parseAsync([...args], { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UsageError) {
      host.err(`${error.message}\n`);
      return 2;
    }
    host.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 3;
  }
}

function language(): Option {
  return new Option("--lang <language>", "language of the texts").choices(["en", "sv"]);
}

function textsFor(options: { readonly lang?: "en" | "sv" }, host: CliHost): Texts {
  return loadTexts(host.folder, options.lang ?? languageOf(host.locale));
}

/** `3`, or `security=3,architecture=2`. */
function gates(text: string): Gates {
  const byDimension = new Map<Dimension, Level>();
  let all: Level | undefined;
  for (const part of text.split(",").map((one) => one.trim())) {
    const [left, right] = part.includes("=") ? part.split("=") : [undefined, part];
    const level = Number(right);
    if (!isLevel(level)) throw new InvalidArgumentError(`"${right}" is not a level from 1 to 5.`);
    if (left === undefined) all = level;
    else if (isDimension(left)) byDimension.set(left, level);
    else throw new InvalidArgumentError(`"${left}" is none of ${DIMENSIONS.join(", ")}.`);
  }
  return { all, byDimension };
}

function check(paths: readonly string[], options: CheckOptions, host: CliHost): ExitCode {
  const texts = textsFor(options, host);
  const snapshot = read(paths, options);
  const problems = configErrors(snapshot, texts);
  if (problems.length > 0) {
    host.err(`${problems.join("\n")}\n`);
    return 2;
  }
  const report = buildReport(snapshot, { texts, version: host.version });
  write(
    options.format === "json"
      ? `${JSON.stringify(report, null, 2)}\n`
      : printGrid(report, { texts, colour: host.colour && options.output === undefined, width: host.columns }),
    options,
    host,
  );
  for (const error of snapshot.errors) host.err(`${error.practice}: ${error.message}\n`);
  const failures = failed(report, options, texts);
  if (failures.length > 0) host.err(`${failures.join("\n")}\n`);
  return failures.length > 0 ? 1 : 0;
}

function read(paths: readonly string[], options: CheckOptions): Snapshot {
  const targets = paths.map((path) => target(path));
  const roots: Root[] = [];
  for (const one of targets) if (!roots.some((root) => root.uri === one.root.uri)) roots.push(one.root);
  const workspace = new Workspace({
    practices: PRACTICES,
    roots,
    today: new Date().toISOString().slice(0, 10),
    ...(options.target === undefined
      ? {}
      : { targets: Object.fromEntries(DIMENSIONS.flatMap((dimension) => levelFor(options.target, dimension))) }),
  });
  const disk = { exclude: [], maxFileSizeKb: DEFAULT_MAX_FILE_SIZE_KB };
  return workspace.apply(
    targets.flatMap((one): readonly Change[] =>
      one.file === undefined ? [...walk(one.folder, disk)].flatMap((change) => change ?? []) : [one.file],
    ),
  );
}

function levelFor(gates: Gates | undefined, dimension: Dimension): readonly (readonly [Dimension, Level])[] {
  const level = gates?.byDimension.get(dimension) ?? gates?.all;
  return level === undefined ? [] : [[dimension, level]];
}

/** A folder is walked; a file is looked at alone. */
function target(path: string) {
  const full = resolve(path);
  let isFolder: boolean;
  try {
    isFolder = statSync(full).isDirectory();
  } catch {
    throw new UsageError(`${path}: there is no such file or folder.`);
  }
  if (isFolder) return { folder: full, root: rootAt(full), file: undefined };
  const folder = dirname(full);
  const text = readText(full, DEFAULT_MAX_FILE_SIZE_KB * 1024);
  const uri = uriOfPath(full);
  return {
    folder,
    root: rootAt(folder, false),
    file: typeof text === "string" ? { uri, text } : { uri, notRead: text.reason },
  };
}

/** Errors in `.kmm.yaml`, each with file, line and column. */
function configErrors(snapshot: Snapshot, texts: Texts): string[] {
  return [...snapshot.outcomes.configs.values()].flatMap(({ problems, uri }) =>
    problems
      .filter((problem) => problem.severity === "error")
      .map((problem) => {
        const { start } = snapshot.rangeOf(problem.place);
        return `${snapshot.files.get(uri ?? "")?.path ?? ".kmm.yaml"}:${start.line + 1}:${start.character + 1}: ${say(texts, problem.key, problem.args)}`;
      }),
  );
}

function write(text: string, options: CheckOptions, host: CliHost): void {
  if (options.output === undefined) {
    host.out(text);
    return;
  }
  try {
    writeFileSync(options.output, text);
  } catch (error) {
    throw new UsageError(`${options.output}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Levels below the gate. Without evidence a dimension fails only a gate that names it. */
function failed(report: Report, options: CheckOptions, texts: Texts): string[] {
  const gate = options.failBelow;
  if (gate === undefined) return [];
  return report.dimensions.flatMap((dimension) => {
    const named = gate.byDimension.get(dimension.id);
    const wanted = named ?? gate.all;
    const level = options.strict === true ? dimension.strictLevel : dimension.level;
    if (wanted === undefined || (level === null && named === undefined) || (level ?? 0) >= wanted) return [];
    return [say(texts, "gate.failed", { dimension: texts.dimensions[dimension.id].name, level: level ?? "–", wanted })];
  });
}

function explainOne(id: string, texts: Texts): string {
  const practice = PRACTICES.find((one) => one.id === id);
  if (practice !== undefined) return explain(practice, texts, SOURCES[practice.id] ?? { references: [] });
  const near = PRACTICES.filter((one) => one.id.includes(id) || one.id.endsWith(`/${id}`)).map((one) => one.id);
  throw new UsageError(
    `${say(texts, "explain.unknown", { practice: id })}${near.length > 0 ? ` ${say(texts, "explain.near", { practices: near.slice(0, 5).join(", ") })}` : ""}`,
  );
}
