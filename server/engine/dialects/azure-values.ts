/** What expressions, directives and variables of Azure Pipelines make of a file: `${{ if }}`, `${{ each }}`, `$(name)`. */
import type { Field } from "../../../model/facts.ts";
import { evaluate, isField, type Names, textOfValue, truthOf, UNKNOWN, type Value } from "./azure-expressions.ts";
import { type Expansion, expanded, type Filled, fillIn } from "./expanded.ts";
import { isAbsent, textOf } from "./written.ts";

/** The value of a variable, by its name in small letters. */
export type Variables = (name: string) => Field | undefined;

export interface Scope {
  readonly parameters: (name: string) => Value | undefined;
  readonly variables: Variables;
  readonly loops: ReadonlyMap<string, Value>;
  /** How much may still be written out; loops may hold loops. */
  readonly budget: { left: number };
}

const OPEN = "${{";
const CLOSE = "}}";
const DIRECTIVE = /^\$\{\{\s*(if|elseif|else|each|insert)\b\s*(.*?)\s*\}\}$/s;
const WHOLE = /^\s*\$\{\{((?:(?!\}\}|\$\{\{).)*)\}\}\s*$/s;
const EACH = /^([A-Za-z_]\w*)\s+in\s+(.+)$/s;

function namesIn(scope: Scope): Names {
  return {
    root: (name) => scope.loops.get(name) ?? UNKNOWN,
    below: (name, key) => {
      if (scope.loops.has(name)) return undefined;
      if (name === "parameters") return scope.parameters(key) ?? UNKNOWN;
      return name === "variables" ? (scope.variables(key.toLowerCase()) ?? UNKNOWN) : UNKNOWN;
    },
  };
}

/** A file as it is once its expressions are evaluated. */
export function expansionOf(scope: Scope): Expansion {
  const names = namesIn(scope);
  const value = (expression: string) => textOfValue(evaluate(expression, names));
  const markers = [{ open: OPEN, close: CLOSE, value }];
  const self: Expansion = {
    fill: (text) => (text.includes(OPEN) ? fillIn(text, markers) : undefined),
    whole: (text) => {
      const expression = text.includes(OPEN) ? WHOLE.exec(text)?.[1] : undefined;
      const found = expression === undefined ? UNKNOWN : evaluate(expression.trim(), names);
      return isField(found) && found.presence !== "absent" ? found : undefined;
    },
    items: (list) => itemsOf(list, scope, self),
    entries: (map) => entriesOf(map, scope, self),
  };
  return self;
}

type Item = readonly [Field, Expansion];
type Entry = readonly [string, Field, Expansion];

function itemsOf(list: Field, scope: Scope, own: Expansion): readonly Item[] {
  const chosen = new Choice(scope);
  return list.writtenItems().flatMap((item): readonly Item[] => {
    scope.budget.left -= 1;
    if (scope.budget.left < 0) return [];
    const whole = item.kind === "scalar" ? own.whole(item.source ?? "") : undefined;
    if (whole?.kind === "list") return whole.writtenItems().map((it) => [it, NOTHING]);
    const [first, ...others] = item.writtenEntries();
    const directive = first === undefined || others.length > 0 ? null : DIRECTIVE.exec(first[0]);
    if (first === undefined || directive === null) {
      chosen.end();
      return [[item, own]];
    }
    return chosen.scopes(directive).flatMap((inner): readonly Item[] => {
      const expansion = inner === scope ? own : expansionOf(inner);
      const value = first[1];
      if (value.kind === "list") return itemsOf(value, inner, expansion);
      const handed = value.kind === "scalar" ? expansion.whole(value.source ?? "") : undefined;
      if (handed?.kind === "list") return handed.writtenItems().map((it) => [it, NOTHING]);
      return isAbsent(value) ? [] : [[value, expansion]];
    });
  });
}

function entriesOf(map: Field, scope: Scope, own: Expansion): readonly Entry[] {
  const chosen = new Choice(scope);
  return map.writtenEntries().flatMap(([key, value]): readonly Entry[] => {
    const directive = key.startsWith(OPEN) ? DIRECTIVE.exec(key) : null;
    if (directive === null) {
      chosen.end();
      return [[key.includes(OPEN) ? (own.fill(key)?.text ?? key) : key, value, own]];
    }
    scope.budget.left -= 1;
    if (scope.budget.left < 0) return [];
    return chosen.scopes(directive).flatMap((inner): readonly Entry[] => {
      const expansion = inner === scope ? own : expansionOf(inner);
      const handed = value.kind === "scalar" ? expansion.whole(value.source ?? "") : undefined;
      if (handed !== undefined) return handed.writtenEntries().map(([name, it]) => [name, it, NOTHING]);
      return value.kind === "map" ? entriesOf(value, inner, expansion) : [];
    });
  });
}

const NOTHING: Expansion = { fill: () => undefined, whole: () => undefined };
const MAX_TURNS = 200;

/** Follows `if`, `elseif` and `else` along their neighbours. What may hold is kept, as both of its branches are. */
class Choice {
  readonly #scope: Scope;
  /** One before was sure to hold. */
  #taken: boolean | undefined;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  end(): void {
    this.#taken = undefined;
  }

  /** The scopes in which what stands below a directive is read: none, one, or one for each turn of a loop. */
  scopes([, kind, text]: RegExpExecArray): readonly Scope[] {
    const names = namesIn(this.#scope);
    if (kind === "each") return this.#turns(text ?? "", names);
    if (kind === "insert") return [this.#scope];
    if (kind === "if") this.#taken = false;
    if (this.#taken !== false) return [];
    const held = kind === "else" ? true : truthOf(evaluate(text ?? "", names));
    if (held === true) this.#taken = true;
    return held === false ? [] : [this.#scope];
  }

  #turns(text: string, names: Names): readonly Scope[] {
    const [, name, over] = EACH.exec(text) ?? [];
    if (name === undefined || over === undefined) return [];
    const value = evaluate(over, names);
    const turn = (it: Value): Scope => ({ ...this.#scope, loops: new Map([...this.#scope.loops, [name, it]]) });
    if (!isField(value)) return value === UNKNOWN ? [turn(UNKNOWN)] : [];
    const turns: readonly Value[] =
      value.kind === "map"
        ? value.writtenEntries().map(([pairKey, pairValue]) => ({ pairKey, pairValue }))
        : value.writtenItems();
    return turns.slice(0, MAX_TURNS).map(turn);
  }
}

/** Variables of a list or a map over those around them. A template among them is read by the caller. */
export function variablesIn(
  variables: Field,
  around: Variables,
  template: (item: Field) => Variables | undefined,
): Variables {
  if (isAbsent(variables)) return around;
  const own = new Map<string, Field>();
  const others: Variables[] = [];
  for (const [name, it] of variables.writtenEntries()) own.set(name.toLowerCase(), it);
  for (const item of variables.writtenItems()) {
    const name = textOf(item.at("name"));
    if (name !== undefined) own.set(name.toLowerCase(), item.at("value"));
    else if (item.at("template").presence !== "absent") {
      const inner = template(item);
      if (inner !== undefined) others.push(inner);
    }
  }
  return (name) => own.get(name) ?? others.map((it) => it(name)).find((it) => it !== undefined) ?? around(name);
}

/** Folders of the agent that hold the repository. */
const ROOTS = /^(?:build\.sourcesdirectory|system\.defaultworkingdirectory|build\.repository\.localpath)$/;
const MACRO = /^[A-Za-z_][\w.-]*$/;
export const MACROS = { open: "$(", close: ")", name: MACRO };
/** Variables may be made of others, over and over. */
const MAX_VALUE = 4_000;

/** A step with the variables that hold for it: `$(name)`, as far as the file says what it is. */
export function withVariables(field: Field, variables: Variables): Field {
  const known = new Map<string, string | undefined>();
  const value = (name: string): string | undefined => {
    if (!MACRO.test(name)) return undefined;
    const key = name.toLowerCase();
    if (ROOTS.test(key)) return ".";
    if (!known.has(key)) {
      known.set(key, undefined);
      const text = variables(key)?.source;
      const whole = text === undefined || text.startsWith("$[") ? undefined : (fill(text)?.text ?? text);
      known.set(key, whole !== undefined && whole.length <= MAX_VALUE ? whole : undefined);
    }
    return known.get(key);
  };
  const fill = (text: string): Filled | undefined =>
    text.includes("$(") ? fillIn(text, [{ open: "$(", close: ")", value }]) : undefined;
  return expanded(field, { fill, whole: () => undefined });
}
