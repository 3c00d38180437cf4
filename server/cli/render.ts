/** `kmm render`: the objects as they are judged, each with the file and line that it came from. */
import { printTree } from "../engine/tree/print.ts";
import { asData, HIDDEN, isHidden, type RenderedView } from "../features/render.ts";

/** One JSON array: an entry for each object. */
export function asJson(views: readonly RenderedView[]): string {
  const entries = views.map((view) => {
    const { environment, root, kind, file, line } = view;
    return { environment, root, kind, file, line, ...asData(view) };
  });
  return `${JSON.stringify(entries, null, 2)}\n`;
}

/** YAML documents, each below a comment that says where it came from. What is not known is marked behind its value. */
export function asYaml(views: readonly RenderedView[]): string {
  return views
    .map((view) => {
      const { environment, root, kind, file, line } = view;
      const about = environment === null ? "" : `# Environment: ${environment} (${kind} ${root})\n`;
      return `---\n# Source: ${file}:${line}\n${about}${printTree(view.tree, (path) => (isHidden(view, path) ? HIDDEN : undefined), view.built ? "quoted" : "as-written")}`;
    })
    .join("");
}
