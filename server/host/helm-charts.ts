/** Charts of a workspace, rendered by the helm program of this machine, or without it where there is none. */
import { toObject } from "../engine/render/plain-object.ts";
import type { Snapshot } from "../engine/workspace.ts";
import { renderWithoutHelm } from "./built-in-helm.ts";
import type { ChartRenderer, HelmSpec, Rendered } from "./charts.ts";
import { findHelm, type HelmProgram, HelmRunner, type NoHelm } from "./helm.ts";
import { pathOfUri } from "./uris.ts";

/**
 * Renders by the program at a path, or by the one on the PATH; by none where that is `false`. It is looked for when the
 * first chart is asked for; without it, charts are rendered of which everything is known here, with a `pause` before
 * each so that others have their turn.
 */
export function helmRenderer(path?: string | false, pause?: () => Promise<void>): ChartRenderer {
  let found: Promise<HelmProgram | NoHelm> | undefined;
  let runner: HelmRunner | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  return {
    async render(spec: HelmSpec, _snapshot: Snapshot, open, signal): Promise<Rendered> {
      if (path !== false) found ??= findHelm(path);
      const program = await found;
      const { build } = spec;
      const chart = pathOfUri(build.chart);
      const values = build.values.map(pathOfUri).filter((one) => one !== undefined);
      // What is on no disk cannot be rendered.
      if (chart === undefined || values.length < build.values.length) return { failure: { text: "" } };
      const overlay = new Map(
        [...open].flatMap(([uri, text]): [string, string][] => {
          const file = pathOfUri(uri);
          return file === undefined ? [] : [[file, text]];
        }),
      );
      const { release, parameters } = build;
      const namespace = build.namespace ?? spec.namespace;
      const inline = build.inline === undefined ? undefined : JSON.stringify(toObject(build.inline.tree));
      const request = { chart, release, namespace, values, inline, parameters, overlay };
      if (program === undefined || "problem" in program) {
        // One at a time, so that whoever types meanwhile waits for one of them at most.
        const result = turn.then(() => (signal.aborted ? undefined : renderWithoutHelm(request, pause)));
        turn = result;
        const said = await result;
        if (said === undefined || signal.aborted) return { aborted: true };
        if ("output" in said) return said;
        return program === undefined ? { aborted: true } : { absent: program.path };
      }
      runner ??= new HelmRunner(program);
      return runner.render(request, signal);
    },
  };
}
