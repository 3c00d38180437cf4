/** Charts as inline texts, and places as `file:line text`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Key, Place } from "../../../../model/edit.ts";
import { placeIn } from "../../../../server/engine/render/graft.ts";
import { type HelmRendering, renderedChart } from "../../../../server/engine/render/helm/rendering.ts";
import type { ChartFiles } from "../../../../server/engine/render/helm/sources.ts";
import type { RenderedObject } from "../../../../server/engine/render/rendered.ts";
import type { HelmBuild } from "../../../../server/engine/render/specs.ts";
import { SourceFile } from "../../../../server/engine/source.ts";
import { lookup } from "../../../../server/engine/tree/read.ts";
import type { Tree } from "../../../../server/engine/tree/tree.ts";

export const CHART = "file:///w/shop";

export function sourceFile(uri: string, text: string): SourceFile {
  const yaml = /\.ya?ml$/.test(uri);
  return new SourceFile(uri, undefined, text, { yaml, yaml11: true, templated: yaml ? "auto" : "never" });
}

/** Files that can be typed in. */
export class TestChart implements ChartFiles {
  readonly sources = new Map<string, SourceFile>();

  constructor(texts: Readonly<Record<string, string>>) {
    this.write("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\nappVersion: '2.0'\n");
    for (const [path, text] of Object.entries(texts)) this.write(path, text);
  }

  static at(folder: string): TestChart {
    const chart = new TestChart({});
    chart.sources.clear();
    const visit = (path: string, inside: string): void => {
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        const name = `${inside}${entry.name}`;
        if (entry.isDirectory()) visit(join(path, entry.name), `${name}/`);
        else chart.write(name, readFileSync(join(path, entry.name), "utf8"));
      }
    };
    visit(folder, "");
    return chart;
  }

  write(path: string, text: string): void {
    const uri = `${CHART}/${path}`;
    this.sources.set(uri, sourceFile(uri, text));
  }

  source(uri: string): SourceFile | undefined {
    return this.sources.get(uri);
  }

  under(folder: string): readonly string[] {
    return [...this.sources.keys()].filter((uri) => uri.startsWith(`${folder}/`));
  }

  render(output: string, build: Partial<HelmBuild> = {}): HelmRendering {
    return renderedChart(output, this, { ...BUILD, ...build });
  }

  /** The file and the text of the line that a place is shown at. */
  line(place: Place | undefined): string | undefined {
    if (place === undefined) return undefined;
    const file = this.sources.get(place.document.uri);
    if (file === undefined || file.indexOf(place.document) < 0) return "gone";
    const { line } = file.rangeOf(place).start;
    return `${place.document.uri.slice(CHART.length + 1)}:${line + 1} ${file.text.split("\n")[line]?.trim()}`;
  }

  /** Where a field of an object was written. */
  written(object: RenderedObject | undefined, ...path: readonly Key[]): string | undefined {
    return object && this.line(placeIn(object.tree, object.document, path));
  }

  /** Where it was decided. */
  decided(object: RenderedObject | undefined, ...path: readonly Key[]): string | undefined {
    return object && this.line(placeIn(object.tree, object.document, path).decided);
  }
}

export const BUILD: HelmBuild = {
  tool: "helm",
  chart: CHART,
  release: "rel",
  namespace: "ns",
  values: [],
  inline: undefined,
  parameters: [],
};

/** As helm prints documents. */
export function printed(...documents: readonly (readonly [path: string, text: string])[]): string {
  return documents.map(([path, text]) => `---\n# Source: shop/${path}\n${text}\n`).join("");
}

export function named(rendering: HelmRendering, name: string): RenderedObject | undefined {
  return rendering.objects.find(({ tree }) => scalarAt(tree, "metadata", "name") === name);
}

export function scalarAt(tree: Tree | undefined, ...path: readonly Key[]): string | undefined {
  let node = tree;
  for (const key of path) {
    if (node?.kind === "map") node = lookup(node, String(key))?.value;
    else node = node?.kind === "list" ? node.items[Number(key)] : undefined;
  }
  return node?.kind === "scalar" ? node.text : undefined;
}
