/** Scans in pipelines, by what they can still prevent. */
import type { Place } from "./edit.ts";
import type { Capability, CapabilityName, Pipeline } from "./facts.ts";
import { deploysIn, given } from "./pipelines.ts";

export interface Scans {
  /** Can fail the run before anything is deployed. */
  readonly gating: readonly Capability[];
  /** Only write down what they find. */
  readonly reporting: readonly Capability[];
  /** Run when what they look at is deployed already. */
  readonly late: readonly Capability[];
}

export function scansOf(pipeline: Pipeline, name: CapabilityName): Scans {
  const scans = given(pipeline, name);
  const deploys = deploysIn(pipeline);
  const isLate = (scan: Capability) =>
    deploys.length > 0 && deploys.every((deploy) => pipeline.precedes(deploy.step, scan.step));
  const late = scans.filter(isLate);
  const early = scans.filter((scan) => !late.includes(scan));
  return { gating: early.filter((scan) => scan.gating), reporting: early.filter((scan) => !scan.gating), late };
}

/** Where one sees a capability in the pipeline's own file: what gives it may stand in one that it calls. */
export function placeIn(pipeline: Pipeline, capability: Capability): Place {
  const own = [capability.place, capability.step.place].find((place) => place.document === pipeline.document);
  const caller = pipeline.jobs.find(
    (job) =>
      job.uses.source !== undefined && capability.place.document.uri.endsWith(job.uses.source.replace(/^\.\//, "/")),
  );
  return own ?? caller?.uses.place ?? pipeline.place;
}
