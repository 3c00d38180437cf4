/** What the helm program said of a chart, as objects and problems of the workspace. */
import { concernsChart } from "../../layout.ts";
import type { SourceFile } from "../../source.ts";
import type { Rendering, RenderProblem } from "../rendered.ts";
import type { HelmBuild } from "../specs.ts";
import { type HelmFailure, helmProblem, lackingValues, missingDependencies } from "./failure.ts";
import { renderedChart } from "./rendering.ts";
import type { ChartFiles } from "./sources.ts";

export type HelmOutput =
  | {
      readonly output: string;
      /** Dependencies that are not here, so that it was rendered without them. */
      readonly missing: readonly string[];
      /** Values are missing for which something else stands in the output; this is what helm says of the first. */
      readonly lacking?: HelmFailure;
      /** The files it was rendered from, as they were: what was typed since is not in it. */
      readonly of: ReadonlyMap<string, SourceFile | undefined>;
    }
  | { readonly failure: HelmFailure }
  /** There is no program that could be asked. */
  | { readonly absent: string };

/** The objects of a chart, or why there are none. */
export function fromHelm(said: HelmOutput, files: ChartFiles, build: HelmBuild): Rendering {
  if ("output" in said) {
    const rendering = renderedChart(said.output, files, build);
    const lacking = said.lacking && lackingValues(said.lacking, files, build);
    const remote = missingDependencies(said.missing, files, build);
    const problems = lacking === undefined ? remote : [lacking, ...remote];
    return problems.length === 0 ? rendering : { ...rendering, problems, complete: false };
  }
  const problem = "failure" in said ? helmProblem(said.failure, files, build) : absent(said.absent, files, build);
  return {
    objects: [],
    problems: problem === undefined ? [] : [problem],
    files: new Set([...files.under(build.chart)].filter((uri) => concernsChart(uri.slice(build.chart.length + 1)))),
    complete: false,
    failed: true,
  };
}

function absent(program: string, files: ChartFiles, { chart }: HelmBuild): RenderProblem | undefined {
  const document = files.source(`${chart}/Chart.yaml`)?.documents[0];
  return document && { code: "no-helm", place: { document, path: ["name"] }, severity: "note", args: { program } };
}
