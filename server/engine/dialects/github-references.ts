/** What a GitHub workflow takes from elsewhere: actions, workflows of other repositories, images. */
import type { Field, PipelineReference } from "../../../model/facts.ts";
import { imageReference, versionedReference } from "./references.ts";

const OWN = /^(?:actions|github)\//;

/** What a job calls, the image that it runs in, and those of its services. */
export function referencesOfJob(uses: Field, image: Field, services: Field): readonly PipelineReference[] {
  const called = referenceOf(uses, "workflow");
  const images = [image, ...services.writtenEntries().map(([, it]) => (it.kind === "map" ? it.at("image") : it))];
  return [called, ...images.map(imageReference)].filter((it) => it !== undefined);
}

export function referencesOfStep(uses: Field): readonly PipelineReference[] {
  const one = /^\s*docker:\/\//.test(uses.source ?? "") ? imageReference(uses) : referenceOf(uses, "action");
  return one === undefined ? [] : [one];
}

/** What lies in the workspace is no reference. */
function referenceOf(uses: Field, kind: "action" | "workflow"): PipelineReference | undefined {
  if (/^\s*(?:\.{1,2}|\$)(?:\/|$)/.test(uses.source ?? "")) return undefined;
  return versionedReference(uses, { kind, separator: "@", own: (name) => OWN.test(name) });
}
