/** What there is to render: one spec for each environment that files of the workspace describe. */
import type { DocumentRef } from "../../../model/edit.ts";
import type { Tree } from "../tree/tree.ts";

export type EnvironmentKind = "kustomize" | "helm" | "argo-cd" | "flux";

/** A kustomization built as `kustomize build` does it. */
export interface KustomizeBuild {
  readonly tool: "kustomize";
  /** URI of the kustomization file. */
  readonly kustomization: string;
  /**
   * The file is not there, and the controller makes one with these resources: paths from its folder, of files and of
   * folders with a kustomization of their own.
   */
  readonly generated?: readonly string[];
  /** What a GitOps object adds on top, as a kustomization's own fields would: `namespace`, `images`, `patches`, ... */
  readonly overrides: { readonly document: DocumentRef; readonly tree: Tree } | undefined;
  /**
   * What Flux puts in for `${name}` and `${name:=default}` in what was built, by name; nothing where it puts in nothing.
   * Names that are missing here are not known.
   */
  readonly substitute: ReadonlyMap<string, string> | undefined;
}

/** A chart rendered as `helm template` does it. */
export interface HelmBuild {
  readonly tool: "helm";
  /** URI of the chart's folder. */
  readonly chart: string;
  readonly release: string;
  readonly namespace: string | undefined;
  /** URIs of values files in the order in which they are given, those beside the chart's own `values.yaml`. */
  readonly values: readonly string[];
  /** Values that a GitOps object writes out, given last. */
  readonly inline: { readonly document: DocumentRef; readonly tree: Tree } | undefined;
  /** `--set`-like parameters by name, given after everything else. */
  readonly parameters: readonly { readonly name: string; readonly value: string; readonly text: boolean }[];
}

/** All manifests of a folder as they stand (a Flux or Argo CD directory without a kustomization). */
export interface FolderBuild {
  readonly tool: "none";
  /** URIs of the files. */
  readonly files: readonly string[];
}

export interface EnvironmentSpec {
  /** Tells it apart from all others, and stays the same as long as its description does. */
  readonly id: string;
  /** For people: `prod`, from the path, `.kmm.yaml` or the object that points at it. */
  readonly name: string;
  readonly kind: EnvironmentKind;
  /** URI of the folder that is rendered. */
  readonly root: string;
  readonly build: KustomizeBuild | HelmBuild | FolderBuild;
  /** Where objects go that name no namespace themselves, when that is known. */
  readonly namespace: string | undefined;
  /** The GitOps object that points here. */
  readonly declaredBy: DocumentRef | undefined;
  /** Dev, test, local and the like: shown, and not counted. */
  readonly nonProduction: boolean;
}
