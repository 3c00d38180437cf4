import type { Edit } from "../../../edit.ts";
import type { Field, Workload } from "../../../facts.ts";
import { met, practice, type Sources, type Spot, Unresolved, unmet } from "../../../practice.ts";

const NAME = "app.kubernetes.io/name";
const OTHERS = ["instance", "version", "component", "part-of", "managed-by"].map((key) => `app.kubernetes.io/${key}`);

export default practice({
  level: 3,
  gate: "supporting",
  share: "most",
  subject: "workload",
  effort: "apply",
  judge(workload) {
    const spots = sides(workload).flatMap((side) => missing(side));
    return spots.length > 0 ? unmet(spots, undefined, { workload: workload.displayName }) : met(workload.labels);
  },
  fix(workload) {
    const name = workload.name.text();
    const value = nameOf(workload) ?? name;
    if (name === undefined || value === undefined || !/^[\w.-]{1,63}$/.test(name)) return undefined;
    const edits = sides(workload).flatMap((side): Edit[] => {
      const set = (key: string, text: string): Edit => ({ op: "set", at: side.at(key).place, value: text });
      return [
        ...(has(side, [NAME]) ? [] : [set(NAME, value)]),
        ...(has(side, OTHERS) ? [] : [set("app.kubernetes.io/instance", name)]),
      ];
    });
    // The template of a Job that exists cannot be changed.
    return { safety: workload.kind === "Job" ? "review" : "safe", edits };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/"],
  equivalents: { kubescape: ["C-0076", "C-0077"], polaris: ["metadataAndInstanceMismatched"] },
};

/** Where the labels belong: on the object, and on the pods it makes. */
function sides(workload: Workload): readonly Field[] {
  const same = workload.class === "pod" || workload.labels.place.path.join() === workload.podLabels.place.path.join();
  const template = !same && !(workload.group === "argoproj.io" && workload.kind !== "Rollout");
  return template ? [workload.labels, workload.podLabels] : [workload.labels];
}

function missing(labels: Field): readonly Spot[] {
  if (!has(labels, [NAME])) return [{ place: labels.at(NAME).place }];
  return has(labels, OTHERS) ? [] : [{ place: labels.place, message: "unmet.others" }];
}

function has(labels: Field, keys: readonly string[]): boolean {
  const fields = keys.map((key) => labels.at(key));
  if (fields.some((field) => field.presence === "present" || field.source !== undefined)) return true;
  const unknown = fields.find((field) => field.presence === "unknown");
  if (unknown !== undefined) throw new Unresolved(labels.place);
  return false;
}

/** The name that people gave it in their own label already. */
function nameOf(workload: Workload): string | undefined {
  const own = [workload.labels, workload.podLabels].flatMap((labels) =>
    [NAME, "app", "k8s-app"].map((key) => labels.at(key)),
  );
  return own.find((field) => field.presence === "present")?.text();
}
