/** The catalogue by cell, for a terminal or as data. */
import { DIMENSIONS, LEVELS, type PracticeId } from "../../model/kmm.ts";
import type { Practice, Sources } from "../../model/practice.ts";
import { cellTitle, say, type Texts } from "../../model/text/texts.ts";
import { gateOf } from "./explain.ts";

export function practiceTable(
  practices: readonly Practice[],
  sources: Readonly<Record<PracticeId, Sources>>,
  texts: Texts,
  format: "table" | "json",
): string {
  if (format === "json")
    return `${JSON.stringify(
      practices.map((practice) => row(practice, texts, sources[practice.id])),
      null,
      2,
    )}\n`;
  const width = Math.max(...practices.map((practice) => practice.id.length));
  const lines = DIMENSIONS.flatMap((dimension) =>
    LEVELS.flatMap((level) => {
      const here = practices.filter((practice) => practice.dimension === dimension && practice.level === level);
      if (here.length === 0) return [];
      const rows = here.map((practice) => {
        const gate =
          typeof practice.gate === "object"
            ? say(texts, "gate.one", { group: practice.gate.group })
            : say(texts, `gate.${gateOf(practice)}`);
        return `  ${practice.id.padEnd(width)}  ${texts.practices[practice.id]?.title ?? ""} (${gate}${practice.fix === undefined ? "" : `, ${say(texts, "table.fix")}`})`;
      });
      return [cellTitle(texts, dimension, level), ...rows, ""];
    }),
  );
  return `${lines.join("\n")}\n`;
}

function row(practice: Practice, texts: Texts, sources: Sources | undefined) {
  return {
    id: practice.id,
    dimension: practice.dimension,
    level: practice.level,
    title: texts.practices[practice.id]?.title ?? practice.id,
    gate: practice.gate,
    share: practice.share,
    subject: practice.subject,
    effort: practice.effort,
    fix: practice.fix !== undefined,
    asked: practice.asked === true,
    references: sources?.references ?? [],
    equivalents: sources?.equivalents ?? {},
  };
}
