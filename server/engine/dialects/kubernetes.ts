/** Kubernetes objects: manifests, List items, static parts of Helm templates -> resources and workloads. */

import type { Place } from "../../../model/edit.ts";
import type {
  Container,
  Field,
  GroupKind,
  Problem,
  Resource,
  Scope,
  Standing,
  Workload,
  WorkloadClass,
} from "../../../model/facts.ts";
import { ifKnown } from "../../../model/practice.ts";
import { knownText, rootField } from "../field.ts";
import { carrierOf, groupOf, isClusterScoped, isLookAlike } from "../kinds.ts";
import { isNonProductionName, isSystemNamespace } from "../layout.ts";
import { RenderedDocument } from "../render/document.ts";
import type { RenderedObject } from "../render/rendered.ts";
import { type LabelSet, labelSetOf } from "../selectors.ts";
import type { SourceDocument } from "../source.ts";
import type { Tree } from "../tree/tree.ts";
import { containersOf } from "./container.ts";
import { problemsOf } from "./object-problems.ts";

/** What the file's place in the workspace says of its objects. */
export interface KubernetesContext {
  readonly standing: Standing;
  /** URI of the chart folder whose release namespace the objects share. */
  readonly chart: string | undefined;
  /** Where objects go that name no namespace, where that is known. */
  readonly namespace?: string | undefined;
  /** The name that a rendering put in for the namespace of a release that nobody names. */
  readonly assumedNamespace?: string | undefined;
}

/** What an object is read from: a document as it stands in its file, or what was rendered. */
export type ObjectDocument = SourceDocument | RenderedDocument;

/** All objects of a document: none when it is not Kubernetes, several for a List. */
export function readKubernetes(document: SourceDocument, context: KubernetesContext): readonly Resource[] {
  const root = rootField(document);
  if (root.kind !== "map") return [];
  return unfold(root, document, context, 0, []);
}

/** The facts of one object that was rendered. */
export function readRendered(object: RenderedObject, context: KubernetesContext): readonly Resource[] {
  const document = new RenderedDocument(object);
  const root = rootField(document);
  return root.kind === "map" ? unfold(root, document, context, 0, []) : [];
}

function unfold(
  body: Field,
  document: ObjectDocument,
  context: KubernetesContext,
  depth: number,
  path: Path,
): readonly Resource[] {
  const apiVersion = knownText(body.at("apiVersion"));
  const kind = knownText(body.at("kind"));
  if (apiVersion === undefined || kind === undefined || kind === "") return [];
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  if (isLookAlike(group, version, kind)) return [];
  const own = group === "" ? groupOf(kind) : group;
  const list = kind === "List" || (kind.endsWith("List") && body.at("items").kind === "list");
  if (list && depth < 3) {
    return body
      .at("items")
      .writtenItems()
      .flatMap((item, index) => unfold(item, document, context, depth + 1, [...path, "items", index]));
  }
  if (group === "template.openshift.io" && kind === "Template") {
    return body
      .at("objects")
      .writtenItems()
      .flatMap((item, index) => unfold(item, document, context, depth + 1, [...path, "objects", index]));
  }
  return factsOf(body, path, document, context, { group: own, version, kind, groupKind: `${own}/${kind}` });
}

type Path = readonly (string | number)[];

interface Identity {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly groupKind: GroupKind;
}

function factsOf(
  body: Field,
  path: Path,
  document: ObjectDocument,
  context: KubernetesContext,
  identity: Identity,
): readonly Resource[] {
  const carrier = carrierOf(identity.groupKind);
  const all = carrier?.locate(body) ?? [];
  if (carrier === undefined || all.length === 0)
    return [new ResourceFact(document, path, context, identity, undefined)];
  const written = all.filter((location) => location.pod.presence !== "absent");
  // One that is still being written is there for what selects and names it.
  const locations = written.length > 0 ? written : all.slice(0, 1);
  return locations.map(
    (_, index) =>
      new WorkloadFact(
        document,
        path,
        context,
        identity,
        carrier.class,
        index,
        locations[index]?.suffix,
        locations[index]?.pod,
      ),
  );
}

/** Annotations that ask to ignore a practice begin so, or with the name of another tool. */
const IGNORE = /kmm\/ignore\.|kube-linter\.io\/|checkov\.io\/skip/;

/** Metadata that every query asks for is kept; the rest is read from the tree when it is looked at. */
export class ResourceFact implements Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly groupKind: GroupKind;
  /** What it is read from; what was judged of it is kept by this. */
  readonly read: ObjectDocument;
  /** The document in which it is declared. */
  readonly document: SourceDocument;
  readonly scope: Scope;
  readonly conditional: boolean;
  readonly chart: string | undefined;
  readonly hook: boolean;
  readonly displayName: string;
  /** The name is written out: no template decides it. */
  readonly nameKnown: boolean;
  #ignores: boolean | undefined;
  readonly system: boolean;
  readonly nonProduction: boolean;
  readonly foreign: boolean;
  /** The way to it in what it is read from: `[]`, but for items of a List. */
  readonly path: Path;
  #place: Place | undefined;

  constructor(
    read: ObjectDocument,
    path: readonly (string | number)[],
    context: KubernetesContext,
    identity: Identity,
    pod: Field | undefined,
  ) {
    this.read = read;
    const rendered = read instanceof RenderedDocument;
    const document = rendered ? read.declared : read;
    this.document = document;
    this.path = path;
    this.group = identity.group;
    this.version = identity.version;
    this.kind = identity.kind;
    this.groupKind = identity.groupKind;
    // What was rendered is there, whatever decided it.
    this.conditional = !rendered && document.conditional;
    this.chart = context.chart;
    const body = this.body;
    const metadata = body.at("metadata");
    this.scope = scopeOf(metadata.at("namespace"), identity, context);
    this.nameKnown = metadata.at("name").presence === "present";
    this.displayName = metadata.at("name").source ?? metadata.at("generateName").source ?? "";
    const hooks = metadata
      .at("annotations")
      .writtenEntries()
      .filter(([key]) => key === "helm.sh/hook" || key === "argocd.argoproj.io/hook");
    this.hook = hooks.length > 0;
    // What `helm test` runs serves nobody.
    const isTest = hooks.some(([, field]) => /^\s*test(-success|-failure)?\s*$/.test(field.source ?? ""));
    const namespace = this.scope.startsWith("ns:") ? this.scope.slice(3) : "";
    const own = identity.groupKind === "/Namespace" ? this.displayName : "";
    const priority = pod === undefined ? undefined : knownText(pod.at("priorityClassName"));
    this.system =
      context.standing.system ||
      isSystemNamespace(namespace) ||
      isSystemNamespace(own) ||
      (priority?.startsWith("system-") ?? false);
    this.nonProduction =
      context.standing.nonProduction || isTest || isNonProductionName(namespace) || isNonProductionName(own);
    this.foreign = context.standing.foreign || isDump(body) || isGenerated(identity, metadata);
  }

  /** May bear annotations that ask to ignore a practice, on itself or on its pods. */
  get hasIgnores(): boolean {
    // A patch may bring the annotation, so that the text of the declaring document does not tell.
    this.#ignores ??=
      this.read === this.document
        ? IGNORE.test(this.document.text)
        : this.annotated().some((field) => field.writtenEntries().some(([key]) => IGNORE.test(key)));
    return this.#ignores;
  }

  /** Where annotations stand that speak of the object. */
  protected annotated(): readonly Field[] {
    return [this.annotations];
  }

  get body(): Field {
    return rootField(this.read).at(...this.path);
  }

  get name(): Field {
    return this.body.at("metadata", "name");
  }

  get namespace(): Field {
    return this.body.at("metadata", "namespace");
  }

  get labels(): Field {
    return this.body.at("metadata", "labels");
  }

  get annotations(): Field {
    return this.body.at("metadata", "annotations");
  }

  get place(): Place {
    this.#place ??= this.body.at("kind").place;
    return this.#place;
  }

  get problems(): readonly Problem[] {
    return this.read === this.document ? problemsOf(this.document, this.path) : [];
  }
}

/** A dump of a live object (`kubectl get -o yaml`) is a copy of what something else declares. */
function isDump(body: Field): boolean {
  const metadata = body.at("metadata");
  return metadata.at("uid").presence === "present" || metadata.at("managedFields").presence === "present";
}

function isGenerated(identity: Identity, metadata: Field): boolean {
  return (
    identity.kind === "CustomResourceDefinition" &&
    metadata.at("annotations", "controller-gen.kubebuilder.io/version").presence === "present"
  );
}

function scopeOf(namespace: Field, identity: Identity, context: KubernetesContext): Scope {
  if (isClusterScoped(identity.group, identity.groupKind)) return "cluster";
  if (namespace.presence === "present") {
    const name = namespace.text();
    if (context.chart !== undefined && name !== undefined && name === context.assumedNamespace)
      return `chart:${context.chart}`;
    return name === undefined ? "unset" : /[${<]/.test(name) ? "unknown" : `ns:${name}`;
  }
  if (context.namespace !== undefined && namespace.presence === "absent") return `ns:${context.namespace}`;
  if (context.chart !== undefined) {
    const release = namespace.presence === "absent" || /\.Release\.Namespace/.test(namespace.source ?? "");
    return release ? `chart:${context.chart}` : "unknown";
  }
  return namespace.presence === "unknown" ? "unknown" : "unset";
}

interface Parts {
  readonly pod: Field;
  readonly metadata: Field;
  readonly all: readonly Container[];
  readonly lasting: readonly Container[];
}

/** Lives exactly as long as the tree it was read from. */
const partsOfTree = new WeakMap<Tree, Map<WorkloadFact, Parts>>();

export class WorkloadFact extends ResourceFact implements Workload {
  readonly class: WorkloadClass;
  /** Says something of its pods: one that does not is still being written, and is not judged. */
  readonly finished: boolean;
  /** Labels of the pods, kept so that selectors can be matched without reading the file again. */
  readonly podLabelSet: LabelSet;
  readonly #index: number;

  constructor(
    document: ObjectDocument,
    path: readonly (string | number)[],
    context: KubernetesContext,
    identity: Identity,
    workloadClass: WorkloadClass,
    index: number,
    suffix: string | undefined,
    pod: Field | undefined,
  ) {
    super(document, path, context, identity, pod);
    this.class = workloadClass;
    this.#index = index;
    this.finished = pod !== undefined && pod.presence !== "absent";
    this.podLabelSet = labelSetOf(this.podLabels);
    if (suffix !== undefined)
      Object.defineProperty(this, "displayName", { value: `${this.displayName}/${suffix}`, enumerable: true });
  }

  /** Computed once for as long as the document's tree is held. */
  #parts(): Parts {
    const tree = this.read.tree();
    if (tree === undefined) return this.#locate();
    let known = partsOfTree.get(tree);
    if (known === undefined) {
      known = new Map();
      partsOfTree.set(tree, known);
    }
    let parts = known.get(this);
    if (parts === undefined) {
      parts = this.#locate();
      known.set(this, parts);
    }
    return parts;
  }

  #locate(): Parts {
    const body = this.body;
    const locations = carrierOf(this.groupKind)?.locate(body) ?? [];
    const location = locations.filter((one) => !this.finished || one.pod.presence !== "absent")[this.#index];
    const pod = location?.pod ?? body.at("spec");
    const all = containersOf(pod, location?.containers);
    return {
      pod,
      metadata: location?.metadata ?? body.at("metadata"),
      all,
      lasting: all.filter((container) => container.role === "main" || container.role === "sidecar"),
    };
  }

  get pod(): Field {
    return this.#parts().pod;
  }

  protected override annotated(): readonly Field[] {
    return [this.annotations, this.podAnnotations];
  }

  get podMetadata(): Field {
    return this.#parts().metadata;
  }

  get podLabels(): Field {
    return this.podMetadata.at("labels");
  }

  get podAnnotations(): Field {
    return this.podMetadata.at("annotations");
  }

  get replicas(): Field {
    return this.body.at("spec", "replicas");
  }

  get containers(): readonly Container[] {
    return this.#parts().lasting;
  }

  get allContainers(): readonly Container[] {
    return this.#parts().all;
  }

  get moreContainers(): boolean {
    const pod = this.pod;
    return ["containers", "initContainers"].some((list) => ifKnown(() => pod.at(list).items()) === undefined);
  }

  get windows(): boolean {
    const pod = this.pod;
    return (
      knownText(pod.at("os", "name")) === "windows" ||
      knownText(pod.at("nodeSelector", "kubernetes.io/os")) === "windows"
    );
  }
}
