/** One container of a pod, with what the pod sets for all of them. */
import type { Place } from "../../../model/edit.ts";
import type { Container, Field } from "../../../model/facts.ts";
import { knownText } from "../field.ts";

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

/** All containers of a pod in file order; those that stand elsewhere than in the PodSpec's lists where some do. */
export function containersOf(pod: Field, elsewhere: readonly Field[] | undefined): readonly Container[] {
  if (elsewhere !== undefined) return elsewhere.map((body) => new ContainerFact(body, pod, "main"));
  return [
    ...pod
      .at("containers")
      .writtenItems()
      .map((body) => new ContainerFact(body, pod, "main")),
    ...pod
      .at("initContainers")
      .writtenItems()
      .map((body) => new ContainerFact(body, pod, initRole(body))),
    ...pod
      .at("ephemeralContainers")
      .writtenItems()
      .map((body) => new ContainerFact(body, pod, "ephemeral")),
  ];
}

/** An init container that is restarted always is a sidecar (Kubernetes 1.29). */
function initRole(body: Field): "sidecar" | "init" {
  return knownText(body.at("restartPolicy")) === "Always" ? "sidecar" : "init";
}
