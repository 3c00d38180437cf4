/** Answers to our own requests. */
import { DIMENSIONS, type PracticeId } from "../../model/kmm.ts";
import { PRACTICES } from "../../model/practices.ts";
import { dimensionName, type Texts } from "../../model/text/texts.ts";
import { relativeUri } from "../features/findings.ts";
import { buildReport } from "../features/report.ts";
import { normalUri } from "../host/uris.ts";
import type { Files } from "./files.ts";
import type { ExplainResult, ReportChangedParams, ReportParams, ReportResult } from "./protocol.ts";

export function report(
  files: Files,
  texts: Texts,
  version: string,
  params: ReportParams,
  scanning: boolean,
): ReportResult {
  const { snapshot } = files;
  const wanted = params.folder === undefined ? undefined : normalUri(params.folder);
  const root = files.roots.find((one) => one.uri === wanted)?.uri;
  const built = buildReport(snapshot, { texts, version, ...(root === undefined ? {} : { root }) });
  const named = new Set(
    [...built.findings, ...built.subjects, ...built.scanned.notRead, ...built.notices].map((one) => one.uri),
  );
  const uris: Record<string, string> = {};
  for (const uri of snapshot.files.keys()) {
    const relative = relativeUri(snapshot, uri, root);
    if (named.has(relative) && relative !== "") uris[relative] = files.clientUri(uri);
  }
  return { report: built, folders: files.roots.map(({ uri, name }) => ({ uri, name })), uris, scanning };
}

/** The levels alone, for the status bar. */
export function statusOf(files: Files, texts: Texts, scanning: boolean): ReportChangedParams {
  // While files are still coming in, levels would jump about: none are shown.
  if (scanning)
    return {
      overall: null,
      weakest: null,
      levels: Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, null])),
      scanning,
    };
  const results = files.snapshot.outcomes.workspace();
  const assessed = DIMENSIONS.flatMap((dimension) => {
    const { level } = results[dimension];
    return level === null ? [] : [{ dimension, name: dimensionName(texts, dimension), level }];
  });
  const weakest = assessed.reduce<(typeof assessed)[number] | null>(
    (low, one) => (low === null || one.level < low.level ? one : low),
    null,
  );
  return {
    overall: assessed.length < 3 ? null : (weakest?.level ?? null),
    weakest,
    levels: Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, results[dimension].level])),
    scanning,
  };
}

/** The page that was written for the practice, read where the host keeps it. */
export function explainPractice(
  id: string,
  texts: Texts,
  read: (id: string) => string | undefined,
): ExplainResult | null {
  const practice = PRACTICES.find((one) => one.id === id);
  const markdown = practice === undefined ? undefined : read(practice.id);
  return markdown === undefined ? null : { title: texts.practices[id as PracticeId]?.title ?? id, markdown };
}
