/** Findings pushed to a client: at once where somebody waits for them, after a pause while a word is being typed. */
import { type Diagnostic, type Range, TextDocumentContentChangeEvent } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { Typing } from "./schedule.ts";

/** What the publisher asks and tells. */
export interface Audience {
  /** The client asks for findings itself: nothing is pushed. */
  readonly pull: () => boolean;
  readonly document: (uri: string) => TextDocument | undefined;
  readonly diagnosticsOf: (uri: string) => Diagnostic[];
  readonly send: (findings: { uri: string; version?: number; diagnostics: Diagnostic[] }) => void;
}

export class Publisher {
  readonly #audience: Audience;
  readonly #typing = new Typing();
  readonly #pending = new Map<string, { timer: NodeJS.Timeout | undefined; since: number }>();
  /** What was said last of each document. */
  readonly #said = new Map<string, string>();

  constructor(audience: Audience) {
    this.#audience = audience;
  }

  /** After an edit: the sooner, the less it looks like one of many. */
  typed(uri: string, changes: readonly TextDocumentContentChangeEvent[]): void {
    const now = performance.now();
    const only = changes.length === 1 ? changes[0] : undefined;
    const wait =
      only !== undefined && TextDocumentContentChangeEvent.isIncremental(only)
        ? this.#typing.after({ ...only.range.start, inserted: only.text.length, removed: !isEmpty(only.range) }, now)
        : { pause: 0, longest: 0 };
    const pending = this.#pending.get(uri) ?? { timer: undefined, since: now };
    clearTimeout(pending.timer);
    const pause = Math.min(wait.pause, pending.since + wait.longest - now);
    const say = () => {
      this.#pending.delete(uri);
      this.publish(uri);
    };
    if (pause > 0) {
      pending.timer = setTimeout(say, pause);
      this.#pending.set(uri, pending);
    } else say();
  }

  /** A document is closed: nothing is said of it any more. */
  closed(uri: string): void {
    clearTimeout(this.#pending.get(uri)?.timer);
    this.#pending.delete(uri);
    this.#said.delete(uri);
    if (!this.#audience.pull()) this.#audience.send({ uri, diagnostics: [] });
  }

  /** What is said of these documents anew, but for those that wait for a pause. */
  again(uris: Iterable<string>): void {
    for (const uri of uris) if (!this.#pending.has(uri)) this.publish(uri, false);
  }

  /** What was said of a version already is said again only when it changed, or where somebody waits for it. */
  publish(uri: string, waitedFor = true): void {
    const document = this.#audience.document(uri);
    if (this.#audience.pull() || document === undefined) return;
    const { version } = document;
    const diagnostics = this.#audience.diagnosticsOf(uri);
    const said = `${version} ${JSON.stringify(diagnostics)}`;
    if (!waitedFor && this.#said.get(document.uri) === said) return;
    this.#said.set(document.uri, said);
    this.#audience.send({ uri, version, diagnostics });
  }
}

function isEmpty({ start, end }: Range): boolean {
  return start.line === end.line && start.character === end.character;
}
