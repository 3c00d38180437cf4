/** What strangers can reach in GitHub workflows: values of an event inside scripts, and their code in a run with secrets. */
import type { Field, Pipeline, Step } from "./facts.ts";
import type { Spot } from "./practice.ts";

/** Inputs of actions that run what they are given. */
const SCRIPTS: readonly (readonly [action: RegExp, input: string])[] = [
  [/^actions\/github-script@/, "script"],
  [/^azure\/(?:cli|powershell)@/i, "inlineScript"],
  [/^amadevus\/pwsh-script@/i, "script"],
  [/^jannekem\/run-python-script-action@/i, "script"],
  [/^cardinalby\/js-eval-action@/i, "expression"],
  [/^mikefarah\/yq@/i, "cmd"],
  [/^(?:appleboy|garygrossgarten)\/(?:ssh-action|github-action-ssh)@/i, "script"],
];

const EXPRESSION = /\$\{\{(.*?)\}\}/gs;
/** What whoever opens an issue or a pull request decides, or the name of their branch. */
const STRANGERS =
  /\bgithub\.(?:event\b(?!\.(?:action|number|sender\.id|repository\b|organization\b|installation\b|before|after|forced|created|deleted|inputs\b|ref\b|schedule|(?:pull_request|issue|comment|review)\.(?:number|id|state|merged|draft|locked|user\.id|html_url|url|author_association)\b|pull_request\.(?:base\b|head\.sha|merge_commit_sha)|release\.(?:id|tag_name|draft|prerelease)))|head_ref\b)/;

/** Places in scripts where an expression puts in what a stranger wrote. */
export function injectionsIn(pipeline: Pipeline): readonly Spot[] {
  return pipeline.jobs.flatMap((job) =>
    job.disabled || job.place.document !== pipeline.document
      ? []
      : job.steps
          .filter((step) => !step.disabled)
          .flatMap((step) => scriptsOf(step).flatMap((script) => spotsIn(script, step, pipeline))),
  );
}

function scriptsOf(step: Step): readonly Field[] {
  const uses = step.uses.source ?? "";
  const inputs = SCRIPTS.filter(([action]) => action.test(uses)).map(([, input]) => step.inputs.at(input));
  return [step.body.at("run"), ...inputs].filter((field) => field.source !== undefined);
}

function spotsIn(script: Field, step: Step, pipeline: Pipeline): readonly Spot[] {
  const text = script.source ?? "";
  return [...text.matchAll(EXPRESSION)]
    .filter(([, inner]) => isStrangers(inner ?? "", step, pipeline))
    .map((match) => ({
      place: script.part(match.index, match.index + match[0].length),
      message: "unmet.injection",
      args: { expression: (match[1] ?? "").trim() },
    }));
}

/** What answers yes or no, or with a number, whatever is asked of it. */
const ANSWERS =
  /\b(?:contains|startsWith|endsWith)\((?:[^()]|\([^()]*\))*\)|\bgithub\.event\.(?:pull_request|issue)\.(?:additions|deletions|changed_files|commits|comments|review_comments|mergeable|rebaseable|maintainer_can_modify|head\.repo\.(?:fork|private|id)|created_at|updated_at|closed_at|merged_at)\b(?!\.)/g;

/** An environment variable that is written into the script is as good as what it holds; the innermost one counts. */
function isStrangers(inner: string, step: Step, pipeline: Pipeline): boolean {
  if (STRANGERS.test(inner.replace(ANSWERS, " "))) return true;
  return [...inner.matchAll(/\benv\.([\w-]+)/g)].some(([, name]) => {
    const maps = [step.body, step.job.body, pipeline.body].map((body) => body.at("env", name ?? ""));
    const holding = maps.find((field) => field.presence !== "absent");
    return holding !== undefined && STRANGERS.test(holding.source ?? "");
  });
}

const HEAD = /head\.(?:sha|ref|repo)|head_ref|head_sha|head_branch|refs\/pull\//;

/** A pull request's code, checked out in a run that has the secrets of the repository. */
export function untrustedCheckout(pipeline: Pipeline): readonly Spot[] {
  const on = pipeline.body.at("on");
  const names =
    on.kind === "map"
      ? on.writtenEntries().map(([name]) => name)
      : [on.source, ...on.writtenItems().map(({ source }) => source)];
  if (!names.some((name) => name === "pull_request_target" || name === "workflow_run")) return [];
  return pipeline.jobs
    .filter((job) => !job.disabled && job.place.document === pipeline.document)
    .flatMap((job) => job.steps)
    .filter((step) => !step.disabled && /^actions\/checkout@/.test(step.uses.source ?? ""))
    .map((step) => step.inputs.at("ref"))
    .filter(({ source }) => HEAD.test(source ?? ""))
    .map(({ place }) => ({ place, message: "unmet.checkout" }));
}
