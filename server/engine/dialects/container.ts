/** One container of a pod, with what the pod sets for all of them. */
import type { Place } from "../../../model/edit.ts";
import type { Container, Field } from "../../../model/facts.ts";

/** Fields of the security context that the API has for the pod as well. */
const POD_LEVEL = new Set([
  "runAsNonRoot",
  "runAsUser",
  "runAsGroup",
  "seccompProfile",
  "seLinuxOptions",
  "appArmorProfile",
  "windowsOptions",
]);

export class ContainerFact implements Container {
  readonly role: Container["role"];
  readonly body: Field;
  readonly #pod: Field;

  constructor(body: Field, pod: Field, role: Container["role"]) {
    this.body = body;
    this.#pod = pod;
    this.role = role;
  }

  get name(): Field {
    return this.body.at("name");
  }

  get image(): Field {
    return this.body.at("image");
  }

  get displayName(): string {
    return this.name.source ?? this.role;
  }

  get place(): Place {
    return this.name.presence === "present" ? this.name.place : this.body.place;
  }

  security(name: string): Field {
    const own = this.body.at("securityContext", name);
    if (own.presence !== "absent" || !POD_LEVEL.has(name)) return own;
    const pod = this.#pod.at("securityContext", name);
    return pod.presence === "absent" ? own : pod;
  }
}
