import assert from "node:assert/strict";
import { join } from "node:path";
import { DIMENSIONS, type Level } from "../../model/kmm.ts";
import { printGrid } from "../../server/cli/print.ts";
import type { Report, ReportEnvironment } from "../../server/features/report-contract.ts";
import { loadTexts } from "../../server/host/texts.ts";

const texts = (language: "en" | "sv") => loadTexts(join(process.cwd(), "dist"), language);

function environment(name: string, levels: readonly (Level | null)[], rest: Partial<ReportEnvironment> = {}) {
  const root = `overlays/${name}`;
  const dimensions = DIMENSIONS.map((id, index) => {
    const level = levels[index] ?? null;
    const rest = { strictLevel: level, possible: level, reach: level, progress: 0, confidence: 1, blockedBy: [] };
    return { id, level, ...rest, cells: [] };
  });
  const file = `${root}/kustomization.yaml`;
  return { name, root, kind: "kustomize" as const, nonProduction: false, file, dimensions, ...rest };
}

function report(environments: ReportEnvironment[]): Report {
  return {
    schema: "kmm-report/1",
    tool: { name: "kmm", version: "1.2.3" },
    language: "en",
    overall: 1,
    mean: 2,
    scanned: { files: 1, kubernetes: 1, pipelines: 0, repository: 0, notRead: [] },
    dimensions: environment("", [2, 2, 2, 1, 3]).dimensions,
    practices: [],
    findings: [],
    subjects: [],
    environments,
    notices: [],
  };
}

/** The part about environments. */
function printed(
  environments: ReportEnvironment[],
  { width = 120, colour = false, language = "en" }: { width?: number; colour?: boolean; language?: "en" | "sv" } = {},
): string[] {
  const lines = printGrid(report(environments), { texts: texts(language), colour, width }).split("\n");
  const start = lines.findIndex((line) => /Environments|Miljöer/.test(line));
  return start < 0 ? [] : lines.slice(start, lines.indexOf("", start));
}

const THREE = [
  environment("dev", [1, 2, 2, 2, null], { nonProduction: true }),
  environment("production", [2, 3, 2, 1, 2]),
  environment("shop", [2, 2, 2, 2, 2], { kind: "argo-cd", root: "." }),
];

describe("the grid of the command line", () => {
  it("says nothing of environments where there are none", () => assert.deepEqual(printed([]), []));

  it("has a row for each environment, those for production first", () => {
    assert.deepEqual(printed(THREE), [
      "Environments  C  A  D  S  P",
      "production    2  3  2 ▾1  2  Kustomize, overlays/production",
      "shop          2  2  2  2  2  Argo CD, .",
      "dev          ▾1  2  2  2  –  not production, Kustomize, overlays/dev",
      "C Culture and Organization  A Architecture  D Automation and CI/CD  S Security and Compliance",
      "P Scalability and Performance  ▾ weakest",
    ]);
  });

  it("has them in Swedish", () => {
    const lines = printed(THREE, { language: "sv" });
    assert.equal(lines[0], "Miljöer     K  A  D  S  P");
    assert.match(lines[3] ?? "", /ej produktion, Kustomize, overlays\/dev$/);
    assert.match(lines.at(-1) ?? "", /svagast$/);
  });

  it("stops after twenty", () => {
    const many = Array.from({ length: 53 }, (_, index) => environment(`env-${index}`, [1, 1, 1, 1, 1]));
    const lines = printed(many);
    assert.equal(lines.filter((line) => line.startsWith("env-")).length, 20);
    assert.ok(lines.includes("and 33 more"));
  });

  it("fits into narrow terminals", () => {
    const long = environment(`${"very-".repeat(20)}long`, [1, 2, 3, 4, 5], { nonProduction: true });
    for (const language of ["en", "sv"] as const)
      for (const width of [40, 60, 80])
        for (const line of printed([...THREE, long], { width, language }))
          assert.ok(line.length <= width, `${width}: ${line}`);
  });

  it("has colour only where that is wanted, and never what a name says to the terminal", () => {
    const hostile = environment("a\u001b[31mb\u202e\n", [1, 2, 2, 2, 2]);
    const code = "\u001b";
    assert.ok(
      !printed([...THREE, hostile])
        .join("")
        .includes(code),
    );
    const coloured = printed([...THREE, hostile], { colour: true }).join("\n");
    assert.ok(coloured.includes(`${code}[33m ▾1${code}[0m`));
    assert.ok(coloured.includes(`${code}[2mdev`));
    assert.ok(!coloured.includes("\u202e") && !coloured.includes(`a${code}`));
  });
});
