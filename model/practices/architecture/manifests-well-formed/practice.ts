import type { Field, Problem, Resource, World } from "../../../facts.ts";
import { cannotTell, met, practice, type Sources, type Spot, unmet } from "../../../practice.ts";

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const LABEL_KEY = /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;

/** Something that is filled in before the file reaches a cluster. */
const PLACEHOLDER = /[${}<>%#]|^_|^[A-Z0-9_]+$/;

/** Their names are free, or they are questions to the API that have none. */
const FREELY_NAMED = /(^|\.)(rbac\.authorization\.k8s\.io|openshift\.io)$/;
const NAMELESS = /^((authentication|authorization|admission)\.k8s\.io|(.*\.)?config\.k8s\.io)$/;

export default practice({
  level: 1,
  gate: "required",
  share: "all",
  subject: "resource",
  effort: "apply",
  judge(resource, world) {
    const problems = resource.problems.filter((problem) => !problem.doubtful);
    if (problems.length > 0) return unmet(problems.map(spotOf));
    if (resource.problems.length > 0) return cannotTell(resource.problems.map(({ place }) => place));
    const spots = [...unnamed(resource), ...wrongLabels(resource.labels), ...wrongAnnotations(resource)];
    if (spots.length > 0) return unmet(spots);
    const name = resource.name.text();
    if (name === undefined) return resource.body.at("metadata").presence === "absent" ? undefined : met(resource.place);
    if (!FREELY_NAMED.test(resource.group) && !PLACEHOLDER.test(name) && !NAME.test(name))
      return unmet(resource.name, "unmet.name", { name });
    return isTwice(resource, world)
      ? unmet(resource.name, "unmet.twice", { name, kind: resource.kind })
      : met(resource.place);
  },
  fix(resource) {
    const spots = [...wrongLabels(resource.labels), ...wrongAnnotations(resource)];
    if (
      resource.problems.length > 0 ||
      spots.some((spot) => spot.message !== "unmet.text") ||
      unnamed(resource).length > 0
    )
      return undefined;
    if (spots.length === 0) return undefined;
    return {
      safety: "safe",
      edits: spots.map(({ place, args }) => ({ op: "set", at: place, value: String(args?.["value"]) })),
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/",
    "https://github.com/yannh/kubeconform",
  ],
  equivalents: { "kube-linter": ["schema-validation"], "kube-score": ["label-values"] },
};

const PROBLEMS = { syntax: "unmet.syntax", "duplicate-key": "unmet.duplicate", alias: "unmet.alias" } as const;

function spotOf({ code, text, place }: Problem): Spot {
  return { place, message: PROBLEMS[code], args: { key: text.slice(0, 60) } };
}

function unnamed(resource: Resource): readonly Spot[] {
  const metadata = resource.body.at("metadata");
  if ([metadata.at("name"), metadata.at("generateName")].some((field) => field.presence !== "absent")) return [];
  // Kinds of other groups without any metadata are mostly settings of a tool and no objects.
  const ours = !resource.group.includes(".") || resource.group.endsWith(".k8s.io");
  if (!ours || NAMELESS.test(resource.group) || isPodTemplate(resource)) return [];
  return [{ place: metadata.at("name").place, message: "unmet.unnamed", args: { kind: resource.kind } }];
}

/** Tools that make pods themselves are given a pod without a name. */
function isPodTemplate(resource: Resource): boolean {
  return resource.groupKind === "/Pod" || resource.groupKind === "/PodTemplate";
}

function wrongLabels(labels: Field): readonly Spot[] {
  return labels.writtenEntries().flatMap(([key, field]) => {
    if (field.presence === "absent" || field.kind === "none") return [];
    const value = field.source ?? "";
    const args = { key, value };
    if (isNoText(field)) return [{ place: field.place, message: "unmet.text", args }];
    const wrong =
      field.kind !== "scalar" ||
      (!LABEL_VALUE.test(value) && !PLACEHOLDER.test(value)) ||
      (!LABEL_KEY.test(key) && !PLACEHOLDER.test(key));
    return wrong ? [{ place: field.place, message: "unmet.label", args }] : [];
  });
}

function wrongAnnotations(resource: Resource): readonly Spot[] {
  const entries = resource.annotations
    .writtenEntries()
    .filter(([, field]) => field.presence === "present" && isNoText(field));
  return entries.map(([key, field]) => ({
    place: field.place,
    message: "unmet.text",
    args: { key, value: field.source ?? "" },
  }));
}

/** Read as a number or a truth value, where only text is allowed. */
function isNoText(field: Field): boolean {
  return field.presence === "present" && (field.flag() !== undefined || field.number() !== undefined);
}

/** The same object stands in this file already, further up. */
function isTwice(resource: Resource, world: World): boolean {
  if (resource.conditional || resource.chart !== undefined || PLACEHOLDER.test(resource.displayName)) return false;
  const same = world.named(resource.groupKind, resource.name, resource.scope).sure;
  const here = same.filter(
    (one) => one.document.uri === resource.document.uri && one.scope === resource.scope && !one.conditional,
  );
  return here.length > 1 && here[0]?.place.document !== resource.document;
}
