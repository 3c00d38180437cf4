/** A kustomization as it is written: what its fields take, and where each stands. */
import { allEntries } from "../../tree/read.ts";
import type { Tree } from "../../tree/tree.ts";
import { isNull, type Spot, textOf } from "./nodes.ts";
import type { Problems } from "./step.ts";

/** `s` text, `b` flag, `n` number, `m` map of texts, `*` anything; a list of what it has one of. */
type Shape = "s" | "b" | "n" | "m" | "*" | readonly [Shape] | { readonly [field: string]: Shape };

const FIELD: Shape = { group: "s", version: "s", kind: "s", path: "s", create: "b" };
const SELECTOR: Shape = {
  group: "s",
  version: "s",
  kind: "s",
  name: "s",
  namespace: "s",
  labelSelector: "s",
  annotationSelector: "s",
};
const PATCH: Shape = { path: "s", patch: "s", target: SELECTOR, options: "*" };
const IMAGE: Shape = { name: "s", newName: "s", newTag: "s", digest: "s", tagSuffix: "s" };
const OPTIONS: Shape = { labels: "m", annotations: "m", disableNameSuffixHash: "b", immutable: "b" };
const GENERATOR: Shape = {
  name: "s",
  namespace: "s",
  behavior: "s",
  literals: ["s"],
  files: ["s"],
  envs: ["s"],
  env: "s",
  options: OPTIONS,
  type: "s",
};
const COPY_OPTIONS: Shape = { delimiter: "s", index: "n", create: "b", encoding: "s" };
const REPLACEMENT: Shape = {
  path: "s",
  source: { ...SELECTOR, fieldPath: "s", options: COPY_OPTIONS },
  sourceValue: "s",
  targets: [{ select: SELECTOR, reject: [SELECTOR], fieldPaths: ["s"], options: COPY_OPTIONS }],
};

const KUSTOMIZATION: { readonly [field: string]: Shape } = {
  apiVersion: "s",
  kind: "s",
  metadata: "*",
  openapi: "m",
  namePrefix: "s",
  nameSuffix: "s",
  namespace: "s",
  commonLabels: "m",
  labels: [{ pairs: "m", includeSelectors: "b", includeTemplates: "b", fields: [FIELD] }],
  commonAnnotations: "m",
  patchesStrategicMerge: ["s"],
  patchesJson6902: [PATCH],
  patches: [PATCH],
  images: [IMAGE],
  imageTags: [IMAGE],
  replacements: [REPLACEMENT],
  replicas: [{ name: "s", count: "n" }],
  vars: "*",
  sortOptions: { order: "s", legacySortOptions: { orderFirst: ["s"], orderLast: ["s"] } },
  resources: ["s"],
  components: ["s"],
  crds: ["s"],
  bases: ["s"],
  configMapGenerator: [GENERATOR],
  secretGenerator: [GENERATOR],
  helmGlobals: "*",
  helmCharts: "*",
  helmChartInflationGenerator: "*",
  generatorOptions: OPTIONS,
  configurations: ["s"],
  generators: ["s"],
  transformers: ["s"],
  validators: ["s"],
  buildMetadata: ["s"],
};

/** The tool's own reader of kustomizations knows no case in the names of fields. */
const names = new Map(Object.keys(KUSTOMIZATION).map((name) => [name.toLowerCase(), name]));

/** What a kustomization says in one of its fields. Null says nothing. */
export class Kustomization {
  readonly root: Spot;
  readonly #fields: ReadonlyMap<string, Spot>;

  constructor(root: Spot) {
    this.root = root;
    this.#fields = new Map(
      root.entries().flatMap(([key, spot]) => {
        const name = names.get(key.toLowerCase());
        return name === undefined || isNull(spot.node) ? [] : [[name, spot] as const];
      }),
    );
  }

  at(field: string): Spot | undefined {
    return this.#fields.get(field);
  }

  text(field: string): string {
    return textOf(this.at(field)?.node);
  }

  list(...fields: readonly string[]): readonly Spot[] {
    return fields.flatMap((field) => this.at(field)?.items() ?? []);
  }

  /** Paths of the files that its steps are read from. */
  get namedFiles(): readonly string[] {
    const patches = this.list("patches", "patchesJson6902", "replacements").flatMap((spot) => spot.at("path") ?? []);
    return [...this.list("patchesStrategicMerge", "transformers", "generators"), ...patches]
      .map((spot) => textOf(spot.node))
      .filter((path) => path !== "" && !path.includes("\n"));
  }

  get isComponent(): boolean {
    return this.text("kind") === "Component";
  }

  /** Tells what the real tool refuses to read. */
  check(problems: Problems): void {
    const { node } = this.root;
    if (node.kind !== "map" || allEntries(node).every(({ key }) => key === "apiVersion" || key === "kind")) {
      problems.error("invalid", this.root.place, { reason: "empty" });
      return;
    }
    for (const [key, spot] of this.root.entries()) {
      const shape = KUSTOMIZATION[names.get(key.toLowerCase()) ?? ""];
      if (shape === undefined) problems.error("invalid", { ...spot.place, onKey: true }, { reason: key });
      else checkShape(spot, shape, problems);
    }
    const kind = this.text("kind") || "Kustomization";
    const version = kind === "Component" ? "v1alpha1" : "v1beta1";
    if (kind !== "Kustomization" && kind !== "Component") this.#refuse("kind", problems);
    else if (!["", `kustomize.config.k8s.io/${version}`].includes(this.text("apiVersion")))
      this.#refuse("apiVersion", problems);
  }

  #refuse(field: string, problems: Problems): void {
    problems.error("invalid", (this.at(field) ?? this.root).place, { reason: this.text(field) });
  }
}

function checkShape(spot: Spot, shape: Shape, problems: Problems): void {
  const { node } = spot;
  if (shape === "*" || isNull(node) || (node.kind === "scalar" && node.unknown === true)) return;
  if (typeof shape === "string") {
    if (shape === "m" && node.kind === "map") {
      for (const [, value] of spot.entries()) checkShape(value, "s", problems);
      return;
    }
    if (!isOfShape(node, shape)) problems.error("invalid", spot.place, { reason: String(spot.key ?? "") });
  } else if (isList(shape)) {
    if (node.kind !== "list") problems.error("invalid", spot.place, { reason: String(spot.key ?? "") });
    for (const item of spot.items()) checkShape(item, shape[0], problems);
  } else if (node.kind !== "map") {
    problems.error("invalid", spot.place, { reason: String(spot.key ?? "") });
  } else {
    const fields = new Map(Object.entries(shape).map(([name, one]) => [name.toLowerCase(), one] as const));
    for (const [key, value] of spot.entries()) {
      const field = fields.get(key.toLowerCase());
      if (field !== undefined) checkShape(value, field, problems);
      else if (node.open !== true) problems.error("invalid", { ...value.place, onKey: true }, { reason: key });
    }
  }
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

/** A kustomization is read as YAML 1.1: `on` and `n` are flags there. */
function isOfShape(node: Tree, shape: "s" | "b" | "n" | "m"): boolean {
  if (node.kind !== "scalar") return false;
  const isPlain = node.style === "plain" && node.tag !== "!!str" && node.tag !== "!";
  const isFlag =
    isPlain && /^(true|True|TRUE|false|False|FALSE|yes|Yes|YES|no|No|NO|y|Y|n|N|on|On|ON|off|Off|OFF)$/.test(node.text);
  const isNumber = isPlain && /^[-+]?(0x[0-9a-fA-F_]+|0b[01_]+|\.?\d[\d_]*(\.[\d_]*)?([eE][-+]?\d+)?)$/.test(node.text);
  switch (shape) {
    case "s":
      return !isFlag && !isNumber;
    case "b":
      return isFlag;
    case "n":
      return isNumber;
    default:
      return false;
  }
}
