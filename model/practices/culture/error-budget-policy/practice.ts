import { type Evidence, shownBy } from "../../../evidence.ts";
import type { Field, Repository, Resource } from "../../../facts.ts";
import { once } from "../../../memo.ts";
import { ifKnown, met, practice, type Sources, unmet } from "../../../practice.ts";

const SLOTH = "sloth.slok.dev/PrometheusServiceLevel";
const PYRRA = "pyrra.dev/ServiceLevelObjective";
const OPEN = "openslo/SLO";
const PAGE = /^(?:docs?\/(?:[^/]+\/)*)?[^/]*error-?_?budget[^/]*\.(?:md|adoc|rst)$/i;

export default practice({
  level: 4,
  gate: "supporting",
  share: "any",
  subject: "workspace",
  effort: "apply",
  answers: "yes",
  judge(_workspace, world) {
    const objects = world.resources([SLOTH, PYRRA, OPEN]).filter((one) => !one.nonProduction);
    const raw = world.repositories().flatMap(rawIn);
    const found = objects.flatMap((one): readonly Evidence[] => alertsOf(one).map((at) => ({ at, in: one })));
    const shown = shownBy(found, world);
    if (shown?.state === "met") return shown;
    const pages = world.repositories().flatMap((repository) => repository.find(PAGE));
    if (pages.length > 0)
      return met(
        pages.map(({ place }) => place),
        "met.page",
      );
    const loud = raw.filter(isLoud);
    if (loud.length > 0) return met(loud);
    if (shown !== undefined) return shown;
    const [silent] = objects;
    if (silent !== undefined) return unmet(silent.place, "unmet", { name: silent.displayName });
    const [slo] = raw;
    return slo === undefined ? undefined : unmet(slo, "unmet", { name: slo.at("name").source ?? "" });
  },
});

/** What says so elsewhere. */
export const sources: Sources = {
  references: ["https://sre.google/workbook/error-budget-policy/", "https://sre.google/workbook/alerting-on-slos/"],
};

/** What tells somebody that the budget burns. */
function alertsOf({ groupKind, body, place }: Resource): readonly Evidence["at"][] {
  const spec = body.at("spec");
  if (groupKind === PYRRA) return ifKnown(() => spec.at("alerting", "disabled").flag()) === true ? [] : [place];
  if (groupKind === OPEN) return spec.at("alertPolicies").writtenItems();
  return spec
    .at("slos")
    .writtenItems()
    .map((slo) => slo.at("alerting", "pageAlert"))
    .filter(isOn);
}

function isOn(alert: Field): boolean {
  return alert.presence === "present" && ifKnown(() => alert.at("disable").flag()) !== true;
}

/** Objectives in Sloth's own files. */
const rawIn = once((repository: Repository): readonly Field[] =>
  repository
    .find(/\.ya?ml$/)
    .filter(
      ({ text, body }) =>
        text !== undefined && /^slos:/m.test(text) && body.at("version").source?.startsWith("prometheus/") === true,
    )
    .flatMap(({ body }) => body.at("slos").writtenItems()),
);

function isLoud(slo: Field): boolean {
  return isOn(slo.at("alerting", "page_alert"));
}
