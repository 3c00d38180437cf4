/** What containers ask for and are held to, whoever says it: the container, its pod, or a LimitRange of the namespace. */
import type { Edit, Json } from "./edit.ts";
import type { Container, Field, Workload, World } from "./facts.ts";
import { Unresolved } from "./practice.ts";
import { parseQuantity } from "./quantities.ts";

export type ResourceName = "cpu" | "memory";

/** Pods as a whole can have resources since this minor version. */
const POD_LEVEL = 34;

/** What the container asks for; a limit alone is a request as well, and nothing of it is none. Throws `Unresolved`. */
export function requestOf(
  container: Container,
  name: ResourceName,
  workload: Workload,
  world: World,
): Field | undefined {
  return some(effective(container, ["requests", "limits"], ["defaultRequest", "default"], name, workload, world));
}

/** What the container may use at most; a limit of zero is none. Throws `Unresolved`. */
export function limitOf(container: Container, name: ResourceName, workload: Workload, world: World): Field | undefined {
  return some(effective(container, ["limits"], ["default"], name, workload, world));
}

function some(amount: Field | undefined): Field | undefined {
  return amount?.presence === "present" && parseQuantity(amount.text() ?? "") === 0 ? undefined : amount;
}

function effective(
  container: Container,
  keys: readonly string[],
  defaults: readonly string[],
  name: ResourceName,
  workload: Workload,
  world: World,
): Field | undefined {
  const bodies = world.kubernetesMinor >= POD_LEVEL ? [container.body, workload.pod] : [container.body];
  const fields = bodies.flatMap((body) => keys.map((key) => body.at("resources", key, name)));
  const said = fields.find((field) => field.presence === "present" || field.source !== undefined);
  if (said !== undefined) return said;
  const unknown = fields.find((field) => field.presence === "unknown");
  if (unknown !== undefined) throw new Unresolved(unknown.place);
  // A workflow may change its pods by a patch that is a text.
  for (const spec of [workload.body.at("spec"), workload.body.at("spec", "workflowSpec")]) {
    const patch = spec.at("podSpecPatch");
    if (patch.presence !== "absent") throw new Unresolved(patch.place);
  }
  return inherited(defaults, name, workload, world);
}

function inherited(keys: readonly string[], name: ResourceName, workload: Workload, world: World): Field | undefined {
  let elsewhere: Field | undefined;
  for (const range of world.resources("/LimitRange")) {
    const limits = range.body
      .at("spec", "limits")
      .writtenItems()
      .filter((limit) => limit.at("type").source === "Container");
    const field = limits
      .flatMap((limit) => keys.map((key) => limit.at(key, name)))
      .find((one) => one.presence !== "absent");
    if (field === undefined) continue;
    if (range.scope === workload.scope) return field;
    // Where one of them names no namespace, they may meet.
    if (!range.scope.startsWith("ns:") || !workload.scope.startsWith("ns:")) elsewhere = field;
  }
  if (elsewhere !== undefined) throw new Unresolved(elsewhere.place);
  return undefined;
}

/** Where one points to speak of a missing resource: as near to it as there is anything written. */
export function missingAt(container: Container, key: string, name: ResourceName) {
  const resources = container.body.at("resources");
  return resources.presence === "present" ? resources.at(key, name).place : container.place;
}

/** Thousandths of a byte are always a slip: `128m` where `128Mi` was meant. */
export function isFractionOfByte(field: Field): boolean {
  const text = field.text();
  return text !== undefined && /m$/.test(text) && parseQuantity(text) !== undefined;
}

export function setResource(container: Container, key: string, name: ResourceName, value: Json): Edit {
  return { op: "set", at: container.body.at("resources", key, name).place, value };
}
