/** The kinds of pipelines that are read, one dialect per provider. The list is all there is to edit by hand for a new one. */
import type { DocumentRef } from "../../../model/edit.ts";
import type { Field, GroupKind, Pipeline, Provider, Standing } from "../../../model/facts.ts";
import type { CallableFiles } from "../indirection.ts";
import { argoWorkflows } from "./argo-workflows.ts";
import { azurePipelines } from "./azure-pipelines.ts";
import { bitbucket } from "./bitbucket.ts";
import { buildkite } from "./buildkite.ts";
import { circleci } from "./circleci.ts";
import { cloudBuild } from "./cloud-build.ts";
import { codebuild } from "./codebuild.ts";
import { drone } from "./drone.ts";
import { githubActions } from "./github-actions.ts";
import { gitlabCi } from "./gitlab-ci.ts";
import { jenkins } from "./jenkins.ts";
import { tekton } from "./tekton.ts";
import { woodpecker } from "./woodpecker.ts";

/** One document of a file that is read as a pipeline. Its text and that of the file may differ: places count from its start. */
export interface PipelineDocument {
  /** Absent for what is no YAML. */
  readonly body: Field;
  readonly document: DocumentRef;
  readonly text: string;
}

/** A file that is to be read as a pipeline. */
export interface PipelineSource extends Standing {
  /** In file order; at least one. */
  readonly documents: readonly [PipelineDocument, ...PipelineDocument[]];
  /** Relative to the repository's root. */
  readonly path: string;
}

/** The other files of the repository, by their path from its root. */
export interface PipelineFiles extends CallableFiles {
  /** What the repository is called: the name of its folder. */
  readonly repository: string;
  /** The roots of all documents of a file; none where there is no such file. */
  documents(path: string): readonly Field[];
  /** Paths that match, in order. */
  find(path: RegExp): readonly string[];
  /** The root of an object of the repository that is part of a pipeline, such as a Tekton Task, by kind and name. */
  object(groupKind: GroupKind, name: string): Field | undefined;
}

export interface PipelineDialect {
  readonly provider: Provider;
  /** Is the file one of its pipelines, or a part that they call. `body` is absent for what is no YAML. */
  recognises(path: string, body: Field): boolean;
  /** Kinds of Kubernetes objects that are its pipelines, or parts of them; the objects are judged as objects too. */
  readonly objects?: ReadonlySet<GroupKind>;
  /** The pipelines that stand in the file; none in what is only a part. Never throws, whatever is written there. */
  read(source: PipelineSource, files: PipelineFiles): readonly Pipeline[];
}

const DIALECTS: readonly PipelineDialect[] = [
  githubActions,
  gitlabCi,
  // Known by their paths alone.
  circleci,
  bitbucket,
  buildkite,
  jenkins,
  azurePipelines,
  cloudBuild,
  codebuild,
  drone,
  woodpecker,
  // Known by the kinds of their objects.
  tekton,
  argoWorkflows,
];

/** The dialect of a file by its path and the root of its first document. */
export function dialectOf(path: string, body: Field): PipelineDialect | undefined {
  return DIALECTS.find((one) => one.recognises(path, body));
}

/** The dialect of Kubernetes objects that are pipelines. */
export function dialectOfObjects(kinds: readonly GroupKind[]): PipelineDialect | undefined {
  return DIALECTS.find(({ objects }) => objects !== undefined && kinds.some((kind) => objects.has(kind)));
}
