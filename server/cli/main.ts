/** The command line: pushes files, prints, sets the exit status. Data goes to stdout, messages to stderr. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { PRACTICES } from "../../model/practices.ts";
import { SOURCES } from "../../model/sources.ts";
import { LANGUAGES, type Language, say, type Texts } from "../../model/text/texts.ts";
import { nearest } from "../engine/nearest.ts";
import type { Snapshot } from "../engine/workspace.ts";
import { explain } from "../features/explain.ts";
import { practiceTable } from "../features/practice-table.ts";
import { problemsOf } from "../features/problems.ts";
import { environmentNames, renderedViews } from "../features/render.ts";
import { buildReport } from "../features/report.ts";
import type { Report } from "../features/report-contract.ts";
import { readPage } from "../host/pages.ts";
import { languageOf, loadTexts } from "../host/texts.ts";
import { type Levels, levelFor, readLevels } from "./levels.ts";
import { printGrid } from "./print.ts";
import { read } from "./read.ts";
import { asJson, asYaml } from "./render.ts";
import { codeOf, UsageError } from "./usage.ts";
import { errorText, helpIn } from "./words.ts";

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

interface CheckOptions {
  readonly format: "grid" | "json";
  readonly output?: string;
  readonly target?: Levels;
  readonly failBelow?: Levels;
  readonly strict?: boolean;
  /** Commander makes `true` of what was not said. */
  readonly helm: string | boolean;
}

export async function main(args: readonly string[], host: CliHost): Promise<ExitCode> {
  let exit: ExitCode = 0;
  let texts: Texts | undefined;
  try {
    const words = loadTexts(host.folder, languageIn(args) ?? languageOf(host.locale));
    texts = words;
    const program = programIn(words, host, (code) => {
      exit = code;
    });
    await program.parseAsync([...args], { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (texts !== undefined && error.code !== "commander.help") host.err(`${errorText(error, texts)}\n`);
      return 2;
    }
    if (error instanceof UsageError) {
      host.err(`${error.message}\n`);
      return 2;
    }
    host.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 3;
  }
}

function programIn(texts: Texts, host: CliHost, exit: (code: ExitCode) => void): Command {
  const levels = (text: string) => readLevels(text, texts);
  const format = (...choices: string[]) =>
    new Option("--format <format>", say(texts, "cli.format")).choices(choices).default(choices[0]);
  const language = () => new Option("--lang <language>", say(texts, "cli.lang")).choices(LANGUAGES);
  const program = new Command("kmm")
    .description(say(texts, "cli.description"))
    .version(host.version, "-V, --version", say(texts, "cli.version"))
    .helpOption("-h, --help", say(texts, "cli.help"))
    .helpCommand(say(texts, "cli.helpCommand"), say(texts, "cli.help"))
    .configureHelp(helpIn(texts))
    .exitOverride()
    .configureOutput({
      writeOut: host.out,
      writeErr: host.err,
      outputError: () => {},
      getOutHelpWidth: () => host.columns,
      getErrHelpWidth: () => host.columns,
    });
  program
    .command("check")
    .description(say(texts, "cli.check"))
    .argument("[path...]", say(texts, "cli.paths"), ["."])
    .addOption(format("grid", "json"))
    .option("--output <file>", say(texts, "cli.output"))
    .option("--target <levels>", say(texts, "cli.target"), levels)
    .option("--fail-below <levels>", say(texts, "cli.failBelow"), levels)
    .option("--strict", say(texts, "cli.strict"))
    .option("--helm <program>", say(texts, "cli.helm"))
    .option("--no-helm", say(texts, "cli.noHelm"))
    .addOption(language())
    .action(async (paths: string[], options: CheckOptions) => exit(await check(paths, options, texts, host)));
  program
    .command("render")
    .description(say(texts, "cli.render"))
    .argument("[path]", say(texts, "cli.path"), ".")
    .option("--environment <name>", say(texts, "cli.environment"))
    .option("--helm <program>", say(texts, "cli.helm"))
    .option("--no-helm", say(texts, "cli.noHelm"))
    .addOption(format("yaml", "json"))
    .addOption(language())
    .action(async (path: string, options: RenderOptions) => exit(await render(path, options, texts, host)));
  program
    .command("practices")
    .description(say(texts, "cli.practices"))
    .addOption(format("table", "json"))
    .addOption(language())
    .action((options: { format: "table" | "json" }) =>
      host.out(practiceTable(PRACTICES, SOURCES, texts, options.format)),
    );
  program
    .command("explain")
    .description(say(texts, "cli.explain"))
    .argument("<practice>", say(texts, "cli.practice"))
    .addOption(language())
    .action((id: string) => host.out(explainOne(id, texts, host.folder)));
  program
    .command("lsp")
    .description(say(texts, "cli.lsp"))
    .option("--stdio", say(texts, "cli.stdio"))
    .action(() => host.serve());
  return program;
}

/** The language that is asked for, before anything else is read: errors and help are in it as well. */
function languageIn(args: readonly string[]): Language | undefined {
  const at = args.findLastIndex((arg) => arg === "--lang" || arg.startsWith("--lang="));
  const asked = args[at] === "--lang" ? args[at + 1] : args[at]?.slice("--lang=".length);
  return LANGUAGES.find((one) => one === asked);
}

function targetOf({ target }: CheckOptions) {
  return target === undefined ? {} : { target };
}

function programOf({ helm }: { readonly helm: string | boolean }): string | false | undefined {
  if (typeof helm === "boolean") return helm ? undefined : false;
  return /[\\/]/.test(helm) ? resolve(helm) : helm;
}

interface RenderOptions {
  readonly environment?: string;
  readonly helm: string | boolean;
  readonly format: "yaml" | "json";
}

async function render(path: string, options: RenderOptions, texts: Texts, host: CliHost): Promise<ExitCode> {
  const snapshot = await read([path], { applied: true, helm: programOf(options) }, texts);
  const { environment } = options;
  const names = environmentNames(snapshot);
  const views = renderedViews(snapshot, environment);
  if (environment !== undefined && views.length === 0 && !names.includes(environment)) {
    const key = names.length === 0 ? "render.noEnvironments" : "render.noEnvironment";
    throw new UsageError(say(texts, key, { environment, names: names.join(", ") }));
  }
  host.out(options.format === "json" ? asJson(views) : asYaml(views));
  for (const notice of buildNotices(snapshot, texts)) host.err(`${notice}\n`);
  return 0;
}

/** What could not be rendered, each with its file and line. */
function buildNotices(snapshot: Snapshot, texts: Texts): readonly string[] {
  return [...snapshot.files.values()].flatMap((entry) =>
    problemsOf(snapshot, entry)
      .filter(({ code }) => code === "kmm/render")
      .map(({ range, key, args }) => `${entry.path}:${range.start.line + 1}: ${say(texts, key, args)}`),
  );
}

async function check(paths: readonly string[], options: CheckOptions, texts: Texts, host: CliHost): Promise<ExitCode> {
  const snapshot = await read(paths, { ...targetOf(options), helm: programOf(options) }, texts);
  const problems = configProblems(snapshot, texts);
  for (const { text } of problems) host.err(`${text}\n`);
  if (problems.some(({ isError }) => isError)) return 2;
  const report = buildReport(snapshot, { texts, version: host.version });
  write(
    options.format === "json"
      ? `${JSON.stringify(report, null, 2)}\n`
      : printGrid(report, { texts, colour: host.colour && options.output === undefined, width: host.columns }),
    options,
    texts,
    host,
  );
  for (const error of snapshot.errors) host.err(`${error.practice}: ${error.message}\n`);
  const failures = failed(report, options, texts);
  if (failures.length > 0) host.err(`${failures.join("\n")}\n`);
  return failures.length > 0 ? 1 : 0;
}

/** What is wrong in `.kmm.yaml`, each with file, line and column. */
function configProblems(snapshot: Snapshot, texts: Texts) {
  return [...snapshot.outcomes.configs.values()].flatMap(({ problems, uri }) =>
    problems.map((problem) => {
      const { start } = snapshot.rangeOf(problem.place);
      const path = snapshot.files.get(uri ?? "")?.path ?? ".kmm.yaml";
      return {
        isError: problem.severity === "error",
        text: `${path}:${start.line + 1}:${start.character + 1}: ${say(texts, problem.key, problem.args)}`,
      };
    }),
  );
}

function write(text: string, options: CheckOptions, texts: Texts, host: CliHost): void {
  if (options.output === undefined) {
    host.out(text);
    return;
  }
  try {
    writeFileSync(options.output, text);
  } catch (error) {
    throw new UsageError(say(texts, "cli.cannotWrite", { path: options.output, code: codeOf(error) }));
  }
}

/** Levels below the gate. Without evidence a dimension fails only a gate that names it. */
function failed(report: Report, options: CheckOptions, texts: Texts): string[] {
  const gate = options.failBelow;
  if (gate === undefined) return [];
  return report.dimensions.flatMap((dimension) => {
    const named = gate.byDimension.has(dimension.id);
    const wanted = levelFor(gate, dimension.id);
    const level = options.strict === true ? dimension.strictLevel : dimension.level;
    if (wanted === undefined || (level === null && !named) || (level ?? 0) >= wanted) return [];
    const { name } = texts.dimensions[dimension.id];
    return [
      level === null
        ? say(texts, "gate.noEvidence", { dimension: name, wanted })
        : say(texts, options.strict === true ? "gate.failedStrictly" : "gate.failed", {
            dimension: name,
            level,
            wanted,
          }),
    ];
  });
}

function explainOne(id: string, texts: Texts, folder: string): string {
  const practice = PRACTICES.find((one) => one.id === id);
  if (practice !== undefined)
    return (
      readPage(folder, practice.id, texts.language) ??
      explain(practice, texts, SOURCES[practice.id] ?? { references: [] })
    );
  const near = practicesNear(id);
  throw new UsageError(
    [
      say(texts, "explain.unknown", { practice: id }),
      ...(near.length > 0 ? [say(texts, "explain.near", { practices: near.join(", ") })] : []),
      say(texts, "explain.all"),
    ].join("\n"),
  );
}

/** Those that hold what was said, else the one that it was probably meant to be, with or without its dimension. */
function practicesNear(id: string): readonly string[] {
  const ids = PRACTICES.map((one) => one.id);
  const holding = id === "" ? [] : ids.filter((one) => one.includes(id)).slice(0, 5);
  if (holding.length > 0) return holding;
  const nameOf = (one: string) => one.slice(one.indexOf("/") + 1);
  const name = nearest(nameOf(id), ids.map(nameOf));
  const whole = nearest(id, ids);
  return whole === undefined ? ids.filter((one) => nameOf(one) === name) : [whole];
}
