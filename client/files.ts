/** Which files are the server's: those whose edits it follows, and those it is told about when they change on disk. */
import { type Disposable, type FileSystemWatcher, type Uri, workspace } from "vscode";
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

const NAMES = [
  ".gitignore",
  ".helmignore",
  ".gitleaks.toml",
  "CODEOWNERS",
  "OWNERS",
  "OWNERS_ALIASES",
  "Dockerfile*",
  "*.Dockerfile",
  "*.dockerfile",
  "Containerfile*",
  "Jenkinsfile*",
  "Makefile",
  "Taskfile*",
  "justfile",
  "Tiltfile",
  "README*",
  "CONTRIBUTING*",
  "*.md",
  "renovate.json*",
  ".renovaterc*",
  "devcontainer.json",
  "*.jsonnet",
  "*.tf",
  "*.sh",
  "*.rego",
];
const WATCHED = [YAML, `**/{${NAMES.join(",")}}`];

/** Watchers that share the one the workbench has over the workspace anyway, so each costs a glob per event. */
export function watchers(): FileSystemWatcher[] {
  return [...WATCHED.map((glob) => workspace.createFileSystemWatcher(glob)), deletedFolders()];
}

/**
 * When a folder goes, the editor reports the folder alone and not the files in it, and no glob of file names matches
 * that. So deletions of anything that looks like a folder (no dot in its name, or a leading one) are passed on as well.
 */
function deletedFolders(): FileSystemWatcher {
  const watcher = workspace.createFileSystemWatcher("**/*", true, true, false);
  return {
    ignoreCreateEvents: true,
    ignoreChangeEvents: true,
    ignoreDeleteEvents: false,
    onDidCreate: watcher.onDidCreate,
    onDidChange: watcher.onDidChange,
    onDidDelete: (listener, self?: unknown, disposables?: Disposable[]) =>
      watcher.onDidDelete((uri) => looksLikeFolder(uri) && listener.call(self, uri), undefined, disposables),
    dispose: () => watcher.dispose(),
  };
}

function looksLikeFolder({ path }: Uri): boolean {
  if (/\/(node_modules|\.git)(\/|$)/.test(path)) return false;
  return !path.slice(path.lastIndexOf("/") + 2).includes(".");
}
