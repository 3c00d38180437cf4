/** Longer names do not fit into every file system. */
const MAX_NAME = 253;

const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(?:\.|$)/i;

/** Where the name of a file comes from a manifest, it may say anything: only plain names below the folder are good. */
export function checkPath(path: string): "outside" | "name" | undefined {
  if (/^[/\\~]/.test(path) || /^[a-z]:/i.test(path)) return "outside";
  const names = path.split("/");
  if (path.split(/[/\\]/).includes("..")) return "outside";
  for (const [index, name] of names.entries()) {
    if (!isGoodName(name) || (isGuarded(name) && !(index === 0 && names.length > 1 && name === ".github")))
      return "name";
  }
  return undefined;
}

function isGoodName(name: string): boolean {
  // Control, format and unassigned characters hide what a name is; some are skipped when files are looked up.
  if (name === "" || name === "." || /[\p{C}\p{Zl}\p{Zp}<>:"|?*\\]/u.test(name)) return false;
  if (/^\s|[\s.]$/.test(name) || RESERVED.test(name) || /~\d/.test(name)) return false;
  return encodeURIComponent(name).replace(/%../g, "x").length <= MAX_NAME;
}

/** Folders whose content is run by itself: hooks of git, tasks of an editor. */
function isGuarded(name: string): boolean {
  return /^\.(?:git|vscode)/i.test(name.normalize("NFKC"));
}
