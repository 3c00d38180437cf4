/** Levels as they are written on the command line: `3`, or `security=3,architecture=2`. */
import { InvalidArgumentError } from "commander";
import { DIMENSIONS, type Dimension, isDimension, isLevel, type Level } from "../../model/kmm.ts";
import { say, type Texts } from "../../model/text/texts.ts";

export interface Levels {
  readonly all: Level | undefined;
  readonly byDimension: ReadonlyMap<Dimension, Level>;
}

export function readLevels(text: string, texts: Texts): Levels {
  const byDimension = new Map<Dimension, Level>();
  let all: Level | undefined;
  for (const part of text.split(",")) {
    const equals = part.indexOf("=");
    const name = equals < 0 ? undefined : part.slice(0, equals).trim();
    const digits = part.slice(equals + 1).trim();
    const level = /^\d$/.test(digits) ? Number(digits) : 0;
    if (name !== undefined && !isDimension(name))
      throw new InvalidArgumentError(say(texts, "cli.noDimension", { name, dimensions: DIMENSIONS.join(", ") }));
    if (!isLevel(level)) throw new InvalidArgumentError(say(texts, "cli.noLevel", { level: digits }));
    if (name === undefined) all = level;
    else byDimension.set(name, level);
  }
  return { all, byDimension };
}

export function levelFor(levels: Levels | undefined, dimension: Dimension): Level | undefined {
  return levels?.byDimension.get(dimension) ?? levels?.all;
}
