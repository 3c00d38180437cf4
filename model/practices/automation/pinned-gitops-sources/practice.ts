import type { Field, GroupKind, Resource } from "../../../facts.ts";
import { applicationSpec } from "../../../gitops.ts";
import { every, met, practice, type Sources, type Spot, type Verdict } from "../../../practice.ts";

const ARGO: readonly GroupKind[] = ["argoproj.io/Application", "argoproj.io/ApplicationSet"];
const RELEASE: GroupKind = "helm.toolkit.fluxcd.io/HelmRelease";
const GIT: GroupKind = "source.toolkit.fluxcd.io/GitRepository";
const OCI: GroupKind = "source.toolkit.fluxcd.io/OCIRepository";

/** Any version there is, or will be. */
const ANY = /^(?:|\*|x|latest|>=?\s*\d[\w.-]*|\^0|~0)$/i;

export default practice({
  level: 4,
  gate: "supporting",
  share: "most",
  subject: "resource",
  kinds: [...ARGO, RELEASE, GIT, OCI],
  effort: "confirm",
  judge(resource): Verdict | undefined {
    const sources = sourcesOf(resource);
    if (sources.length === 0) return undefined;
    return every(
      sources,
      (source) => looseness(source, resource),
      met(sources.map(({ at }) => at)).state === "met" ? sources.map(({ at }) => at) : resource.place,
    );
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: [
    "https://argo-cd.readthedocs.io/en/stable/user-guide/tracking_strategies/",
    "https://fluxcd.io/flux/components/source/ocirepositories/#reference",
  ],
  equivalents: { scorecard: ["Pinned-Dependencies"] },
};

interface Source {
  /** What names the version. */
  readonly at: Field;
  readonly kind: "chart" | "git" | "oci";
}

function sourcesOf(resource: Resource): readonly Source[] {
  const spec = resource.body.at("spec");
  switch (resource.groupKind) {
    case RELEASE: {
      const chart = spec.at("chart", "spec");
      // A chart that lies in a Git repository has the version that Git has.
      const fromGit = /^(?:GitRepository|Bucket)$/.test(chart.at("sourceRef", "kind").source ?? "");
      return chart.presence === "absent" || fromGit ? [] : [{ at: chart.at("version"), kind: "chart" }];
    }
    case GIT:
      return [{ at: spec.at("ref"), kind: "git" }];
    case OCI:
      return [{ at: spec.at("ref"), kind: "oci" }];
    default: {
      const own = applicationSpec(resource);
      const all = [own.at("source"), ...own.at("sources").writtenItems()].filter((one) => one.presence !== "absent");
      return all.map((one) => ({
        at: one.at("targetRevision"),
        kind: one.at("chart").presence === "absent" && !/^oci:/.test(one.at("repoURL").source ?? "") ? "git" : "chart",
      }));
    }
  }
}

/** What may bring another version tomorrow. A branch of Git is how GitOps works; only a chart or an image must be pinned. */
function looseness({ at, kind }: Source, resource: Resource): Spot | undefined {
  const args = { name: resource.displayName };
  switch (kind) {
    case "chart":
      return ANY.test(at.text()?.trim() ?? "") ? { place: at.place, message: "unmet.chart", args } : undefined;
    case "oci": {
      const pinned = ["digest", "tag", "semver"].map((key) => at.at(key)).find((one) => one.presence !== "absent");
      const text = pinned?.text()?.trim() ?? "";
      return ANY.test(text) ? { place: (pinned ?? at).place, message: "unmet.oci", args } : undefined;
    }
    case "git":
      at.text();
      return undefined;
    default:
      return kind satisfies never;
  }
}
