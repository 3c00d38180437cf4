/** What helm refuses, at its place in the workspace. */
import type { Place } from "../../../../model/edit.ts";
import { lineStarts } from "../../tree/lines.ts";
import type { RenderProblem } from "../rendered.ts";
import type { HelmBuild } from "../specs.ts";
import { type ChartFiles, Release } from "./sources.ts";

/** Why helm gave nothing. */
export interface HelmFailure {
  /** One line without anybody's values; empty where nothing can be said. */
  readonly text: string;
  /** What it speaks of: `shop/templates/x.yaml` as helm calls it, `Chart.yaml`, or a path of a values file. */
  readonly place?: { readonly source: string; readonly line: number | undefined };
}

/** The failure as a problem where somebody can do something about it. */
export function helmProblem(failure: HelmFailure, files: ChartFiles, build: HelmBuild): RenderProblem | undefined {
  const release = new Release(files, build);
  const place = placeOf(failure, files, build, release) ?? chartPlace(release);
  return (
    place && {
      code: "helm",
      place,
      severity: lacksValues(failure) ? "note" : "error",
      args: { text: failure.text === "" ? "helm template" : failure.text },
    }
  );
}

/** Values that the chart was rendered without: the first that helm speaks of. */
export function lackingValues(failure: HelmFailure, files: ChartFiles, build: HelmBuild): RenderProblem | undefined {
  const problem = helmProblem(failure, files, build);
  return problem && { ...problem, code: "values", severity: "note" };
}

/** Nothing is wrong with a chart that is installed with values from elsewhere. */
function lacksValues({ text }: HelmFailure): boolean {
  return /nil pointer evaluating|\brequired\b|error calling (required|fail)\b/i.test(text);
}

/** What is in a registry, and so not rendered: a note for each at its entry in `Chart.yaml`. */
export function missingDependencies(
  missing: readonly string[],
  files: ChartFiles,
  build: HelmBuild,
): readonly RenderProblem[] {
  const release = new Release(files, build);
  const document = release.document(release.top);
  if (document === undefined) return [];
  return missing.map((name): RenderProblem => {
    const path = release.dependencyPath(release.top, name.split(" ")[0] ?? name);
    return { code: "remote", place: { document, path }, severity: "note", args: { path: name } };
  });
}

function chartPlace(release: Release): Place | undefined {
  const document = release.document(release.top);
  return document && { document, path: ["name"] };
}

function placeOf(
  { place }: HelmFailure,
  files: ChartFiles,
  { chart, values }: HelmBuild,
  release: Release,
): Place | undefined {
  if (place === undefined) return undefined;
  const { source, line } = place;
  const name = source.replace(/^.*[\\/]/, "");
  const uris = /(^|\/)templates\//.test(source)
    ? [release.find(source).uri]
    : [
        `${chart}/${name}`,
        ...values.filter((uri) => uri.endsWith(`/${encodeURIComponent(name)}`)),
        `${chart}/values.yaml`,
      ];
  const file = uris.map((uri) => (uri === undefined ? undefined : files.source(uri))).find((one) => one !== undefined);
  const first = file?.documents[0];
  if (file === undefined || first === undefined) return undefined;
  if (line === undefined) return { document: first, path: [] };
  let at = 0;
  while ((file.starts[at + 1]?.line ?? Number.POSITIVE_INFINITY) <= line - 1) at++;
  const document = file.documents[at] ?? first;
  const starts = lineStarts(document.text);
  const inside = Math.min(Math.max(line - 1 - (file.starts[at]?.line ?? 0), 0), starts.length - 1);
  const from = starts[inside] ?? 0;
  const text = document.text.slice(from, starts[inside + 1] ?? document.text.length);
  const indent = text.length - text.trimStart().length;
  return { document, path: [], span: [from + indent, from + Math.max(text.trimEnd().length, indent)] };
}
