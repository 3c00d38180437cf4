import { deepEqual, equal } from "node:assert/strict";
import { isHostMessage, parsePanelMessage } from "../../media/panel/messages.ts";
import { INITIAL, move, restoreView, select, showMore, toggle } from "../../media/panel/view.ts";
import { state } from "./fixture.ts";

describe("panel: keys in the grid", () => {
  const at = (dimension: "culture" | "security" | "scalability", level: 1 | 3 | 5) => ({ dimension, level });

  it("move by one, and stop at the edges", () => {
    deepEqual(move(at("security", 3), "ArrowRight"), { dimension: "security", level: 4 });
    deepEqual(move(at("security", 3), "ArrowLeft"), { dimension: "security", level: 2 });
    deepEqual(move(at("security", 3), "ArrowUp"), { dimension: "automation", level: 3 });
    deepEqual(move(at("security", 3), "ArrowDown"), { dimension: "scalability", level: 3 });
    deepEqual(move(at("culture", 1), "ArrowLeft"), at("culture", 1));
    deepEqual(move(at("culture", 1), "ArrowUp"), at("culture", 1));
    deepEqual(move(at("scalability", 5), "ArrowRight"), at("scalability", 5));
    deepEqual(move(at("scalability", 5), "ArrowDown"), at("scalability", 5));
  });

  it("reach the ends of the row, the column and the grid", () => {
    deepEqual(move(at("security", 3), "Home"), at("security", 1));
    deepEqual(move(at("security", 3), "End"), at("security", 5));
    deepEqual(move(at("security", 3), "Home", true), at("culture", 1));
    deepEqual(move(at("security", 3), "End", true), at("scalability", 5));
    deepEqual(move(at("security", 3), "PageUp"), at("culture", 3));
    deepEqual(move(at("security", 3), "PageDown"), at("scalability", 3));
  });

  it("leave every other key alone", () => equal(move(at("security", 3), "Tab"), null));
});

describe("panel: view", () => {
  it("takes one back that was saved, and no more of it than is right", () => {
    const lens = { kind: "helm", root: "charts/shop", file: "charts/shop/values.yaml", name: "prod" } as const;
    const view = { ...INITIAL, selected: { dimension: "security", level: 3 }, filter: "all", lens } as const;
    deepEqual(restoreView(JSON.parse(JSON.stringify(view))), view);
    for (const saved of [
      null,
      undefined,
      7,
      "x",
      {},
      { selected: { dimension: "__proto__", level: 9 }, filter: 3 },
      { lens: { ...lens, kind: "x" } },
    ]) {
      deepEqual(restoreView(saved), INITIAL);
    }
  });

  it("changes by what is clicked", () => {
    deepEqual(toggle(toggle(INITIAL, "security/a"), "security/b").toggled, ["security/a", "security/b"]);
    deepEqual(toggle(toggle(INITIAL, "security/a"), "security/a").toggled, []);
    deepEqual(showMore(showMore(INITIAL, "security/a"), "security/a").more, { "security/a": 2 });
    deepEqual(select(INITIAL, { dimension: "culture", level: 2 }).focused, { dimension: "culture", level: 2 });
  });
});

describe("panel: messages", () => {
  it("from the panel are taken in their exact shape", () => {
    for (const message of [
      { type: "ready", folder: null },
      { type: "folder", folder: 1 },
      { type: "reveal", sequence: 1, list: "findings", index: 0 },
      { type: "explain", sequence: 2, practice: 3 },
      { type: "refresh" },
      { type: "restart" },
    ]) {
      deepEqual(parsePanelMessage(message), message);
    }
  });

  it("from the panel are dropped in any other", () => {
    for (const message of [
      null,
      "refresh",
      { type: "command", command: "workbench.action.terminal.new" },
      { type: "reveal", sequence: 1, list: "findings", index: "/etc/passwd" },
      { type: "reveal", sequence: 1, list: "subjects", index: 0 },
      { type: "reveal", sequence: 1, list: "findings", index: -1 },
      { type: "reveal", sequence: 1, list: "findings", index: 1.5 },
      { type: "reveal", list: "findings", index: 0 },
      { type: "explain", sequence: 1, practice: "security/x" },
      { type: "folder", folder: "/etc" },
      { type: "__proto__" },
      { type: "reveal", sequence: 1, list: "__proto__", index: 0 },
      { type: "reveal", sequence: 1, list: "findings", index: 1e300 },
      { type: "explain", sequence: Number.NaN, practice: 0 },
      { type: "folder", folder: { valueOf: () => 0 } },
      { type: "x".repeat(10_000_000) },
      [{ type: "refresh" }],
    ]) {
      equal(parsePanelMessage(message), null, JSON.stringify(message)?.slice(0, 200));
    }
    deepEqual(parsePanelMessage({ type: "refresh", command: "x", path: "/etc" }), { type: "refresh" });
  });

  it("from the host are taken only with a report of this version", () => {
    equal(isHostMessage({ type: "state", state: state() }), true);
    equal(isHostMessage({ type: "state", state: state({ report: null }) }), true);
    equal(isHostMessage({ type: "state", state: { ...state(), report: { schema: "kmm-report/2" } } }), false);
    equal(isHostMessage({ type: "state", state: { ...state(), folders: [1] } }), false);
    equal(isHostMessage({ type: "other" }), false);
    equal(isHostMessage(null), false);
  });
});
