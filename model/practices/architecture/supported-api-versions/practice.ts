import type { Fix } from "../../../edit.ts";
import type { Resource } from "../../../facts.ts";
import { cannotTell, met, practice, type Sources, unmet } from "../../../practice.ts";
import { isBuiltIn, REMOVED, type Removal } from "../../../removed-apis.ts";

export default practice({
  level: 1,
  gate: "required",
  share: "all",
  subject: "resource",
  effort: "apply",
  judge(resource, world) {
    const removal = removalOf(resource);
    const field = resource.body.at("apiVersion");
    if (isMisplaced(resource)) {
      const use = servedAs(resource);
      return unmet(field, "unmet.group", { version: resource.version, kind: resource.kind, use });
    }
    if (removal === undefined)
      return isBuiltIn(resource.group) && /^v\d+$/.test(resource.version) ? met(field) : undefined;
    if (world.kubernetesMinor < removal.since) return met(field);
    // A template may write it for old clusters only.
    if (resource.conditional) return cannotTell(field);
    const args = {
      version: apiVersionOf(resource),
      kind: resource.kind,
      since: `1.${removal.since}`,
      use: removal.use,
    };
    return unmet(field, removal.use === "" ? "unmet.gone" : "unmet", args);
  },
  fix(resource): Fix | undefined {
    const removal = removalOf(resource);
    if (isMisplaced(resource)) {
      const use = servedAs(resource);
      const edit = { op: "set", at: resource.body.at("apiVersion").place, value: use } as const;
      return { safety: lacksSelector(resource) ? "review" : "safe", args: { use }, edits: [edit] };
    }
    if (removal?.swap === undefined || lacksSelector(resource)) return undefined;
    return {
      safety: removal.swap,
      args: { use: removal.use },
      edits: [{ op: "set", at: resource.body.at("apiVersion").place, value: removal.use }],
    };
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://kubernetes.io/docs/reference/using-api/deprecation-guide/"],
  equivalents: { "kube-linter": ["no-extensions-v1beta"], "kube-score": ["stable-version"], trivy: ["KSV-0107"] },
};

function apiVersionOf({ group, version }: Resource): string {
  return group === "" ? version : `${group}/${version}`;
}

function removalOf(resource: Resource): Removal | undefined {
  return REMOVED.get(`${apiVersionOf(resource)}/${resource.kind}`);
}

/** The newer versions demand a selector, and a budget's empty one selects everything in them and nothing before. */
function lacksSelector(resource: Resource): boolean {
  if (!/^(apps|extensions|policy)$/.test(resource.group) || resource.kind === "NetworkPolicy") return false;
  return ["matchLabels", "matchExpressions"].every(
    (key) => resource.body.at("spec", "selector", key).presence === "absent",
  );
}

/** Written without the group of its kind. */
function isMisplaced({ group, body }: Resource): boolean {
  const written = body.at("apiVersion").source ?? "";
  return group !== "" && written !== "" && !written.includes("/");
}

/** Of these the first version is not the one to use. */
function servedAs({ group, kind }: Resource): string {
  return `${group}/${kind === "HorizontalPodAutoscaler" ? "v2" : "v1"}`;
}
