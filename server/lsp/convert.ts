/** The engine's plain data in the protocol's terms. */
import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Diagnostic,
  DiagnosticSeverity,
  type TextDocumentEdit,
  type WorkspaceEdit,
} from "vscode-languageserver/node";
import type { PracticeId } from "../../model/kmm.ts";
import type { Position } from "../engine/source.ts";
import { lineStarts, positionAt } from "../engine/tree/lines.ts";
import type { KmmAction } from "../features/code-actions.ts";
import type { KmmDiagnostic, Severity } from "../features/diagnostics.ts";

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

export interface ConvertOptions {
  readonly hrefOf: (practice: PracticeId) => string | undefined;
  /** The client's own spelling of a URI. */
  readonly clientUri: (uri: string) => string;
  readonly related: boolean;
}

export function toDiagnostic(diagnostic: KmmDiagnostic, options: ConvertOptions): Diagnostic {
  const href = diagnostic.practice === undefined ? undefined : options.hrefOf(diagnostic.practice.id);
  const related = options.related ? diagnostic.related : [];
  return {
    range: diagnostic.range,
    severity: SEVERITIES[diagnostic.severity],
    source: "kmm",
    code: diagnostic.code,
    message: diagnostic.message,
    ...(href === undefined ? {} : { codeDescription: { href } }),
    ...(related.length === 0
      ? {}
      : {
          relatedInformation: related.map((one) => ({
            location: { uri: options.clientUri(one.uri), range: one.range },
            message: one.message,
          })),
        }),
  };
}

export interface EditTarget {
  readonly text: string;
  /** The version that the client has open; `null` for a file that is not. */
  readonly version: number | null;
}

export interface ActionOptions extends ConvertOptions {
  readonly documentChanges: boolean;
  readonly create: boolean;
  readonly target: (uri: string) => EditTarget | undefined;
}

/** `undefined` when the client cannot carry the edit out, or the text is no longer there. */
export function toAction(
  action: KmmAction,
  diagnostics: readonly Diagnostic[],
  options: ActionOptions,
): CodeAction | undefined {
  const edit = toEdit(action, options);
  if (edit === undefined) return undefined;
  return {
    title: action.title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [...diagnostics],
    isPreferred: action.safety === "safe",
    edit,
  };
}

function toEdit(action: KmmAction, options: ActionOptions): WorkspaceEdit | undefined {
  const edits = new Map<string, TextDocumentEdit>();
  for (const change of action.changes) {
    const target = options.target(change.uri);
    if (target === undefined) return undefined;
    const lines = lineStarts(target.text);
    const uri = options.clientUri(change.uri);
    let document = edits.get(uri);
    if (document === undefined) {
      document = { textDocument: { uri, version: target.version }, edits: [] };
      edits.set(uri, document);
    }
    document.edits.push({
      range: { start: at(lines, change.start), end: at(lines, change.end) },
      newText: change.text,
    });
  }
  if (action.creations.length > 0 && !options.create) return undefined;
  if (!options.documentChanges) {
    if (action.creations.length > 0) return undefined;
    return {
      changes: Object.fromEntries(
        [...edits].map(([uri, document]) => [
          uri,
          document.edits.map((edit) => edit as { range: typeof edit.range; newText: string }),
        ]),
      ),
    };
  }
  return {
    documentChanges: [
      ...action.creations.flatMap(({ uri, text }) => [
        { kind: "create" as const, uri: options.clientUri(uri), options: { overwrite: false, ignoreIfExists: false } },
        {
          textDocument: { uri: options.clientUri(uri), version: null },
          edits: [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, newText: text }],
        },
      ]),
      ...edits.values(),
    ],
  };
}

function at(lines: readonly number[], offset: number): Position {
  return positionAt(lines, offset);
}

/**
 * Who names findings of ours wants the fixes of those: of what stands in the range and is not named, none. A fix whose
 * finding stands elsewhere, and is only related to the range, cannot be named.
 */
export function isAskedAbout({ code, range }: KmmDiagnostic, { range: wanted, context }: CodeActionParams): boolean {
  const named = context.diagnostics.filter((one) => one.source === "kmm").map((one) => one.code);
  const here = range.start.line <= wanted.end.line && wanted.start.line <= range.end.line;
  return named.length === 0 || !here || named.includes(code);
}
