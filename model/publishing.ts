/** Under which tags a pipeline publishes its images, and whether a tag keeps meaning the same image. */

import type { Place } from "./edit.ts";
import type { Capability, Field, Pipeline, Step } from "./facts.ts";

export interface PublishedTag {
  readonly at: Place;
  /** The tag as far as it is known; the whole reference where it has none. */
  readonly tag: string;
  /** Is given to another image later on: `undefined` when that depends on what is not known. */
  readonly moves: boolean | undefined;
}

/** Tools that name what they publish by its content or its commit, whatever they are told. */
const BY_CONTENT = /^(?:ko|skaffold|werf|goreleaser)$/;
const VERSION =
  /\bsha\b|sha1|_sha\b|short_?sha|commit|revision|rev-parse|rev_parse|git describe|run_?(?:number|id)\b|build_?(?:id|number|tag)|version|semver|release|timestamp|tag_name|refs\/tags|date\b|digest|@sha256:/i;
const MOVING =
  /^(?:latest|main|master|trunk|develop|development|dev|devel|stable|edge|nightly|canary|staging|stage|test|testing|prod|production|head|current|ci)$/i;

/** Tags of one publishing step; nothing where they cannot be seen. */
export function tagsOf(capability: Capability, pipeline: Pipeline): readonly PublishedTag[] {
  const { step, place } = capability;
  if (BY_CONTENT.test(capability.tool)) return [{ at: place, tag: capability.tool, moves: false }];
  const field = ["tags", "tag", "image-tags", "imageTag"]
    .map((key) => step.inputs.at(key))
    .find((one) => one.presence !== "absent");
  if (step.uses.presence !== "absent" && field?.source !== undefined) {
    return separate(field.source).map((text) => ({ at: field.place, ...judged(text, capability, pipeline) }));
  }
  if (step.uses.presence !== "absent" && field?.kind === "list") {
    return field
      .writtenItems()
      .flatMap((one) =>
        one.source === undefined ? [] : [{ at: one.place, ...judged(one.source, capability, pipeline) }],
      );
  }
  if (step.uses.presence !== "absent" && /push-by-digest=true/.test(step.inputs.at("outputs").source ?? "")) {
    return [{ at: place, tag: "digest", moves: false }];
  }
  return referencesIn(capability.text).map((text) => ({ at: place, ...judged(text, capability, pipeline) }));
}

/** Entries of a list in one text: lines, commas, and spaces outside of expressions. */
function separate(text: string): readonly string[] {
  return joined(text)
    .split(/[\s,]+/)
    .filter((one) => one !== "");
}

/** Expressions without the spaces in them, so that they stay in one word. */
function joined(text: string): string {
  return text.replace(/\$\{\{[^}]*\}\}|\$\([^)]*\)|`[^`]*`/g, (one) => one.replace(/[\s,]+/g, "\u2060"));
}

/** The references that a command publishes. */
function referencesIn(command: string): readonly string[] {
  const words = joined(command)
    .split(/\s+/)
    .map((word) => word.replace(/^["']|["']$/g, ""));
  const flagged = words.flatMap((word, index) => {
    const inline = /^(?:--tag|--destination|--image|-t)=(.+)$/.exec(word)?.[1];
    return inline ?? (/^(?:-t|--tag|-d|--destination|--image)$/.test(word) ? (words[index + 1] ?? []) : []);
  });
  if (flagged.length > 0) return flagged;
  const at = words.findIndex((word) => /^(?:push|copy|cp)$/.test(word));
  const names =
    at < 0 || words.some((word) => /^(?:--all-tags|-a|compose)$/.test(word))
      ? []
      : words.slice(at + 1).filter((word) => !word.startsWith("-"));
  const last = names.at(-1);
  return last === undefined ? [] : [last.replace(/^docker:\/\//, "")];
}

function judged(text: string, { step }: Capability, pipeline: Pipeline): Omit<PublishedTag, "at"> {
  const meta =
    /steps\.[\w-]+\.outputs\.(?:tags|json|version|labels)|outputs\.(?:meta_?)?tags|DOCKER_METADATA_OUTPUT/i.test(text)
      ? fromMetadata(pipeline)
      : undefined;
  if (meta !== undefined) return meta;
  const written = expanded(text, step, pipeline, 0);
  const full = inGitlab(written, pipeline);
  const tagged = pipeline.triggers.has("tag") || pipeline.triggers.size === 0;
  if (VERSION.test(full.replace(/^[^:]*\//, "")) || (tagged && /ref_name|github\.ref\b|GITHUB_REF/.test(full)))
    return { tag: shown(written), moves: false };
  if (/ref_name|head_ref|GITHUB_HEAD_REF|branch/i.test(full)) return { tag: shown(written), moves: true };
  const colon = full.indexOf(":", full.lastIndexOf("/") + 1);
  const tag = colon < 0 ? "" : full.slice(colon + 1);
  if (/[$`{]/.test(colon < 0 ? full : tag)) return { tag: shown(written), moves: undefined };
  if (colon < 0 && !/[/]/.test(full) && /\d/.test(full)) return { tag: full, moves: false };
  if (tag === "" || MOVING.test(tag)) return { tag: tag === "" ? "latest" : tag, moves: true };
  return { tag, moves: /\d/.test(tag) ? false : undefined };
}

/** Of the names that GitLab gives, those that look like others: the image has no tag, and a branch or tag is no commit. */
function inGitlab(text: string, pipeline: Pipeline): string {
  return text
    .replace(/\$(?:CI_REGISTRY_IMAGE\b|\{CI_REGISTRY_IMAGE\})/g, "registry/image")
    .replace(/\$(?:CI_COMMIT_BRANCH\b|\{CI_COMMIT_BRANCH\})/g, "$branch")
    .replace(
      /\$(?:CI_COMMIT_REF_(?:NAME|SLUG)\b|\{CI_COMMIT_REF_(?:NAME|SLUG)\})/g,
      pipeline.triggers.has("tag") ? "$ref" : "$branch",
    );
}

function shown(text: string): string {
  return text.replaceAll("\u2060", " ");
}

/** Variables replaced by what the step, its job or the pipeline sets them to. */
function expanded(text: string, step: Step, pipeline: Pipeline, depth: number): string {
  if (depth > 3) return text;
  const replaced = text.replace(
    /\$\{\{\u2060*env\.(\w+)\u2060*\}\}|\$\{(\w+)[^}]*\}|\$(\w+)/g,
    (whole, a?: string, b?: string, c?: string) => {
      const name = a ?? b ?? c ?? "";
      return variable(name, step, pipeline) ?? whole;
    },
  );
  return replaced === text ? text : expanded(joined(replaced), step, pipeline, depth + 1);
}

function variable(name: string, step: Step, pipeline: Pipeline): string | undefined {
  const set = [step.body, step.job.body, pipeline.body]
    .flatMap((one) => ["env", "variables"].map((key) => one.at(key, name)))
    .map((one) => one.source ?? one.at("value").source)
    .find((one) => one !== undefined);
  if (set !== undefined) return set;
  const assigned = new RegExp(`(?:^|[\\s"';&|])${name}=("[^"]*"|'[^']*'|\\$\\([^)]*\\)|\`[^\`]*\`|[^\\s"']+)`, "gm");
  const values = new Set(
    step.job.steps
      .flatMap(({ body }) => [...(body.source ?? body.at("run").source ?? "").matchAll(assigned)])
      .map(([, value]) => (value ?? "").replace(/^["']|["']$/g, "")),
  );
  // One that is this here and that there stands for itself.
  return values.size === 1 ? [...values][0] : undefined;
}

/** What `docker/metadata-action` makes: by default the branch, and the tag where one started the run. */
function fromMetadata(pipeline: Pipeline): Omit<PublishedTag, "at"> | undefined {
  const steps = pipeline.jobs
    .flatMap((job) => job.steps)
    .filter((step) => /metadata-action@/.test(step.uses.source ?? ""));
  if (steps.length === 0) return undefined;
  const wanted = steps.map((step) => step.inputs.at("tags"));
  const versioned = wanted.some((field: Field) =>
    field.presence === "absent"
      ? pipeline.triggers.has("tag")
      : /type=(?:sha|semver|pep440|match)|event=tag|type=raw[^\n]*(?:\$|\{\{|\d)|^\s*[^=\n]*\$\{\{/m.test(
          field.source ?? "${{",
        ),
  );
  return { tag: wanted[0]?.source?.trim().split("\n")[0] ?? "branch", moves: !versioned };
}
