/** What practices about VerticalPodAutoscalers share. */
import { measured } from "./autoscaling.ts";
import type { Field, Resource, Workload, World } from "./facts.ts";

export const VPA = "autoscaling.k8s.io/VerticalPodAutoscaler";

/** `Off` only recommends; `Initial` sets resources when a pod starts; the others change running pods. */
export function modeOf(vpa: Resource): { readonly mode: string; readonly at: Field } {
  const at = vpa.body.at("spec", "updatePolicy", "updateMode");
  return { mode: at.text() ?? "Recreate", at };
}

/** The horizontal autoscaler that changes the number of pods by what this one changes beneath it. */
export function clashOf(vpa: Resource, workload: Workload, world: World): Resource | undefined {
  if (/^(Off|Initial)$/.test(modeOf(vpa).mode)) return undefined;
  const policies = vpa.body.at("spec", "resourcePolicy", "containerPolicies").writtenItems();
  const lists = policies.map((policy) => policy.at("controlledResources")).filter((list) => list.presence !== "absent");
  const named = lists.flatMap((list) => list.writtenItems().flatMap((item) => item.source ?? []));
  const controlled = lists.length > 0 && lists.length === policies.length ? named : ["cpu", "memory"];
  const rivals = world.scalersOf(workload).sure.filter((scaler) => !scaler.resource.conditional);
  return rivals.find((scaler) => controlled.some((name) => measured(scaler).has(name)))?.resource;
}

/** Those that name the workload; `maybe` where a namespace decides. */
export function verticalScalersOf(workload: Workload, world: World) {
  const sure: Resource[] = [];
  const maybe: Resource[] = [];
  for (const vpa of world.resources(VPA)) {
    const target = vpa.body.at("spec", "targetRef");
    if (target.at("name").source !== workload.displayName || target.at("kind").source !== workload.kind) continue;
    if (vpa.scope === workload.scope) sure.push(vpa);
    else if (!vpa.scope.startsWith("ns:") || !workload.scope.startsWith("ns:")) maybe.push(vpa);
  }
  return { sure, maybe };
}
