/** What is asked of the calls of a Jenkinsfile again and again. */
import type { Place } from "../../../model/edit.ts";
import type { Field } from "../../../model/facts.ts";
import type { Environment } from "../capabilities.ts";
import type { GroovyArgument, GroovyCall, GroovyNode, GroovyText, GroovyValue } from "./groovy.ts";

/** A `try` whose `catch` lets the run go on: a result that is only written down stops nothing. */
export function swallows(nodes: readonly GroovyNode[], at: number): boolean {
  const next = nodes[at + 1];
  return next?.kind === "call" && next.name === "catch" && !fails(next.body ?? []);
}

/** The status that a script answers is looked at: `if (rc != 0) { error … }`, or the call stands in the condition. */
export function isLookedAt(nodes: readonly GroovyNode[], at: number): boolean {
  const call = nodes[at];
  const before = nodes[at - 1];
  const name =
    before?.kind === "assignment" && before.value.kind === "call" && before.value.call === call
      ? before.name.replace(/^.*\./, "")
      : undefined;
  return nodes.some((one, index) => {
    if (index <= at || call === undefined || one.kind !== "call" || one.name !== "if") return false;
    const asked = one.args.some(
      ({ value }) =>
        (value.from <= call.from && call.from < value.to) ||
        (value.kind === "other" && name !== undefined && value.text.split(/\W+/).includes(name)),
    );
    return asked && fails(one.body ?? nodes.slice(index + 1, index + 2));
  });
}

/** Ends the run. */
function fails(nodes: readonly GroovyNode[]): boolean {
  return nodes.some(
    (one) =>
      one.kind === "call" &&
      (/^(?:error|throw|e|err|ex|exc|exception|failure|(?:\w+\.)*\w*(?:Exception|Error))$/.test(one.name) ||
        fails(one.body ?? [])),
  );
}

export function placeOf(root: Field, { from, to }: { readonly from: number; readonly to: number }): Place {
  return root.part(from, to);
}

/** The first call of that name in a block. */
export function callIn(nodes: readonly GroovyNode[], name: string): GroovyCall | undefined {
  return nodes.find((one): one is GroovyCall => one.kind === "call" && one.name === name);
}

/** The calls in a call's block. */
export function blockOf(call: GroovyCall | undefined): readonly GroovyCall[] {
  return (call?.body ?? []).filter((one): one is GroovyCall => one.kind === "call");
}

export function firstText(call: GroovyCall): string | undefined {
  return textIn(call.args, 0)?.text ?? namedText(call, "name");
}

export function namedText({ args }: GroovyCall, name: string): string | undefined {
  const value = args.find(({ key }) => key === name)?.value;
  return value?.kind === "text" ? value.text : undefined;
}

export function textOf(call: GroovyCall | undefined): GroovyText | undefined {
  return call === undefined ? undefined : textIn(call.args, 0);
}

/** The text among the arguments without a name. */
export function textIn(args: readonly GroovyArgument[], index: number): GroovyText | undefined {
  const value = args.filter(({ key }) => key === undefined)[index]?.value;
  return value?.kind === "text" ? value : undefined;
}

/** Calls among values, those in lists included. */
export function callsIn(args: readonly GroovyArgument[]): readonly GroovyCall[] {
  return args.flatMap(({ value }) =>
    value.kind === "list" ? callsIn(value.items) : value.kind === "call" ? [value.call] : [],
  );
}

export function textsIn(args: readonly GroovyArgument[]): readonly GroovyText[] {
  return args.flatMap(({ value }) =>
    value.kind === "list" ? textsIn(value.items) : value.kind === "text" ? [value] : [],
  );
}

/** Texts that a value surely holds: itself. */
export function textsOf(value: GroovyValue): readonly GroovyText[] {
  return value.kind === "text" ? [value] : [];
}

export function set(args: readonly GroovyArgument[], around: Environment): Environment {
  const own = new Map<string, string>();
  for (const { text } of textsIn(args)) {
    const at = text.indexOf("=");
    if (at > 0) own.set(text.slice(0, at), filled(text.slice(at + 1), around));
  }
  return (name) => own.get(name) ?? around(name);
}

/** Variables that are known, filled in: `${NAME}`, `${env.NAME}`, `$NAME`. */
export function filled(text: string, environment: Environment): string {
  if (!text.includes("$")) return text;
  return text.replace(
    /\$(?:\{(?:env\.)?(\w+)\}|(\w+))/g,
    (whole, braced, bare) => environment(braced ?? bare) ?? whole,
  );
}

export function fillArguments(command: string, args: readonly GroovyArgument[], environment: Environment): string {
  return command.replace(/\{(\w+)\}/g, (_, name: string) => {
    const text = /^\d$/.test(name) ? textIn(args, Number(name)) : undefined;
    const value = args.find(({ key }) => key === name)?.value;
    const found = text ?? (value?.kind === "text" ? value : undefined);
    return found === undefined ? "" : `'${filled(found.text, environment).replaceAll("'", "")}'`;
  });
}

/** Images of a pod that is written as YAML inside of the text. */
export function imagesIn(yaml: GroovyText): readonly GroovyText[] {
  return [...yaml.text.matchAll(/^[ \t-]*image:[ \t]*["']?([^\s"'#]+)/gm)].map((match) => {
    const [whole, text = ""] = match;
    const from = yaml.from + match.index + whole.lastIndexOf(text);
    return yaml.exact ? { ...yaml, text, from, to: from + text.length } : { ...yaml, text };
  });
}
