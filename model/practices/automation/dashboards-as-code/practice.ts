import { countedWorkloads, type Evidence, inObjects, shownBy } from "../../../evidence.ts";
import type { Repository, Resource, World } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { met, practice, type Sources, unmet } from "../../../practice.ts";

export default practice({
  level: 3,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "people",
  judge(workspace, world) {
    const found: Evidence[] = [
      ...inObjects(
        world.resources([
          "grafana.integreatly.org/GrafanaDashboard",
          "integreatly.org/GrafanaDashboard",
          "perses.dev/PersesDashboard",
          "datadoghq.com/DatadogDashboard",
          "dashboard.grafana.app/Dashboard",
        ]),
      ),
      ...labelled(world),
    ];
    const shown = shownBy(found, world);
    if (shown?.state === "met") return shown;
    const files = world.repositories().flatMap(dashboardsIn);
    if (files.length > 0) return met(files);
    return shown ?? (countedWorkloads(world).length === 0 ? undefined : unmet(workspace.place));
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards"],
  equivalents: { dsomm: ["Visualized metrics"] },
};

/** ConfigMaps that Grafana's sidecar picks up. */
function labelled(world: World): readonly Evidence[] {
  return world.resources("/ConfigMap").flatMap(asDashboard);
}

const asDashboard = once((map: Resource): readonly Evidence[] => {
  const at = map.labels.at("grafana_dashboard");
  return at.presence === "absent" ? [] : [{ at, in: map }];
});

/** Files that Grafana's own export writes. */
const dashboardsIn = once((repository: Repository) =>
  repository
    .find(/(^|\/)[^/]*dashboards?[^/]*(\/.+)?\.json$/i)
    .filter(({ text }) => text === undefined || (/"panels"\s*:/.test(text) && /"schemaVersion"\s*:/.test(text)))
    .filter(({ path }) => /dashboards?\//i.test(path) || /dashboard[^/]*\.json$/i.test(path))
    .map(({ place }) => place),
);
