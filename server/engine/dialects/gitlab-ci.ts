/** `.gitlab-ci.yml`, with all that it includes from the workspace, as a pipeline. Reading it never throws. */
import type { Place } from "../../../model/edit.ts";
import type { Field, Pipeline, Trigger } from "../../../model/facts.ts";
import { assemble } from "./gitlab-includes.ts";
import { astray, type Reading, readJobs } from "./gitlab-jobs.ts";
import { runsOf } from "./gitlab-rules.ts";
import { orderOf } from "./pipeline.ts";
import type { PipelineDialect, PipelineFiles, PipelineSource } from "./pipelines.ts";

export const gitlabCi: PipelineDialect = {
  provider: "gitlab-ci",
  recognises: isGitlabFile,
  read: (source, files) => (isRoot(source.path, files) ? [readGitlab(source, files)] : []),
};

const ROOT = /(?:^|\/)\.gitlab-ci\.ya?ml$/;

/** A pipeline, or a part that one may include, by its path or by what it says. */
export function isGitlabFile(path: string, body: Field): boolean {
  if (!/\.ya?ml$/i.test(path)) return false;
  if (ROOT.test(path) || /\.gitlab-ci\.ya?ml$|(?:^|\/)\.gitlab\/ci\/|(?:^|\/)\.gitlab-ci\//.test(path)) return true;
  if (["apiVersion", "jobs", "steps", "pipelines", "on"].some((it) => body.at(it).presence !== "absent")) return false;
  const stages = body.at("stages");
  if (stages.kind === "list" && stages.writtenItems().some((it) => it.kind !== "scalar")) return false;
  return body.writtenEntries().some(([, job]) => {
    const script = job.at("script");
    if (script.kind !== "list" && script.kind !== "scalar") return false;
    return (
      stages.kind === "list" ||
      ["stage", "extends", "before_script", "needs", "artifacts", "only"].some((it) => job.at(it).presence !== "absent")
    );
  });
}

/** GitLab starts with one file; what has the same name further down is included by it, or never run. */
function isRoot(path: string, files: PipelineFiles): boolean {
  if (!ROOT.test(path)) return false;
  const folders = path.split("/").slice(0, -1);
  if (path.endsWith(".yaml") && files.text(path.replace(/\.yaml$/, ".yml")) !== undefined) return false;
  return !folders.some((_, index) => {
    const above = [...folders.slice(0, index), ".gitlab-ci"].join("/");
    return [".yml", ".yaml"].some((it) => files.text(`${above}${it}`) !== undefined);
  });
}

function readGitlab(source: PipelineSource, files: PipelineFiles): Pipeline {
  const folder = source.path.split("/").slice(0, -1).join("/");
  const { document } = source.documents[0];
  const bodies = source.documents.map(({ body }) => body);
  const assembly = assemble(bodies, source.path, { files, folder });
  const reading: Reading = {
    files,
    folder,
    jobs: [],
    callers: new Map(),
    heedless: new Set(),
    capabilities: [],
    gaps: [...assembly.gaps],
    references: [...assembly.references],
    presence: new Map(),
  };
  const { runs, jobs } = readJobs(
    { assembly, caller: undefined, outer: undefined, texts: [], runsOf, stack: [] },
    reading,
  );
  astray(assembly, reading);
  const { root } = assembly.config;
  const started = runs.filter((_, index) =>
    jobs.some((job) => ((reading.presence.get(job) ?? 0) & (1 << index)) !== 0),
  );
  const triggers = new Set<Trigger>(started.map(({ trigger }) => trigger).filter((it) => it !== undefined));
  const name = root.at("workflow", "name").source?.trim() ?? "";
  // What it has from other files is told of in its own.
  const keyPlace = (key: string): readonly Place[] => {
    const field = root.at(key);
    return field.presence === "absent" ? [] : [{ ...field.place, onKey: true }];
  };
  const own = jobs.filter(({ body }) => body.presence !== "absent").map(({ place }) => place);
  const places = [...keyPlace("stages"), ...own, ...keyPlace("include")];
  const onChange = runs.reduce((sum, { ref }, index) => (ref === "any" ? sum : sum | (1 << index)), 0);
  const order = orderOf(reading.jobs, reading.callers);
  return {
    provider: "gitlab-ci",
    displayName: name === "" || name.includes("$") ? (source.path.split("/").at(-1) ?? source.path) : name,
    body: root,
    document,
    place: places.find((it) => it.document === document) ?? bodies[0]?.place ?? root.place,
    triggers,
    jobs,
    capabilities: reading.capabilities,
    reusable: triggers.size === 1 && triggers.has("call"),
    opaque: reading.gaps.length > 0,
    gaps: distinct(reading.gaps, ({ reason, name }) => `${reason} ${name}`),
    references: distinct(reading.references, ({ kind, name, version }) => `${kind} ${name} ${version ?? ""}`),
    precedes: (earlier, later) => !isUnheeded(earlier.job, later.job) && order(earlier, later),
    apart: (one, other) => {
      const [first, second] = [one.job, other.job].map((job) => reading.presence.get(job) ?? 0);
      const together = (first ?? 0) & (second ?? 0) & onChange;
      return reading.callers.get(one.job) === reading.callers.get(other.job) && together === 0;
    },
    system: source.system,
    nonProduction: source.nonProduction,
    foreign: source.foreign,
  };

  /** It belongs to a child pipeline that nobody outside of it waits for. */
  function isUnheeded(earlier: Pipeline["jobs"][number], later: Pipeline["jobs"][number]): boolean {
    const around = new Set<unknown>();
    for (let it = reading.callers.get(later); it !== undefined; it = reading.callers.get(it)) around.add(it);
    for (let it = reading.callers.get(earlier); it !== undefined; it = reading.callers.get(it))
      if (reading.heedless.has(it) && !around.has(it)) return true;
    return false;
  }
}

/** What all jobs have from one place is said once. */
function distinct<T extends { readonly place: Place }>(all: readonly T[], name: (one: T) => string): readonly T[] {
  const kept = new Map<string, T>();
  for (const it of all) {
    const { document, path, span } = it.place;
    const key = `${name(it)} ${document.uri} ${path.join("/")} ${span ?? ""}`;
    if (!kept.has(key)) kept.set(key, it);
  }
  return [...kept.values()];
}
