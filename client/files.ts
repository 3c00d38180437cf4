/** Which files are the server's: those whose edits it follows, and those it is told about when they change on disk. */
import { type Disposable, type Event, type FileSystemWatcher, type Uri, workspace } from "vscode";
import type { DocumentFilter } from "vscode-languageclient/node";

const YAML = "**/*.{yaml,yml,tpl}";
const LANGUAGES = [
  "yaml",
  "helm",
  "dockercompose",
  "github-actions-workflow",
  "azure-pipelines",
  "jinja-yaml",
  "gitlab-ci",
];

/**
 * By name first: other extensions give a YAML file languages such as helm, jinja or plaintext. By language only where
 * there is no name to go by. Only these schemes, so that the old side of a comparison (git:) is left alone.
 */
export const DOCUMENTS: DocumentFilter[] = [
  { scheme: "file", pattern: YAML },
  { scheme: "vscode-vfs", pattern: YAML },
  ...LANGUAGES.flatMap((language) => [
    { scheme: "file", language },
    { scheme: "untitled", language },
  ]),
];

/** Files whose text counts for something, besides YAML; of any other it only matters whether it is there. */
const TEXTS = [
  "*.{md,rst,adoc,txt,sh,bash,mk,just,json5}",
  "{README,CONTRIBUTING}*",
  "{CODEOWNERS,OWNERS,Kustomization,Tiltfile,Makefile,GNUmakefile,makefile,justfile,Justfile,.justfile,.adr-dir}",
  "{Dockerfile,Jenkinsfile,Containerfile}*",
  "*.{Dockerfile,dockerfile,jenkinsfile}",
  "{package,renovate,devcontainer,.renovaterc}.json",
  "{.renovaterc,.gitignore,.helmignore,.trivyignore}",
];

/** Never looked into by the server, and where installers and tools write by the thousand. */
const SKIPPED = /\/(node_modules|\.git|\.hg|\.jj|\.svn|\.terraform|\.venv|__pycache__|\.vscode-test)(\/|$)/;

/**
 * Coming and going of every file, change only of those whose text is read. All of them share the one watcher that the
 * workbench has over the workspace anyway, so each costs a glob per event. The first has to be this broad: whether a
 * linked file exists is evidence, and when a folder goes the editor reports the folder alone, by a name like any other.
 */
export function watchers(): FileSystemWatcher[] {
  const existence = workspace.createFileSystemWatcher("**/*", false, true, false);
  const changes = [YAML, ...TEXTS.map((glob) => `**/${glob}`)];
  return [
    withoutSkipped(existence),
    ...changes.map((glob) => withoutSkipped(workspace.createFileSystemWatcher(glob, true, false, true))),
  ];
}

function withoutSkipped(watcher: FileSystemWatcher): FileSystemWatcher {
  const filtered =
    (event: Event<Uri>): Event<Uri> =>
    (listener, self?: unknown, disposables?: Disposable[]) =>
      event((uri) => !SKIPPED.test(uri.path) && listener.call(self, uri), undefined, disposables);
  return {
    ignoreCreateEvents: watcher.ignoreCreateEvents,
    ignoreChangeEvents: watcher.ignoreChangeEvents,
    ignoreDeleteEvents: watcher.ignoreDeleteEvents,
    onDidCreate: filtered(watcher.onDidCreate),
    onDidChange: filtered(watcher.onDidChange),
    onDidDelete: filtered(watcher.onDidDelete),
    dispose: () => watcher.dispose(),
  };
}
