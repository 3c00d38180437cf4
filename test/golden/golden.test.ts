import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { printGrid } from "../../server/cli/print.ts";
import { buildReport } from "../../server/features/report.ts";
import { openFolder, textsOf } from "../support/disk.ts";

const FOLDER = join(process.cwd(), "test/golden");

/** Whole workspaces, all practices, both languages. `UPDATE=1` rewrites what is expected; the difference is read. */
const WORKSPACES: Record<string, string> = Object.fromEntries([
  ["sample", "media/sample"],
  ...readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(FOLDER, entry.name, "workspace")))
    .map((entry) => [entry.name, `test/golden/${entry.name}/workspace`]),
]);

function expectText(path: string, text: string): void {
  if (process.env["UPDATE"] === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  assert.equal(text, existsSync(path) ? readFileSync(path, "utf8") : undefined, `${path} (UPDATE=1 rewrites it)`);
}

describe("whole workspaces", () => {
  for (const [name, folder] of Object.entries(WORKSPACES)) {
    for (const language of ["en", "sv"] as const) {
      it(`${name} in ${language}`, () => {
        const texts = textsOf(language);
        const report = buildReport(openFolder(folder), { texts, version: "0.0.0" });
        const ids = new Set(report.practices.map((practice) => practice.id));
        // A report of what is there, in a form that people can read as a difference.
        const findings = report.findings
          .map(
            (one) =>
              `${one.state.padEnd(7)} ${one.practice} ${one.uri}:${one.range.start.line + 1}:${one.range.start.character + 1} ${one.subject.kind}/${one.subject.name}${one.subject.container === undefined ? "" : `/${one.subject.container}`}: ${one.message}${one.fix === null ? "" : ` [${one.fix}]`}`,
          )
          .sort();
        const practices = report.practices
          .filter((practice) => practice.state !== "not-applicable")
          .map(
            (practice) =>
              `${practice.id} ${practice.state} ${practice.met}/${practice.met + practice.unmet + practice.unknown}`,
          );
        expectText(join(FOLDER, name, `grid.${language}.txt`), printGrid(report, { texts, colour: false, width: 120 }));
        expectText(
          join(FOLDER, name, `report.${language}.json`),
          `${JSON.stringify(
            {
              ...report,
              findings,
              practices,
              environments: report.environments.map(
                (one) =>
                  `${one.name} ${one.kind} ${one.root} (${one.file})${one.nonProduction ? " non-production" : ""} ${one.dimensions
                    .map(({ level }) => level ?? "-")
                    .join(" ")}`,
              ),
              subjects: report.subjects.map(
                (one) =>
                  `${one.kind}/${one.name}${one.environment === undefined ? "" : ` in ${one.environment}`} ${one.uri}:${one.range.start.line + 1} ${Object.values(
                    one.levels,
                  )
                    .map((level) => level ?? "-")
                    .join(" ")}`,
              ),
            },
            null,
            1,
          )}\n`,
        );
        for (const finding of report.findings) assert.ok(ids.has(finding.practice), finding.practice);
      });
    }
  }
});
