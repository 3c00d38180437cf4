/** The result in two lines: the weakest level and what determines it, then what was read. */
import type { Report } from "../../server/features/report-contract.ts";
import type { Child } from "./dom.ts";
import type { Context } from "./parts.ts";
import { dimensionName } from "./text.ts";

export function headline({ h, text, language }: Context, report: Report): Element {
  const { overall, mean, scanned, dimensions } = report;
  const assessed = dimensions.filter(({ level }) => level !== null);
  const weakest = assessed.filter(({ level }) => level === overall);
  let sentence: Child;
  if (overall === null) {
    sentence = h("p", { class: "overall" }, text.notEnough(assessed.length));
  } else {
    const names = weakest.map(({ id }) => dimensionName(language, id));
    const why = weakest.length === assessed.length ? text.allEqual : text.weakest(names);
    sentence = h("p", { class: "overall" }, h("strong", null, text.overall(overall)), h("span", null, why));
  }
  const { files, kubernetes, pipelines, repository } = scanned;
  const facts = [text.scanned(files, kubernetes, pipelines, repository)];
  if (mean !== null) facts.unshift(text.mean(mean.toFixed(1)));
  return h(
    "section",
    { class: "headline", "data-key": "headline" },
    sentence,
    h("p", { class: "dim" }, facts.join(" · ")),
  );
}
