import type { Edit } from "../../../edit.ts";
import type { Container, Field } from "../../../facts.ts";
import { addedCapabilities, capabilityName, requireAll } from "../../../pod-security.ts";
import { everyContainer, notApplicable, practice, type Sources, type Spot } from "../../../practice.ts";

export default practice({
  level: 3,
  gate: "required",
  share: "most",
  subject: "workload",
  effort: "confirm",
  judge(workload) {
    if (workload.windows) return notApplicable("windows");
    return everyContainer(workload, workload.allContainers, violations);
  },
  fix(workload) {
    // What a container adds by name it is said to need.
    if (workload.allContainers.some((container) => tooMuch(container).length > 0)) return undefined;
    return { safety: "review", edits: workload.allContainers.filter((container) => !dropsAll(container)).map(dropAll) };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  ],
  equivalents: {
    "kube-linter": ["drop-net-raw-capability"],
    checkov: ["CKV_K8S_37", "CKV_K8S_28"],
    kubescape: ["C-0055", "C-0201"],
    trivy: ["KSV-0003", "KSV-0004", "KSV-0106"],
    cis: ["5.2.10"],
    pss: ["restricted"],
  },
};

function dropOf(container: Container): Field {
  return container.body.at("securityContext", "capabilities", "drop");
}

/** The restricted standard takes `ALL` as written and nothing else; `all` is refused at admission. */
function dropsAll(container: Container): boolean {
  const drop = dropOf(container);
  if (drop.writtenItems().some((item) => item.presence === "present" && item.text() === "ALL")) return true;
  requireAll(drop);
  return false;
}

function misspelled(container: Container): Field | undefined {
  return dropOf(container)
    .writtenItems()
    .find((item) => item.source?.toUpperCase() === "ALL");
}

function tooMuch(container: Container): readonly Field[] {
  const added = addedCapabilities(container).filter((item) => item.presence === "present");
  return added.filter((item) => capabilityName(item.text() ?? "") !== "NET_BIND_SERVICE");
}

function violations(container: Container): readonly Spot[] | undefined {
  const added = tooMuch(container).map((item) => ({
    place: item.place,
    message: "unmet.add",
    args: { name: item.source ?? "" },
  }));
  if (added.length > 0) return added;
  requireAll(container.body.at("securityContext", "capabilities", "add"));
  if (dropsAll(container)) return undefined;
  const wrong = misspelled(container);
  if (wrong !== undefined) return [{ place: wrong.place, message: "unmet.case" }];
  const drop = dropOf(container);
  return [{ place: drop.presence === "absent" ? container.place : drop.place }];
}

function dropAll(container: Container): Edit {
  const wrong = misspelled(container);
  if (wrong !== undefined) return { op: "replace", at: wrong.place, text: "ALL" };
  return { op: "append", at: dropOf(container).place, value: "ALL" };
}
