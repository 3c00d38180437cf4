/** Reading one file, whatever lies in its place. */
import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import type { NotReadReason } from "../engine/files.ts";

export interface NotRead {
  readonly reason: NotReadReason;
  /** There is no such file, or no longer. */
  readonly gone?: true;
}

/** Whether a link is taken for what it leads to: only where a person named it, for it may lead anywhere. */
export type Links = "followed" | "refused";

/** Windows has no such flag. */
const NO_LINK = constants.O_NOFOLLOW ?? 0;

/** The text of a regular file. Opened without waiting, so that a pipe put in a file's place cannot hold us up. */
export function readText(path: string, limit: number, links: Links = "followed"): string | NotRead {
  let handle: number | undefined;
  try {
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (links === "refused" ? NO_LINK : 0));
    const stat = fstatSync(handle);
    if (!stat.isFile()) return { reason: "not-a-file" };
    if (stat.size > limit) return { reason: "too-large" };
    const bytes = readFileSync(handle);
    if (!isUtf8(bytes)) return { reason: "not-text" };
    const text = bytes.toString("utf8");
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  } catch (error) {
    return { reason: "unreadable", ...(isGone(error) ? { gone: true } : {}) };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

export function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
