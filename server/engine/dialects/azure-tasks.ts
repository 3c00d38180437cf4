/** Tasks of Azure Pipelines that run a script or a program which their inputs name. */
import type { Field } from "../../../model/facts.ts";
import { argumentsOf, commandsOfReference } from "../capabilities.ts";
import { programOf } from "../shell/words.ts";
import type { PlacedCommand } from "../shell.ts";
import { MACROS } from "./azure-values.ts";
import { saying } from "./expanded.ts";
import { isTrue, readAround, textOf } from "./written.ts";

/** Each name is that of an input; a text in quotes stands for itself. */
interface ProgramTask {
  readonly task: RegExp;
  readonly words: readonly string[];
}

/** Inputs that hold the path of a script, and what is handed to it. */
const SCRIPTS: readonly { readonly task: RegExp; readonly path: string }[] = [
  { task: /^(?:bash|powershell)$/, path: "filePath" },
  { task: /^(?:azurecli|azurepowershell|shellscript|sqltoolsscript)$/, path: "scriptPath" },
  { task: /^(?:batchscript|cmdline)$/, path: "filename" },
];

const PROGRAMS: readonly ProgramTask[] = [
  { task: /^kubernetes$/, words: ["'kubectl'", "command", "arguments"] },
  { task: /^helmdeploy$/, words: ["'helm'", "command", "chartPath", "arguments"] },
  { task: /^npm$/, words: ["'npm'", "customCommand"] },
  { task: /^yarn$/, words: ["'yarn'", "arguments"] },
  { task: /^maven$/, words: ["'mvn'", "goals", "options"] },
  { task: /^gradle$/, words: ["'gradle'", "tasks", "options"] },
  { task: /^go$/, words: ["'go'", "command", "arguments"] },
  { task: /^dockercompose$/, words: ["'docker-compose'", "dockerComposeCommand"] },
  { task: /^dotnetcorecli$/, words: ["'dotnet'", "custom", "arguments"] },
];

/** What the lexicon knows of a task by its own inputs is not said twice. */
const KNOWN: Readonly<Record<string, RegExp>> = { helmdeploy: /^(?:upgrade|install|lint)$/i, kubernetes: /^apply$/i };

/** Scripts of tasks go on behind a command that fails, unless they say otherwise. */
const OPTIONS = { errexit: false };

/** The commands that a task runs; `task` is its reference, with a version. */
export function commandsOfTask(task: Field, inputs: Field): readonly PlacedCommand[] {
  const name = (task.source ?? "").trim().replace(/@.*$/s, "").toLowerCase();
  const script = SCRIPTS.find((it) => it.task.test(name));
  const path = script === undefined ? inputs : input(inputs, script.path);
  const written = script === undefined ? undefined : textOf(path);
  const wanted = textOf(input(inputs, "targetType")) ?? textOf(input(inputs, "scriptLocation")) ?? "";
  const inFile = !/^inline/i.test(wanted) && (written !== undefined || /path|file/i.test(wanted));
  if (inFile && written !== undefined) {
    const rest = argumentsOf(textOf(input(inputs, "arguments")) ?? "");
    return [placed([/\.ps1$/i.test(written) ? "pwsh" : "bash", written, ...rest], path)];
  }
  // A group of tasks is known by its first name: `AzureCLI`, `AzurePowerShell`.
  const inline = readAround(inputs, MACROS, (it) => commandsOfReference("task", task, it, OPTIONS));
  if (inline.length > 0) return inline;
  const program = PROGRAMS.find((it) => it.task.test(name));
  if (program === undefined || KNOWN[name]?.test(textOf(input(inputs, "command")) ?? "apply") === true) return [];
  const words = program.words.flatMap((it) =>
    it.startsWith("'") ? [it.slice(1, -1)] : argumentsOf(textOf(input(inputs, it)) ?? ""),
  );
  if (isTrue(input(inputs, "useConfigurationFile")))
    words.push("-f", textOf(input(inputs, "configuration")) ?? textOf(input(inputs, "inline")) ?? "");
  return words.length > 1 && programOf(words[0] ?? "") !== "" ? [placed(words, saying(task, words.join(" ")))] : [];
}

/** Inputs have no case. */
export function input(inputs: Field, name: string): Field {
  const own = inputs.at(name);
  if (own.presence !== "absent") return own;
  const lower = name.toLowerCase();
  return inputs.writtenEntries().find(([key]) => key.toLowerCase() === lower)?.[1] ?? own;
}

function placed(words: readonly string[], field: Field): PlacedCommand {
  return { words, text: words.join(" "), place: field.place, tolerated: false, used: false };
}

/** Tasks from the marketplace, as far as their names tell: all others come with Azure Pipelines. */
const FOREIGN =
  /\.|^(?:sonar|snyk|trivy|aqua|whitesource|mend|gitversion|gittools|replacetokens|terraform|veracode|checkmarx|prisma|twistcli|gitleaks|jfrog|artifactory|octopus|yarn$|colorizer|sops|slack)/i;

export function isOwnTask(name: string): boolean {
  return !FOREIGN.test(name);
}
