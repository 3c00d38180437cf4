/// <reference lib="dom" />
import { deepEqual, equal } from "node:assert/strict";
import { builder, patch } from "../../media/panel/dom.ts";
import { newDocument, texts } from "./page.ts";

describe("panel: patch", () => {
  const document = newDocument();
  const h = builder(document);
  const list = (...keys: string[]) =>
    h(
      "ul",
      null,
      keys.map((key) => h("li", { "data-key": key, tabindex: 0 }, `row ${key}`)),
    );

  it("keeps the nodes of keyed children, whatever comes before, between or after them", () => {
    const current = list("a", "b", "c");
    const kept = current.children[1];
    patch(current, list("x", "b", "y", "c"));
    deepEqual(texts(current, "li"), ["row x", "row b", "row y", "row c"]);
    equal(current.children[1], kept);
  });

  it("follows any new order", () => {
    const current = list("a", "b", "c", "d");
    for (const order of ["dcba", "bd", "", "abcd", "cadb"]) {
      patch(current, list(...order));
      deepEqual(
        texts(current, "li"),
        [...order].map((key) => `row ${key}`),
      );
    }
  });

  it("keeps the focus when rows are put before the focused one", () => {
    const current = list("a", "b");
    document.body.append(current);
    (current.children[1] as HTMLElement).focus();
    patch(current, list("new", "a", "b"));
    equal(document.activeElement?.textContent, "row b");
  });

  it("changes text and attributes in place, and leaves a fold as its reader left it", () => {
    const fold = (open: boolean, label: string, title: string | null) =>
      h("details", { open, title }, h("summary", null, label), "text");
    const current = fold(true, "1 notice", "gone");
    patch(current, fold(false, "2 notices", null));
    deepEqual(texts(current, "summary"), ["2 notices"]);
    equal(current.hasAttribute("open"), true);
    equal(current.hasAttribute("title"), false);
  });

  it("replaces an element by one of another kind", () => {
    const current = h("div", null, h("span", null, "not a link"), "tail");
    patch(current, h("div", null, h("button", null, "a link")));
    equal(current.innerHTML, "<button>a link</button>");
  });
});
