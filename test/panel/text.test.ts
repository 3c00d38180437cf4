/// <reference lib="dom" />
import { deepEqual, equal, ok } from "node:assert/strict";
import { PANEL_TEXT } from "../../media/panel/text.ts";
import cells from "../../model/text/cells.json" with { type: "json" };
import { emptyReport, environment, fixture, inEnvironments } from "./fixture.ts";
import { draw } from "./page.ts";

/** Words that are the same in both languages, and names that are not translated. */
const SAME = new Set(["Dimension", "Kubernetes Maturity Model"]);

function leaves(value: unknown, path: string): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") return [[path, String((value as (...args: unknown[]) => unknown)(3, 4, 5, 6))]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, it]) => leaves(it, `${path}/${key}`));
}

describe("panel: texts", () => {
  // These two take names or a formatted number, which the placeholder numbers of `leaves` are not.
  const plain = ({ weakest, mean, cellLabel, ...rest }: (typeof PANEL_TEXT)["en"]) => rest;
  const en = leaves(plain(PANEL_TEXT.en), "");
  const sv = leaves(plain(PANEL_TEXT.sv), "");

  it("have the same keys in both languages, and none is empty", () => {
    deepEqual(
      sv.map(([key]) => key),
      en.map(([key]) => key),
    );
    deepEqual(
      leaves(cells.sv, "").map(([key]) => key),
      leaves(cells.en, "").map(([key]) => key),
    );
    for (const [key, value] of [...en, ...sv, ...leaves(cells.sv, ""), ...leaves(cells.en, "")]) {
      ok(value.trim() !== "", key);
    }
  });

  it("differ between the languages", () => {
    const swedish = new Map(sv);
    for (const [key, value] of en) if (!SAME.has(value)) ok(swedish.get(key) !== value, `${key}: ${value}`);
  });

  it("name all 25 cells, each by its own name", () => {
    for (const language of ["en", "sv"] as const) {
      const names = Object.values(cells[language]).flatMap(({ levels }) => Object.values(levels).map((it) => it.name));
      equal(new Set(names).size, 25);
    }
  });

  it("leave no English in a Swedish panel", () => {
    const english = new Set([...en, ...leaves(cells.en, "")].map(([, value]) => value));
    for (const value of [...sv, ...leaves(cells.sv, "")].map(([, it]) => it)) english.delete(value);
    const report = { ...fixture(), language: "sv" as const };
    const pages = [
      draw({ language: "sv", report, folders: ["a", "b"] }, { filter: "all" }),
      draw({ language: "sv", report, server: "stopped" }, { selected: { dimension: "security", level: 3 } }),
      draw({ language: "sv", report: { ...inEnvironments(), language: "sv" } }),
      draw({ language: "sv", report: { ...inEnvironments(), language: "sv" } }, { lens: environment("prod", 3) }),
      draw({ language: "sv", report: { ...inEnvironments(), language: "sv" } }, { lens: environment("gone", 3) }),
      draw({ language: "sv", report: emptyReport(3) }),
      draw({ language: "sv", report: null, server: "starting" }),
    ];
    for (const page of pages) {
      for (const element of [page, ...page.querySelectorAll("*")]) {
        const own = [...element.childNodes].filter((it) => it.nodeType === 3).map((it) => it.textContent ?? "");
        const said = ["aria-label", "title"].map((name) => element.getAttribute(name) ?? "");
        for (const value of [...own, ...said]) ok(!english.has(value.trim()), value);
      }
    }
  });
});
