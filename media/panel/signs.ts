/** Drawn signs beside every colour, in the text's own colour so that each theme and forced colours have them. */
import type { PracticeState, Rating } from "../../server/features/report-contract.ts";
import type { Build, Child } from "./dom.ts";

/** Drawn, not typed: the quarter circles are missing from many fonts, and a drawing survives forced colours. */
export function sign(h: Build, rating: Rating): Element {
  const shapes: Record<NonNullable<Rating> | "none", Child> = {
    N: null,
    P: h("path", { d: "M8 8 L8 3.5 A4.5 4.5 0 0 1 12.5 8 Z", fill: "currentColor" }),
    L: h("path", { d: "M8 3.5 A4.5 4.5 0 1 1 3.5 8 L8 8 Z", fill: "currentColor" }),
    F: h("circle", { cx: 8, cy: 8, r: 4.5, fill: "currentColor" }),
    none: h("path", { d: "M5 8 H11", stroke: "currentColor", "stroke-width": 1.5 }),
  };
  const ring = h("circle", { cx: 8, cy: 8, r: 6.5, fill: "none", stroke: "currentColor", "stroke-width": 1.25 });
  return h(
    "svg",
    { class: "sign", viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" },
    rating !== null && ring,
    shapes[rating ?? "none"],
  );
}

/** A shape for each state, so that colour is never the only difference. */
export function stateSign(h: Build, state: PracticeState, label?: string): Element {
  const stroke = { fill: "none", stroke: "currentColor", "stroke-width": 1.5 };
  const shapes: Record<PracticeState, string> = {
    met: "M3.5 8.5 L6.5 11.5 L12.5 4.5",
    attested: "M3.5 8.5 L6.5 11.5 L12.5 4.5 M3.5 14 H12.5",
    partial: "M3 10 C5 5 6 5 8 8 S11 11 13 6",
    unmet: "M4 4 L12 12 M12 4 L4 12",
    unknown: "M5.5 6 A2.5 2.5 0 1 1 8 8.5 V10 M8 12 V13.5",
    "not-applicable": "M4 8 H12",
    waived: "M4.5 3.5 V12.5 M4.5 4 H12 L10 6.5 L12 9 H4.5",
  };
  return h(
    "svg",
    {
      class: "state-sign",
      "data-state": state,
      viewBox: "0 0 16 16",
      width: 14,
      height: 14,
      ...(label === undefined ? { "aria-hidden": "true" } : { role: "img", "aria-label": label }),
    },
    h("path", { d: shapes[state], ...stroke }),
  );
}
