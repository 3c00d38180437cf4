/** Our own requests and notifications, beside standard LSP 3.17. The client imports the types and names only. */
import type { Report } from "../features/report-contract.ts";

/** Client to server: the report over the whole workspace, or over one of its folders. */
export const REPORT_REQUEST = "kmm/report";
export interface ReportParams {
  /** URI of one workspace folder; all of them when left out. */
  folder?: string;
}
/** `folders` are the workspace folders known to the server, in order. Report URIs are relative to `folder`'s URI, or, over several folders, start with the folder's name. */
export interface ReportResult {
  report: Report;
  folders: { uri: string; name: string }[];
  /** Absolute URI for each distinct non-empty `uri` of the report. */
  uris: Record<string, string>;
  /** The first scan is still going on: the numbers will change. */
  scanning: boolean;
}

/** Server to client: a later `kmm/report` would answer differently. At most one in 250 ms. */
export const REPORT_CHANGED = "kmm/reportChanged";
export interface ReportChangedParams {
  /** For the status bar, so that it need not ask. */
  overall: number | null;
  weakest: { dimension: string; name: string; level: number } | null;
  levels: Record<string, number | null>;
  scanning: boolean;
}

/** Client to server: the explanation of a practice as Markdown, or `null` for an id that is not known. */
export const EXPLAIN_REQUEST = "kmm/explain";
export interface ExplainParams {
  practice: string;
}
export interface ExplainResult {
  title: string;
  markdown: string;
}

/** Client to server: forget what was read, walk the folders again. Answered with `null` once the walk has begun. */
export const REFRESH_REQUEST = "kmm/refresh";

/** Server to client: the first walk over the folders, and the judging of what was found, are done. */
export const INDEX_DONE = "kmm/indexDone";

/** What the client passes in `initializationOptions`. */
export interface InitializationOptions {
  settings?: Settings;
  /** The workspace is trusted: the helm program may render its charts. Without a word of it nothing is run. */
  trusted?: boolean;
  /**
   * The client opens `kmm-practice:/<practice id>.md` (such as `kmm-practice:/security/run-as-non-root.md`) by asking
   * `kmm/explain`, so a diagnostic's `codeDescription.href` may be such a URI.
   */
  practiceScheme?: boolean;
  /** The client watches files itself, so the server need not ask it to. */
  watches?: boolean;
  /** Offer findings for files that are not open as well. On unless the client says no. */
  workspaceDiagnostics?: boolean;
}

/** The `kmm` section of the editor's settings, all optional; `.kmm.yaml` wins over them where both speak. */
export interface Settings {
  /** Target level: one for all dimensions. */
  target?: number;
  /** `next` (default): what stands before the next level; `all`: everything unmet; `off`: no diagnostics. */
  show?: "next" | "all" | "off";
  /** `auto` follows the editor. */
  language?: "auto" | "en" | "sv";
  /** Globs of files never to look at, beside `.gitignore`, `files.exclude` and `.kmm.yaml`. */
  exclude?: string[];
  /** From the editor's `files.exclude`: globs that are on. */
  filesExclude?: string[];
  /** Files larger than this many kilobytes are listed as not read. */
  maxFileSizeKb?: number;
  hover?: boolean;
  /** Charts are rendered: by the program at `path`, or the one on the PATH, where the workspace is trusted, otherwise by none. */
  helm?: { render?: boolean; path?: string };
  /** As in the initialization options; a later word counts. */
  trusted?: boolean;
}
