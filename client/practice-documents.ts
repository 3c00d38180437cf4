/**
 * Explanations of practices as read-only documents, `kmm-practice:/security/run-as-non-root.md`, answered by the server
 * and so available offline. The server gives the same address as a diagnostic's code link: the workbench opens a link
 * with a scheme that has a content provider as a document, without the question it asks before a `vscode://` link. The
 * manifest's default for `workbench.editorAssociations` shows it rendered; where the Markdown extension is missing, the
 * text itself is shown.
 */
import { commands, type Disposable, EventEmitter, Uri, ViewColumn, workspace } from "vscode";
import type { Server } from "./server.ts";
import { text } from "./text.ts";

export const PRACTICE_SCHEME = "kmm-practice";

export function providePractices(server: Server): Disposable {
  const changed = new EventEmitter<Uri>();
  const renewAll = () => {
    for (const { uri } of workspace.textDocuments) if (uri.scheme === PRACTICE_SCHEME) changed.fire(uri);
  };
  const provider = workspace.registerTextDocumentContentProvider(PRACTICE_SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: async (uri) => {
      const id = practiceOf(uri);
      try {
        const explained = await server.explain(id);
        if (explained === null) return text().unknownPractice(id);
        const { title, markdown } = explained;
        return /^\s*#\s/.test(markdown) ? markdown : `# ${title}\n\n${markdown}`;
      } catch {
        return text().notRunning;
      }
    },
  });
  const state = server.onDidChangeState((it) => it === "running" && renewAll());
  const language = workspace.onDidChangeConfiguration((it) => it.affectsConfiguration("kmm.language") && renewAll());
  return {
    dispose: () => {
      for (const it of [provider, state, language, changed]) it.dispose();
    },
  };
}

export async function showPractice(id: string, viewColumn = ViewColumn.Active): Promise<void> {
  const uri = Uri.from({ scheme: PRACTICE_SCHEME, path: `/${id}.md` });
  await commands.executeCommand("vscode.open", uri, { viewColumn, preview: true });
}

function practiceOf({ path }: Uri): string {
  return path.replace(/^\//, "").replace(/\.md$/, "");
}
