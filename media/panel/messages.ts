/**
 * What passes between the panel and its host. A message from the panel names an index into the report it was last
 * sent, never a path or a command, so that a forged message can do no more than a click could.
 */
import type { Report } from "../../server/features/report-contract.ts";

export type Language = "en" | "sv";

/** Everything the panel draws, besides what its reader has selected. */
export interface PanelState {
  language: Language;
  server: "starting" | "running" | "stopped";
  /** The first scan is still going on: the numbers will change. */
  scanning: boolean;
  report: Report | null;
  /** Counts the reports sent, so that an index into an older one is not taken for an index into a newer one. */
  sequence: number;
  /** Names of the workspace folders; none when no folder is open. */
  folders: readonly string[];
  /** Index of the folder that the report is about, or `null` for all of them. */
  folder: number | null;
}

export type HostMessage = { type: "state"; state: PanelState };

export type PanelMessage =
  | { type: "ready"; folder: number | null }
  | { type: "folder"; folder: number | null }
  | { type: "reveal"; sequence: number; list: "findings" | "notices" | "notRead"; index: number }
  | { type: "explain"; sequence: number; practice: number }
  | { type: "refresh" }
  | { type: "restart" };

/** The host is trusted, but a message of another shape (from a browser extension, say) must not break the panel. */
export function isHostMessage(value: unknown): value is HostMessage {
  if (!isObject(value) || value["type"] !== "state" || !isObject(value["state"])) return false;
  const { language, server, scanning, report, sequence, folders, folder } = value["state"];
  return (
    (language === "en" || language === "sv") &&
    (server === "starting" || server === "running" || server === "stopped") &&
    typeof scanning === "boolean" &&
    typeof sequence === "number" &&
    Array.isArray(folders) &&
    folders.every((name) => typeof name === "string") &&
    (folder === null || typeof folder === "number") &&
    (report === null || (isObject(report) && report["schema"] === "kmm-report/1"))
  );
}

/** Messages from the webview are taken as anybody's: each is checked to the last field, and the rest is dropped. */
export function parsePanelMessage(value: unknown): PanelMessage | null {
  if (typeof value !== "object" || value === null) return null;
  const { type, folder, sequence, list, index, practice } = value as Record<string, unknown>;
  switch (type) {
    case "ready":
    case "folder":
      return folder === null || isIndex(folder) ? { type, folder } : null;
    case "reveal":
      if (list !== "findings" && list !== "notices" && list !== "notRead") return null;
      return isIndex(sequence) && isIndex(index) ? { type, sequence, list, index } : null;
    case "explain":
      return isIndex(sequence) && isIndex(practice) ? { type, sequence, practice } : null;
    case "refresh":
    case "restart":
      return { type };
    default:
      return null;
  }
}

function isIndex(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
