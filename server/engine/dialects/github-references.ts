/** What a GitHub workflow takes from elsewhere: actions, workflows of other repositories, images. */
import type { Field, PipelineReference } from "../../../model/facts.ts";
import { join } from "../indirection.ts";
import { imageReference, versionedReference } from "./references.ts";

const OWN = /^(?:actions|github)\//;

const HERE = /^(?:\.{1,2}|\$)(?:\/|$)/;

/** In the workspace: `./path`, `$/path`, and the repository's own name in front of a path (`acme/shop/path@main`). */
export function isLocal(reference: string, repository: string): boolean {
  return HERE.test(reference) || ownPath(reference, repository) !== undefined;
}

/** The path from the repository's root; `undefined` for what lies elsewhere. */
export function localPath(reference: string, repository: string): string | undefined {
  if (HERE.test(reference)) return join("", reference.replace(/^\$\//, ""));
  return ownPath(reference, repository);
}

function ownPath(reference: string, repository: string): string | undefined {
  const [, name, path] = /^[\w.-]+\/([\w.-]+)\/([^@]+)@/.exec(reference) ?? [];
  return name === repository && repository !== "" ? path : undefined;
}

/** What a job calls, the image that it runs in, and those of its services. */
export function referencesOfJob(
  uses: Field,
  image: Field,
  services: Field,
  matrix: Field,
): readonly PipelineReference[] {
  const called = referenceOf(uses, "workflow");
  const written = [image, ...services.writtenEntries().map(([, it]) => (it.kind === "map" ? it.at("image") : it))];
  const images = written.flatMap((it) => valuesIn(matrix, it));
  return [called, ...images.map(imageReference)].filter((it) => it !== undefined);
}

/** `${{ matrix.image }}` stands for every value that the matrix gives it. */
function valuesIn(matrix: Field, field: Field): readonly Field[] {
  const name = /^\s*\$\{\{\s*matrix\.([\w-]+)\s*\}\}\s*$/.exec(field.source ?? "")?.[1];
  if (name === undefined) return [field];
  const values = [
    ...matrix.at(name).writtenItems(),
    ...matrix
      .at("include")
      .writtenItems()
      .map((it) => it.at(name)),
  ];
  const written = values.filter((it) => it.source !== undefined && it.source !== "");
  return written.length > 0 ? written : [field];
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
