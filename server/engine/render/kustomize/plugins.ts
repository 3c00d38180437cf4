/** Built-in plugins that are configured in files of their own (`generators`, `transformers`); others are not run. */
import type { SourceDocument } from "../../source.ts";
import type { FieldSpec } from "./field-specs.ts";
import type { Generated } from "./generators.ts";
import { imageStep } from "./images.ts";
import { inlineDocuments } from "./inline.ts";
import type { Kustomization } from "./kustomization.ts";
import { fieldSpecOf, pairsStep } from "./labels.ts";
import { type Reader, rootSpot, type StepCache } from "./layer.ts";
import { affixStep } from "./names.ts";
import { NamespaceStep } from "./namespace.ts";
import { find, type Spot, textOf } from "./nodes.ts";
import { patchSteps } from "./patches.ts";
import { Refusal } from "./refusal.ts";
import { ReplacementStep } from "./replacements.ts";
import { ReplicasStep } from "./replicas.ts";
import type { Problems, Step } from "./step.ts";

/** Generators in files, with the document that each stands in. */
export function externalGenerators(
  kustomization: Kustomization,
  reader: Reader,
  problems: Problems,
): readonly (readonly [Generated, Spot, SourceDocument])[] {
  return kustomization.list("generators").flatMap((spot) => {
    const documents = read(spot, reader, problems) ?? [];
    return documents.flatMap((document) => {
      const root = rootSpot(document);
      if (root === undefined) return [];
      const kind = builtInKind(root);
      if (kind === "ConfigMapGenerator" || kind === "SecretGenerator")
        return [[kind === "SecretGenerator" ? "Secret" : "ConfigMap", root, document] as const];
      problems.note("unsupported", spot.place, { feature: textOf(find(root.node, "kind")) || textOf(spot.node) });
      return [];
    });
  });
}

/** Transformers in files and texts, as steps. */
export function externalSteps(
  kustomization: Kustomization,
  reader: Reader,
  cache: StepCache,
  problems: Problems,
): readonly Step[] {
  return kustomization.list("transformers").flatMap((spot) => {
    const text = textOf(spot.node);
    const key = JSON.stringify(spot.place.path);
    try {
      if (text.includes("\n"))
        return cache.steps(key, [], () => inlineDocuments(text, spot.place).flatMap((root) => stepsOf(root, reader)));
      const documents = read(spot, reader, problems);
      if (documents === undefined) return [];
      return cache.steps(key, documents, () =>
        documents.flatMap((document) => {
          const root = rootSpot(document);
          return root === undefined ? [] : stepsOf(root, reader);
        }),
      );
    } catch (error) {
      problems.refused(error, spot.place);
      return [];
    }
  });
}

function read(spot: Spot, reader: Reader, problems: Problems): readonly SourceDocument[] | undefined {
  try {
    return reader.documents(spot);
  } catch (error) {
    // A folder of plugins, or one that lies elsewhere.
    if (error instanceof Refusal && (error.code === "missing" || error.code === "remote"))
      problems.note("unsupported", spot.place, { feature: textOf(spot.node) });
    else problems.refused(error, spot.place);
    return undefined;
  }
}

function builtInKind(root: Spot): string {
  return textOf(find(root.node, "apiVersion")) === "builtin" ? textOf(find(root.node, "kind")) : "";
}

function stepsOf(root: Spot, reader: Reader): readonly Step[] {
  const fields = (key = "fieldSpecs"): readonly FieldSpec[] => (root.at(key)?.items() ?? []).map(fieldSpecOf);
  const orNothing = (spot: Spot | undefined, make: (spot: Spot) => Step): readonly Step[] =>
    spot === undefined ? [] : [make(spot)];
  switch (builtInKind(root)) {
    case "NamespaceTransformer": {
      const subjects = textOf(root.at("setRoleBindingSubjects")?.node);
      const mode = subjects === "none" || subjects === "allServiceAccounts" ? subjects : "defaultOnly";
      const unsetOnly = textOf(root.at("unsetOnly")?.node) === "true";
      return orNothing(
        root.at("metadata")?.at("namespace"),
        (spot) => new NamespaceStep(spot, fields(), { unsetOnly, subjects: mode }),
      );
    }
    case "PrefixTransformer":
      return orNothing(root.at("prefix"), (spot) => affixStep("prefix", spot, fields()));
    case "SuffixTransformer":
      return orNothing(root.at("suffix"), (spot) => affixStep("suffix", spot, fields()));
    case "LabelTransformer":
      return orNothing(root.at("labels"), (spot) => pairsStep(spot, fields()));
    case "AnnotationsTransformer":
      return orNothing(root.at("annotations"), (spot) => pairsStep(spot, fields()));
    case "ImageTagTransformer":
      return orNothing(root.at("imageTag"), (spot) => imageStep(spot, fields()));
    case "ReplicaCountTransformer":
      return orNothing(root.at("replica"), (spot) => new ReplicasStep(spot, fields()));
    case "ReplacementTransformer":
      return (root.at("replacements")?.items() ?? [])
        .filter((spot) => spot.at("path") === undefined)
        .map((spot) => new ReplacementStep(spot));
    case "PatchTransformer":
    case "PatchJson6902Transformer":
      return patches(root, reader);
    default:
      throw new Refusal("unsupported", { feature: textOf(find(root.node, "kind")) }, root.place);
  }
}

function patches(root: Spot, reader: Reader): readonly Step[] {
  const patch = root.at("patch") ?? root.at("jsonOp");
  const path = root.at("path");
  const flag = (key: string) => textOf(root.at("options")?.at(key)?.node) === "true";
  const options = {
    target: root.at("target"),
    allowNameChange: flag("allowNameChange"),
    allowKindChange: flag("allowKindChange"),
    place: root.place,
  };
  if (patch !== undefined) return patchSteps(inlineDocuments(textOf(patch.node), patch.place), options);
  if (path === undefined) return [];
  const documents = reader.documents(path).flatMap((document) => rootSpot(document) ?? []);
  return patchSteps(documents, options);
}
