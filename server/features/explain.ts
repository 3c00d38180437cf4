/** A practice explained, as Markdown: what it is, why it belongs to its cell, what to do, when not to. */
import type { Practice, RuleSource, Sources } from "../../model/practice.ts";
import { cellTitle, say, type Texts } from "../../model/text/texts.ts";

const SOURCES: Readonly<Record<RuleSource, string>> = {
  "kube-linter": "kube-linter",
  "kube-score": "kube-score",
  polaris: "Polaris",
  checkov: "Checkov",
  kubescape: "Kubescape",
  trivy: "Trivy",
  zizmor: "zizmor",
  scorecard: "OpenSSF Scorecard",
  dsomm: "OWASP DSOMM",
  cis: "CIS Kubernetes Benchmark",
  pss: "Pod Security Standards",
  nsa: "NSA/CISA",
  learnk8s: "learnk8s",
};

/** A file, or several, that shows the practice followed or not. */
export interface Example {
  readonly good: boolean;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export function explain(practice: Practice, texts: Texts, sources: Sources, examples: readonly Example[] = []): string {
  const text = texts.practices[practice.id];
  if (text === undefined) return `# ${practice.id}\n`;
  const lines = [
    `# ${text.title}`,
    "",
    `\`${practice.id}\` · ${cellTitle(texts, practice.dimension, practice.level)} · ${say(texts, `gate.${gateOf(practice)}`)} · ${say(texts, `share.${practice.share}`)}`,
    "",
    section(texts, "explain.why", text.why),
    section(texts, "explain.what", text.what),
    section(texts, "explain.whenNot", text.whenNot),
    ...examples.map((one) => section(texts, one.good ? "explain.good" : "explain.bad", exampleText(one))),
    practice.asked === true || practice.answers === "yes" || practice.answers === "elsewhere"
      ? `${say(texts, `explain.answer.${practice.answers ?? "yes"}`)}\n`
      : "",
    equivalents(sources, texts),
    section(texts, "explain.references", sources.references.map((url) => `- <${url}>`).join("\n")),
  ];
  return `${lines
    .filter((line) => line !== undefined)
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

/** Text in a fence that is longer than any in it. */
function exampleText({ files }: Example): string {
  return files
    .flatMap(({ path, text }) => {
      const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([one]) => one.length + 1)));
      const language = /\.ya?ml$/.test(path) ? "yaml" : "";
      const named = path === "case.yaml" ? [] : [`\`${path}\``, ""];
      return [...named, `${fence}${language}`, text.trimEnd(), fence, ""];
    })
    .join("\n")
    .trimEnd();
}

export function gateOf(practice: Practice): "required" | "group" | "supporting" {
  return typeof practice.gate === "object" ? "group" : practice.gate;
}

function section(texts: Texts, heading: string, body: string): string {
  return body === "" ? "" : `## ${say(texts, heading)}\n\n${body}\n`;
}

function equivalents(sources: Sources, texts: Texts): string {
  const rules = Object.entries(sources.equivalents ?? {}).map(
    ([source, ids]) => `- ${SOURCES[source as RuleSource]}: ${ids.join(", ")}`,
  );
  return section(texts, "explain.equivalents", rules.join("\n"));
}
