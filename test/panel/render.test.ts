/// <reference lib="dom" />
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { View } from "../../media/panel/view.ts";
import { emptyReport, fixture, HOSTILE } from "./fixture.ts";
import { draw, texts } from "./page.ts";

const SECURITY_3: Partial<View> = { selected: { dimension: "security", level: 3 } };

describe("panel: grid", () => {
  it("is an ARIA grid of five dimensions by five levels", () => {
    const page = draw();
    equal(page.querySelectorAll('[role="grid"]').length, 1);
    equal(page.querySelectorAll('[role="row"]').length, 6);
    equal(page.querySelectorAll('[role="columnheader"]').length, 6);
    equal(page.querySelectorAll('[role="rowheader"]').length, 5);
    equal(page.querySelectorAll('[role="gridcell"]').length, 25);
  });

  it("has one stop for Tab, on the selected cell or where the arrow keys went", () => {
    const stops = (view: Partial<View>) =>
      [...draw({}, view).querySelectorAll('[role="gridcell"][tabindex="0"]')].map((it) => it.getAttribute("data-key"));
    deepEqual(stops(SECURITY_3), ["security/3"]);
    deepEqual(stops({ ...SECURITY_3, focused: { dimension: "culture", level: 5 } }), ["culture/5"]);
  });

  it("says each cell's state in words and with a sign, not by colour alone", () => {
    const page = draw();
    deepEqual(texts(page, '[data-key="security"] .rating'), [
      "fully",
      "largely",
      "partially",
      "not yet",
      "nothing applies",
    ]);
    equal(page.querySelectorAll('[role="gridcell"] svg').length, 25);
    equal(
      page.querySelector('[data-key="security/2"]')?.getAttribute("aria-label"),
      "Security and Compliance, level 2, Network Policies: largely achieved, 3 of 4 required practices, held",
    );
    equal(
      page.querySelector('[data-key="security/5"]')?.getAttribute("aria-label"),
      "Security and Compliance, level 5, Zero Trust and Beyond: nothing here applies",
    );
  });

  it("marks the held cell of each dimension that has a level", () => {
    const held = [...draw().querySelectorAll(".cell.held")].map((it) => it.getAttribute("data-key"));
    deepEqual(held, ["culture/3", "architecture/4", "automation/2", "security/2"]);
  });

  it("names what differs from the held level", () => {
    deepEqual(texts(draw(), ".rowheader .facts"), [
      "strictly 2 · 47% of level 4",
      "47% of level 5",
      "evidence up to 5 · 47% of level 3",
      "up to 3 if what is unknown turns out well · evidence up to 4 · 47% of level 3 · 80% could be judged",
      "",
    ]);
  });

  it("opens on what stands in the way of the weakest dimension", () => {
    equal(draw().querySelector('[aria-selected="true"]')?.getAttribute("data-key"), "automation/3");
  });
});

describe("panel: headline", () => {
  it("gives the overall level and the dimensions that determine it", () => {
    deepEqual(texts(draw(), ".overall strong, .overall span"), [
      "Level 2",
      "weakest: Automation and CI/CD · Security and Compliance",
    ]);
  });

  it("gives none when too few dimensions have evidence", () => {
    match(
      draw({ report: { ...fixture(), overall: null, mean: null } }).querySelector(".overall")?.textContent ?? "",
      /^4 of 5 dimensions have evidence/,
    );
  });
});

describe("panel: detail", () => {
  it("lists what holds the level", () => {
    deepEqual(texts(draw({}, SECURITY_3), ".blockers ol button"), [
      "Run containers as a user that is not root",
      "Set a seccomp profile",
      "Scan images in the pipeline",
    ]);
  });

  it("shows unmet practices, and all of them on request", () => {
    equal(draw({}, SECURITY_3).querySelectorAll(".practice").length, 4);
    equal(draw({}, { ...SECURITY_3, filter: "all" }).querySelectorAll(".practice").length, 8);
    equal(
      draw({}, { ...SECURITY_3, filter: "all" })
        .querySelector('[aria-pressed="true"]')
        ?.getAttribute("data-id"),
      "all",
    );
  });

  it("keeps attested and waived apart from met", () => {
    const page = draw({}, { ...SECURITY_3, filter: "all" });
    const counts = (id: string) => texts(page, `.practice[data-key="${id}"] .counts`);
    deepEqual(counts("security/seccomp-profile"), ["0 of 2 · 1 waived"]);
    deepEqual(counts("security/secrets-encrypted"), ["1 attested"]);
    deepEqual(counts("security/drop-all-capabilities"), ["1 of 1 · 4 cannot be told"]);
  });

  it("cuts a long list at a hundred and goes on a hundred at a time", () => {
    const rows = (more: number) => {
      const page = draw({}, { ...SECURITY_3, more: { "security/run-as-non-root": more } });
      const practice = page.querySelector('.practice[data-key="security/run-as-non-root"]');
      return practice === null ? [] : [practice.querySelectorAll("li").length, ...texts(practice, ".more")];
    };
    deepEqual(rows(0), [100, "Show 100 more of 150"]);
    deepEqual(rows(1), [200, "Show 50 more of 50"]);
    deepEqual(rows(2), [250]);
  });

  it("links each finding by its index in the report, with file and line", () => {
    const page = draw({}, SECURITY_3);
    const link = page.querySelector('.practice[data-key="security/seccomp-profile"] .place');
    equal(link?.nodeName, "BUTTON");
    equal(link?.textContent, "deploy/web.yaml:8");
    equal(fixture().findings[Number(link?.getAttribute("data-index"))]?.message, "No seccomp profile is set.");
    ok(texts(page, "span.place").includes("whole workspace"));
  });

  it("opens the findings of a practice that holds the level, and shuts them on request", () => {
    const expanded = (view: Partial<View>) =>
      draw({}, { ...SECURITY_3, ...view })
        .querySelector('[data-focus="practice security/seccomp-profile"]')
        ?.getAttribute("aria-expanded");
    equal(expanded({}), "true");
    equal(expanded({ toggled: ["security/seccomp-profile"] }), "false");
  });

  it("says that a practice is answered by a person", () => {
    const page = draw({}, { selected: { dimension: "culture", level: 4 }, toggled: ["culture/postmortems"] });
    match(page.querySelector('.practice[data-key="culture/postmortems"]')?.textContent ?? "", /asked.*\.kmm\.yaml/);
  });
});

describe("panel: names from files", () => {
  it("are text, whatever is in them", () => {
    const page = draw({ folders: [HOSTILE, "web"] }, SECURITY_3);
    ok(page.textContent?.includes(HOSTILE));
    equal(page.querySelectorAll("img, script").length, 0);
    ok(!page.outerHTML.includes("<img"));
  });

  it("never become an inline style or a handler", () => {
    const page = draw({}, { ...SECURITY_3, filter: "all" });
    for (const element of page.querySelectorAll("*")) {
      for (const name of element.getAttributeNames()) ok(name !== "style" && !name.startsWith("on"), name);
    }
  });
});

describe("panel: states", () => {
  it("says that the analysis is starting", () => {
    const page = draw({ server: "starting", report: null });
    equal(page.querySelector('[role="status"]')?.textContent, "The analysis is starting…");
    equal(page.querySelector('[role="grid"]'), null);
  });

  it("says that the numbers may change while the first scan goes on", () => {
    match(draw({ scanning: true }).querySelector('[role="status"]')?.textContent ?? "", /may still change/);
  });

  it("keeps the last report in view when the analysis has stopped, and offers to restart it", () => {
    const page = draw({ server: "stopped" });
    match(page.querySelector('[role="status"]')?.textContent ?? "", /^The analysis has stopped/);
    equal(page.querySelector('[data-action="restart"]')?.textContent, "Restart the analysis");
    equal(page.querySelectorAll('[role="gridcell"]').length, 25);
  });

  it("says what to open when there is no evidence", () => {
    deepEqual(texts(draw({ report: emptyReport(), folders: [] }), ".empty h2"), ["No folder is open"]);
    deepEqual(texts(draw({ report: emptyReport() }), ".empty h2"), ["No evidence yet"]);
    match(draw({ report: emptyReport(1) }).querySelector(".empty p")?.textContent ?? "", /^1 file was read/);
    equal(draw({ report: emptyReport(), scanning: true }).querySelector(".empty"), null);
  });

  it("lets the reader choose a folder where there are several", () => {
    equal(draw().querySelector("select"), null);
    const page = draw({ folders: ["shop", "infra"], folder: 1 });
    deepEqual(texts(page, "option"), ["All folders", "shop", "infra"]);
    equal(page.querySelector("option[selected]")?.getAttribute("value"), "1");
  });

  it("folds away notices and files that were not read", () => {
    deepEqual(texts(draw(), "summary"), ["1 notice", "1 file not read"]);
    ok(texts(draw(), ".fold li").includes("larger than 1024 kBdeploy/crds.yaml"));
  });
});
