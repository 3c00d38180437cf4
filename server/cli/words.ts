/** What the library for arguments says of its own accord, in the language of the call. */
import { type Argument, type Command, type CommanderError, Help, type Option } from "commander";
import { say, type Texts } from "../../model/text/texts.ts";

/** Its sentences, each with the key of ours; what is captured goes into the holes {one}, {two} and {three}. */
const ERRORS: readonly (readonly [sentence: RegExp, key: string])[] = [
  [/^error: unknown command '(.*)'/, "cli.unknownCommand"],
  [/^error: unknown option '(.*)'/, "cli.unknownOption"],
  [/^error: missing required argument '(.*)'/, "cli.missingArgument"],
  [/^error: option '(.*)' argument missing/, "cli.missingValue"],
  [/^error: option '(.*?)' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s, "cli.noChoice"],
  [/^error: option '(.*?)' argument '(.*)' is invalid\. (.*)$/s, "cli.badValue"],
  [/^error: too many arguments/, "cli.tooMany"],
];

export function errorText({ message }: CommanderError, texts: Texts): string {
  const near = /\(Did you mean (?:one of )?(.*)\?\)/.exec(message)?.[1];
  const [said] = ERRORS.flatMap(([sentence, key]) => {
    const found = sentence.exec(message);
    return found === null ? [] : [say(texts, key, { one: found[1] ?? "", two: found[2] ?? "", three: found[3] ?? "" })];
  });
  return [
    said ?? message,
    ...(near === undefined ? [] : [say(texts, "explain.near", { practices: near })]),
    say(texts, "cli.hint"),
  ].join("\n");
}

/** Titles, usage and remarks of the help; the descriptions are handed over in the right language. */
export function helpIn(texts: Texts): Partial<Help> {
  const plain = new Help();
  return {
    styleTitle: (title) => say(texts, `cli.title.${title.replace(/:$/, "")}`),
    commandUsage: (command: Command) => inWords(plain.commandUsage(command), texts),
    subcommandTerm: (command: Command) => inWords(plain.subcommandTerm(command), texts),
    argumentDescription: (argument: Argument) => argument.description,
    optionDescription: ({ description, argChoices, defaultValue }: Option) => {
      const remarks = [
        ...(argChoices === undefined ? [] : [say(texts, "cli.choices", { choices: argChoices.join(", ") })]),
        ...(defaultValue === undefined ? [] : [say(texts, "cli.default", { value: String(defaultValue) })]),
      ];
      return remarks.length === 0 ? description : `${description} (${remarks.join("; ")})`;
    },
  };
}

function inWords(usage: string, texts: Texts): string {
  return usage.replace("[options]", say(texts, "cli.options")).replace("[command]", say(texts, "cli.command"));
}
