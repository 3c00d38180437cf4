/**
 * Facts: what a practice may look at, in the domain's own terms. Everything here is read-only and comes with places;
 * nothing here knows of YAML nodes, offsets or protocols.
 *
 * What a template or an unresolved reference decides is *unknown*. Reading the value of an unknown field ends the
 * judgement of that subject with `cannotTell` (see `Unresolved` in `practice.ts`), so a practice cannot judge it by
 * mistake. A practice that can do without the value asks `field.presence` first.
 */
import type { DocumentRef, Key, Place } from "./edit.ts";

/** `absent` also for an explicit null, which Kubernetes reads as absent. */
export type Presence = "present" | "absent" | "unknown";

/** A value in a file, or the place where it would be. */
export interface Field {
  readonly place: Place;
  readonly presence: Presence;
  /** What stands there; `none` when absent or unknown. */
  readonly kind: "scalar" | "map" | "list" | "none";
  /** The key or index under which it stands in its parent; `undefined` at the root. */
  readonly key: Key | undefined;
  /** The field below; absent below what is absent or a scalar, unknown below what is unknown. */
  at(...path: readonly Key[]): Field;
  /** Text of a scalar, however it is written (`8080` is "8080"). `undefined` when absent or not a scalar. Throws `Unresolved`. */
  text(): string | undefined;
  /** A boolean as the file's reader understands it (YAML 1.1 for Kubernetes); a quoted "true" is none. Throws `Unresolved`. */
  flag(): boolean | undefined;
  /** A number, unquoted. Throws `Unresolved`. */
  number(): number | undefined;
  /** Items of a list; empty when absent or not a list. Throws `Unresolved` when a template may add items. */
  items(): readonly Field[];
  /** Entries of a map, merge keys resolved; empty when absent or not a map. Throws `Unresolved` when a template may add keys. */
  entries(): readonly (readonly [string, Field])[];
  /** Items that are written in the file, whatever a template may add. Never throws. */
  writtenItems(): readonly Field[];
  /** Entries that are written in the file. Never throws. */
  writtenEntries(): readonly (readonly [string, Field])[];
  /** The text as written, template expressions included. Never throws. */
  readonly source: string | undefined;
  /** Place of a part of the scalar's text: [from, to) in `source`. */
  part(from: number, to: number): Place;
}

/** `group/Kind`, the core group being empty: `apps/Deployment`, `/Service`, `networking.k8s.io/NetworkPolicy`. */
export type GroupKind = `${string}/${string}`;

/**
 * Which objects can meet in one namespace: equal strings can, different strings cannot be shown to.
 * `ns:shop` for a named one, `chart:<uri of the chart folder>` for a chart's release namespace, `unset` where nothing
 * names one, `unknown` where a template decides, `cluster` for cluster-scoped kinds.
 */
export type Scope = string;

/** Why a subject is looked at with other eyes. */
export interface Standing {
  /** Part of the cluster itself: kube-system and the like, node-critical priority. Practices do not apply to it. */
  readonly system: boolean;
  /** Path or namespace says dev, local, sandbox, example, test ...: shown, but not counted. */
  readonly nonProduction: boolean;
  /** Generated or vendored (CRD bundles, `kubectl get -o yaml` dumps, vendored charts): not judged. */
  readonly foreign: boolean;
}

/** What is wrong with the text itself of an object, whatever it says. */
export interface Problem {
  /** Not YAML; a key given twice in one map; an alias of something that is not there. */
  readonly code: "syntax" | "duplicate-key" | "alias";
  /** The text at the place. */
  readonly text: string;
  readonly place: Place;
  /** Against the letter of YAML only: Kubernetes' own reader may well accept it. */
  readonly doubtful: boolean;
}

export interface Resource extends Standing {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly groupKind: GroupKind;
  /** Root of the object (of the item, inside a List). */
  readonly body: Field;
  readonly name: Field;
  readonly namespace: Field;
  readonly labels: Field;
  readonly annotations: Field;
  readonly scope: Scope;
  readonly document: DocumentRef;
  /** The value of `kind`: the token that stands for the object as a whole. */
  readonly place: Place;
  /** A template condition around the whole document decides whether it exists at all. */
  readonly conditional: boolean;
  /** URI of the folder of the Helm chart that renders it. */
  readonly chart: string | undefined;
  /** A Helm or Argo CD hook: a test, a migration. */
  readonly hook: boolean;
  /** Name for people: the name as written, template text included; empty when there is none. */
  readonly displayName: string;
  /** What keeps its text from being read, or from being read in one way only. A template never has syntax problems. */
  readonly problems: readonly Problem[];
}

/** How pods of a workload live; drives what applies. */
export type WorkloadClass = "long" | "batch" | "agent" | "pod" | "ci";

/** Anything that carries a pod template, or is a Pod. */
export interface Workload extends Resource {
  readonly class: WorkloadClass;
  /** PodSpec, or what stands for it. */
  readonly pod: Field;
  /** Metadata of the pod template (of the Pod itself). */
  readonly podMetadata: Field;
  readonly podLabels: Field;
  readonly podAnnotations: Field;
  /** Containers that run as long as the pod: main ones and native sidecars. */
  readonly containers: readonly Container[];
  /** All of them: init and ephemeral containers too. */
  readonly allContainers: readonly Container[];
  /** `spec.replicas`; absent for kinds that have none. */
  readonly replicas: Field;
  readonly windows: boolean;
  /** A template may add containers that are not written here. */
  readonly moreContainers: boolean;
}

export interface Container {
  readonly role: "main" | "sidecar" | "init" | "ephemeral";
  readonly body: Field;
  readonly name: Field;
  readonly image: Field;
  /** Name for people; falls back to the role. */
  readonly displayName: string;
  /**
   * A field of the security context as it takes effect: the container's own, else the pod's where the API has it at
   * both levels (runAsNonRoot, runAsUser, runAsGroup, seccompProfile, seLinuxOptions, appArmorProfile, windowsOptions).
   * When neither says anything, the absent field of the container.
   */
  security(name: string): Field;
  /** Where one points to speak of the container: its name, else its first key. */
  readonly place: Place;
}

/** What was found by a selector or a name: `sure`, or `maybe` where an unknown label, name or namespace decides. */
export interface Matches<T> {
  readonly sure: readonly T[];
  readonly maybe: readonly T[];
}

/** What sets the number of pods of another object. */
export interface Scaler {
  readonly by: "hpa" | "keda" | "vpa" | "datadog";
  readonly resource: Resource;
  readonly target: { readonly kind: Field; readonly name: Field; readonly apiVersion: Field };
  readonly min: Field;
  readonly max: Field;
  readonly place: Place;
}

/** A namespace of the application, known by its objects; `resource` when its Namespace object is in the workspace. */
export interface Namespace extends Standing {
  readonly scope: Scope;
  /** Its name, or what stands for it, for people. */
  readonly displayName: string;
  readonly resource: Resource | undefined;
  readonly workloads: readonly Workload[];
  readonly place: Place;
}

export type Provider =
  | "github-actions"
  | "gitlab-ci"
  | "azure-pipelines"
  | "circleci"
  | "jenkins"
  | "tekton"
  | "argo-workflows"
  | "bitbucket"
  | "cloud-build"
  | "codebuild"
  | "drone"
  | "woodpecker"
  | "buildkite";

export type Trigger = "push" | "pull-request" | "tag" | "schedule" | "manual" | "call" | "after-pipeline" | "other";

/** What a step gives its pipeline; the lexicon (`tools.ts`) says which command, action, image or task gives which. */
export type CapabilityName =
  | "build"
  | "push"
  | "deploy"
  | "gitops-write"
  | "validate"
  | "test"
  | "e2e"
  | "wait"
  | "image-scan"
  | "iac-scan"
  | "policy-test"
  | "secret-scan"
  | "code-scan"
  | "sbom"
  | "sign"
  | "provenance"
  | "load-test"
  | "oidc"
  | "cost"
  | "local-cluster"
  /** Asks what was deployed whether it answers; only what comes after a deployment is such. */
  | "smoke-test"
  /** Takes a release back that does not come up. */
  | "rollback"
  | "chaos";

export interface Capability {
  readonly name: CapabilityName;
  /** The tool that gives it, as people call it: `trivy`, `docker/build-push-action`. */
  readonly tool: string;
  readonly place: Place;
  readonly step: Step;
  /** Its failure fails the run: not tolerated by `continue-on-error`, `|| true`, `allow_failure`, or the tool's own soft mode. */
  readonly gating: boolean;
  /** Text that the capability was seen in: the command with its arguments, or the action's reference. */
  readonly text: string;
}

/** One simple command of a shell text. */
export interface Command {
  /** Words, quotes removed; environment assignments, `sudo`, `exec` and the like in front are dropped. */
  readonly words: readonly string[];
  readonly text: string;
  readonly place: Place;
  /** Followed by `|| true` or the like: its failure passes unnoticed. */
  readonly tolerated: boolean;
}

export interface Step {
  readonly body: Field;
  readonly place: Place;
  /** Name for people. */
  readonly displayName: string;
  readonly commands: readonly Command[];
  /** An action, orb command, task, template or plugin it uses, as written; absent when none. */
  readonly uses: Field;
  /** Inputs to it. */
  readonly inputs: Field;
  /** Never runs (`if: false`). */
  readonly disabled: boolean;
  /** Its failure does not fail the job. */
  readonly tolerated: boolean;
  readonly capabilities: readonly Capability[];
  readonly job: Job;
}

export interface Job {
  readonly id: string;
  readonly body: Field;
  readonly place: Place;
  readonly needs: readonly string[];
  readonly steps: readonly Step[];
  readonly disabled: boolean;
  readonly tolerated: boolean;
  /** The environment it deploys to. */
  readonly environment: Field;
  /** The container image it runs in. */
  readonly image: Field;
  /** A reusable pipeline it calls, as written; absent when none. */
  readonly uses: Field;
  /** What it calls could not be read (another repository, a remote include). */
  readonly opaque: boolean;
  /** Where it is said that a person must let it go on: `when: manual`, an approval, `input`; where the provider says so elsewhere, nothing. */
  readonly approval: Place | undefined;
}

/** A part of a pipeline that could not be read, so that what the pipeline lacks is not known. */
export interface PipelineGap {
  /** Where it is called. */
  readonly place: Place;
  /** `remote`: kept elsewhere; `missing`: ought to be in the workspace and is not; `computed`: made only when the pipeline runs. */
  readonly reason: "remote" | "missing" | "computed";
  /** What is called, as written. */
  readonly name: string;
}

/** How a reference says which version it means; `unknown` where an expression decides. */
export type Pin = "digest" | "exact" | "moving" | "none" | "unknown";

/** What a pipeline takes from elsewhere: an action, an image, a template. What lies in the workspace is none. */
export interface PipelineReference {
  readonly kind:
    | "action"
    | "workflow"
    | "orb"
    | "include"
    | "component"
    | "template"
    | "image"
    | "plugin"
    | "pipe"
    | "library"
    | "task";
  /** Without its version. */
  readonly name: string;
  /** Tag, commit, branch or digest as written. */
  readonly version: string | undefined;
  /** `digest`: a commit or digest in full; `exact`: all of a version (`v1.2.3`); `moving`: a branch, a major version, `latest`; `none`: nothing. */
  readonly pin: Pin;
  /** Of the provider itself, such as `actions/checkout`. */
  readonly own: boolean;
  /** The version where there is one, else the name. */
  readonly place: Place;
}

/** One pipeline, whatever the provider. */
export interface Pipeline extends Standing {
  readonly provider: Provider;
  readonly displayName: string;
  readonly body: Field;
  readonly document: DocumentRef;
  /** The key under which its jobs stand. */
  readonly place: Place;
  readonly triggers: ReadonlySet<Trigger>;
  readonly jobs: readonly Job[];
  /** Capabilities of steps that can run, in file order; those of called pipelines in the workspace included. */
  readonly capabilities: readonly Capability[];
  /** Only ever called by others. */
  readonly reusable: boolean;
  /** Some part of it could not be read, so that what it lacks is not known: there are `gaps`. */
  readonly opaque: boolean;
  readonly gaps: readonly PipelineGap[];
  /** In file order; those of called pipelines in the workspace included. */
  readonly references: readonly PipelineReference[];
  /** Does every run that reaches `later` have passed `earlier`: same job in order, or through `needs`. */
  precedes(earlier: Step, later: Step): boolean;
  /** No run that a change starts has both, so that neither can wait for the other; where the provider can tell. */
  apart?(one: Step, other: Step): boolean;
}

/** A file of the repository that is neither a manifest nor a pipeline, or is looked at as a plain file. */
export interface RepositoryFile {
  /** Relative to the repository's root, forward slashes. */
  readonly path: string;
  readonly place: Place;
  /** Its text where it is kept (documents of people and tools up to 256 kB), else `undefined`. */
  readonly text: string | undefined;
  /** The root as a field, for a YAML or JSON file; absent otherwise. */
  readonly body: Field;
}

export interface Repository {
  /** URI of its folder, without a slash at the end. */
  readonly root: string;
  /** Paths relative to the root, of all files that are not ignored. */
  readonly files: readonly RepositoryFile[];
  /** Files whose whole relative path matches. */
  find(path: RegExp): readonly RepositoryFile[];
  /** `unknown` for a folder that was handed over without its surroundings. */
  readonly versionControl: "yes" | "no" | "unknown";
  /** Folders (relative, "" for the root) that hold manifests or pipelines. */
  readonly folders: readonly string[];
  /** Holds Kubernetes objects, charts or pipelines at all. */
  readonly kubernetes: boolean;
  readonly place: Place;
}

/** A folder that holds manifests or pipelines: the subject of ownership. */
export interface Folder {
  /** Relative to the repository's root; "" for the root itself. */
  readonly path: string;
  readonly repository: Repository;
  readonly place: Place;
}

/** The workspace as one subject. */
export interface Workspace {
  readonly roots: readonly string[];
  readonly place: Place;
}

/**
 * What can be asked across files. Answers are indexed: asking about one workload does not walk the workspace.
 * What is asked is noted, and asked again when it changes.
 */
export interface World {
  /** Minor version of Kubernetes 1.x that the manifests are for, from `.kmm.yaml`. */
  readonly kubernetesMinor: number;
  /** Objects of these kinds, foreign ones left out; in one scope when given. */
  resources(kinds: GroupKind | readonly GroupKind[], scope?: Scope): readonly Resource[];
  /** Objects whose API group matches, whatever their kind. */
  resourcesOfGroup(group: RegExp): readonly Resource[];
  workloads(scope?: Scope): readonly Workload[];
  /** At least two long-running workloads count, so that there is something between them. Cheaper than asking for all. */
  hasSeveralServices(): boolean;
  /** Services (core) that select the workload's pods. */
  servicesOf(workload: Workload): Matches<Resource>;
  /** Workloads whose pods a plain label map (`{app: web}`) selects. An absent or empty selector selects nothing. */
  selectedBy(labels: Field, scope: Scope): Matches<Workload>;
  /** Workloads that a LabelSelector (`matchLabels`, `matchExpressions`) selects. An empty one selects all in the scope, an absent one none. */
  selectedByLabelSelector(selector: Field, scope: Scope): Matches<Workload>;
  /** Does a LabelSelector match the workload's own pods: `undefined` when unknown. An absent one matches none. */
  matchesLabelSelector(selector: Field, workload: Workload): boolean | undefined;
  /** Policies of any known kind that isolate the workload for incoming traffic, with what they are. */
  networkPoliciesOf(workload: Workload): Matches<Resource>;
  budgetsOf(workload: Workload): Matches<Resource>;
  /** HPAs and ScaledObjects that name the workload. */
  scalersOf(workload: Workload): Matches<Scaler>;
  /** All scalers, with the workload each names where it is in the workspace. */
  scalers(): readonly { readonly scaler: Scaler; readonly target: Matches<Workload> }[];
  /** ServiceMonitors and PodMonitors and the like that scrape the workload, through its Services too. */
  monitorsOf(workload: Workload): Matches<Resource>;
  /** A Service selects it, or it is a Knative Service: `undefined` when unknown. */
  isServing(workload: Workload): boolean | undefined;
  /**
   * Objects of these kinds that a name in a file refers to; `maybe` where names or scopes are unknown. Two names that a
   * chart writes with the same template expression are the same.
   */
  named(kinds: GroupKind | readonly GroupKind[], name: Field, scope: Scope): Matches<Resource>;
  /** `.kmm.yaml` says that something else makes the object. */
  isExternal(kind: string, name: Field, scope: Scope): boolean;
  namespaces(): readonly Namespace[];
  namespaceOf(workload: Workload): Namespace | undefined;
  pipelines(): readonly Pipeline[];
  repositories(): readonly Repository[];
  repositoryOf(document: DocumentRef): Repository | undefined;
  /** Does a GitOps object of the workspace deliver this document, by its path: `undefined` when that cannot be known. */
  deliveredBy(document: DocumentRef): Matches<Resource>;
  /** The build root (chart or kustomization folder) that renders the document. */
  packageOf(document: DocumentRef): { readonly kind: "helm" | "kustomize"; readonly folder: string } | undefined;
}

/** What a practice can be about. */
export interface Subjects {
  workload: Workload;
  resource: Resource;
  pipeline: Pipeline;
  namespace: Namespace;
  folder: Folder;
  repository: Repository;
  workspace: Workspace;
}

export type SubjectKind = keyof Subjects;
