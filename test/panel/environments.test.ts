/// <reference lib="dom" />
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { findingsOf, lensOf } from "../../media/panel/lens.ts";
import type { View } from "../../media/panel/view.ts";
import type { Report } from "../../server/features/report-contract.ts";
import { emptyReport, environment, fixture, HOSTILE, inEnvironments } from "./fixture.ts";
import { draw, texts } from "./page.ts";

const PROD = lensOf(environment("prod", 3));

function seen(view: Partial<View> = {}, report: Report = inEnvironments()): Element {
  return draw({ report }, view);
}

function said(page: Element): string {
  return page.querySelector(".lens-said")?.textContent ?? "";
}

describe("panel: environments", () => {
  it("are not spoken of where there are none", () => {
    equal(draw().querySelector(".lens, table"), null);
  });

  it("are chosen by buttons, with what tells them apart", () => {
    const page = seen();
    deepEqual(texts(page, ".choice"), [
      "All",
      "prod Kustomize",
      "staging (overlays/staging) Kustomize",
      "staging (charts/shop) Helm not production",
    ]);
    deepEqual(texts(page, '.choice[aria-pressed="true"]'), ["All"]);
    equal(page.querySelector('[role="group"].choices')?.getAttribute("aria-labelledby"), "lens-title");
    equal(said(page), "The whole workspace is shown; 2 of 3 environments count.");
  });

  it("are the lens of the grid: its levels, its progress and what holds them", () => {
    const page = seen({ lens: PROD });
    deepEqual(texts(page, '.choice[aria-pressed="true"]'), ["prod Kustomize"]);
    deepEqual(
      [...page.querySelectorAll(".cell.held")].map((it) => it.getAttribute("data-key")),
      ["culture/2", "architecture/2", "automation/2", "security/3", "scalability/2"],
    );
    equal(texts(page, ".rowheader .facts")[3], "47% of level 4");
    deepEqual(texts(seen({ lens: PROD, selected: { dimension: "security", level: 3 } }), ".blockers ol button"), [
      "Set a seccomp profile",
    ]);
    match(said(page), /^prod is shown: level 2, weakest: Culture/);
    match(page.querySelector('[role="grid"]')?.getAttribute("aria-label") ?? "", /\(prod\)$/);
    // The headline stays that of the workspace.
    equal(page.querySelector(".overall strong")?.textContent, draw().querySelector(".overall strong")?.textContent);
  });

  it("stand side by side, each row a lens, the weakest level marked in words as well", () => {
    const page = seen({ lens: PROD });
    deepEqual(texts(page, "thead th").slice(0, 2), ["Environment", "Culture and Organization"]);
    deepEqual(
      [...page.querySelectorAll("tbody tr")].map((row) => texts(row, "td").join(" | ")),
      [
        "3 | 4 | 2▾, the weakest | 2▾, the weakest | –No evidence yet",
        "2▾, the weakest | 2▾, the weakest | 2▾, the weakest | 3 | 2▾, the weakest",
        "2 | 2 | 2 | 1▾, the weakest | 2",
        "2 | 2 | 2 | –No evidence yet | 2",
      ],
    );
    deepEqual(texts(page, "tr.chosen button"), ["prod"]);
    equal(page.querySelectorAll('tbody th[scope="row"] button[aria-pressed]').length, 4);
    for (const row of page.querySelectorAll("tbody tr")) equal(row.getAttribute("data-action"), "lens");
  });

  it("come from a list where there are many, with the table put away", () => {
    const many = Array.from({ length: 50 }, (_, index) => environment(`env-${index}`, 1));
    const page = seen({ lens: lensOf(environment("env-7", 1)) }, { ...inEnvironments(), environments: many });
    equal(page.querySelectorAll(".choice").length, 0);
    equal(page.querySelectorAll(".lens select option").length, 51);
    deepEqual(texts(page, ".lens option[selected]"), ["env-7 · Kustomize"]);
    equal(page.querySelector('label[for="lens-choice"]')?.textContent, "Environment");
    equal(page.querySelector(".compare")?.hasAttribute("open"), false);
    equal(seen().querySelector(".compare")?.hasAttribute("open"), true);
  });

  it("that went away leave the whole workspace, and are said to be gone once everything was read", () => {
    const gone = { ...PROD, name: "gone" };
    equal(seen({ lens: gone }).querySelector(".cell.held")?.getAttribute("data-key"), "culture/3");
    equal(said(seen({ lens: gone })), "gone is not here any more: the whole workspace is shown.");
    match(said(draw({ report: inEnvironments(), scanning: true }, { lens: gone })), /^The whole workspace is shown/);
    equal(draw({}, { lens: gone }).querySelector(".lens"), null);
  });

  it("are shown although none of them counts", () => {
    const report = { ...emptyReport(3), environments: [environment("dev", 1, { nonProduction: true })] };
    equal(seen({}, report).querySelector(".empty"), null);
    equal(seen({}, report).querySelectorAll('[role="gridcell"]').length, 25);
    const nothing = environment("dev", null);
    for (const one of nothing.dimensions) Object.assign(one, { level: null, reach: null });
    ok(seen({}, { ...report, environments: [nothing] }).querySelector(".empty"));
  });

  it("have names that are text", () => {
    const page = seen({}, { ...inEnvironments(), environments: [environment(HOSTILE, 1)] });
    equal(page.querySelectorAll("img, script").length, 0);
  });
});

describe("panel: findings through an environment", () => {
  const report = inEnvironments();
  const told = (name: string, changes: Partial<Report> = {}) => {
    const whole = { ...report, ...changes };
    const one = whole.environments.find((it) => it.name === name) ?? environment(name, 1);
    const isOf = findingsOf(whole, one);
    return ({ kind = "Deployment", name = "web", namespace = "prod", uri = "deploy/web.yaml" }) => {
      const [finding] = report.findings;
      return finding === undefined || isOf?.({ ...finding, uri, subject: { kind, name, namespace } });
    };
  };

  it("leaves out what is of others, and keeps what is shared or serves all", () => {
    const prod = told("prod");
    equal(prod({}), true);
    equal(prod({ namespace: "shop" }), true, "the same object in a file that prod applies as well");
    equal(prod({ name: "cart", namespace: "shop", uri: "deploy/cart.yaml" }), false);
    equal(prod({ uri: "overlays/staging/patch.yaml" }), false);
    equal(prod({ uri: "overlays/prod/patch.yaml" }), true);
    equal(prod({ kind: "Pipeline", name: "build", uri: ".github/workflows/build.yml" }), true);
    equal(prod({ kind: "Workspace", name: "", uri: "" }), true);
    equal(prod({ kind: "Namespace", name: "shop" }), false);
    equal(prod({ kind: "Namespace", name: "prod" }), true);
    equal(prod({ kind: "Namespace", name: "unheard-of" }), true);
    equal(told("staging")({ name: "cart", namespace: "shop", uri: "deploy/cart.yaml" }), true);
  });

  it("keeps what stands in the folder of another one that it draws on", () => {
    const subjects = report.subjects.map((it) => ({ ...it, uri: `overlays/staging/${it.name}.yaml` }));
    equal(told("prod", { subjects })({ uri: "overlays/staging/patch.yaml" }), true);
  });

  it("filters nothing, and says so, where it is not told who applies what", () => {
    const view: Partial<View> = { lens: PROD, selected: { dimension: "security", level: 3 }, filter: "all" };
    const rows = (page: Element) => texts(page, '.practice[data-key="security/seccomp-profile"] .subject').length;
    equal(rows(seen(view)), 2);
    match(seen(view).querySelector(".cell-detail .note")?.textContent ?? "", /left out\.$/);
    const untold = seen(view, { ...report, subjects: [] });
    equal(rows(untold), 3);
    equal(
      untold.querySelector(".cell-detail .note")?.textContent,
      "Practices, counts and places are those of the whole workspace.",
    );
  });

  it("keeps the index that a finding has in the report", () => {
    const page = seen({ lens: PROD, selected: { dimension: "security", level: 3 } });
    for (const link of page.querySelectorAll('[data-list="findings"]')) {
      const { uri, range } = fixture().findings[Number(link.getAttribute("data-index"))] ?? {};
      equal(link.textContent, `${uri}:${(range?.start.line ?? 0) + 1}`);
    }
  });
});
