/** What pipelines take from elsewhere, and how exactly they say which version of it. */
import type { Field, Pin, PipelineGap, PipelineReference } from "../../../model/facts.ts";
import { parseImage } from "../../../model/images.ts";

/** What an expression of some provider decides: `${{ … }}`, `$VERSION`, `$(Build.BuildId)`, `<< … >>`, `$[[ … ]]`. */
const COMPUTED = /\$\{|\$\(|\$\[|\$\w|<<|\{\{|%\w+%/;
const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/i;
const FULL_VERSION = /^v?\d+\.\d+\.\d+(?:[-+.][\w.+-]+)?$/;

/** How a version says which one it means. */
export function pinOf(version: string | undefined): Pin {
  if (version === undefined || version === "") return "none";
  if (COMPUTED.test(version)) return "unknown";
  if (COMMIT.test(version) || /^sha256:[0-9a-f]{64}$/i.test(version)) return "digest";
  return FULL_VERSION.test(version) ? "exact" : "moving";
}

/** Each place once: what several jobs call in one line is one gap. */
export function distinctGaps(gaps: readonly PipelineGap[]): readonly PipelineGap[] {
  const known = new Map<string, PipelineGap>();
  for (const it of gaps) {
    const { document, path, span } = it.place;
    const key = `${document.uri} ${path.join("/")} ${span?.join("-") ?? ""} ${it.name}`;
    if (!known.has(key)) known.set(key, it);
  }
  return [...known.values()];
}

/** Each place once: what several jobs take from one line is one reference. */
export function distinctReferences(references: readonly PipelineReference[]): readonly PipelineReference[] {
  const known = new Map<string, PipelineReference>();
  for (const it of references) {
    const { document, path, span } = it.place;
    const key = `${document.uri} ${path.join("/")} ${span?.join("-") ?? ""} ${it.name} ${it.version ?? ""}`;
    if (!known.has(key)) known.set(key, it);
  }
  return [...known.values()];
}

/** Where the name ends and the version begins. */
export interface Versioned {
  readonly kind: PipelineReference["kind"];
  readonly separator: "@" | ":";
  /** Of the provider itself. */
  readonly own: (name: string) => boolean;
}

/** `name@version`, `name:version`; nothing where there is no text. */
export function versionedReference(field: Field, { kind, separator, own }: Versioned): PipelineReference | undefined {
  const text = field.source?.trim();
  if (text === undefined || text === "") return undefined;
  const at = text.lastIndexOf(separator);
  const name = at < 0 ? text : text.slice(0, at);
  const version = at < 0 ? undefined : text.slice(at + 1);
  const offset = (field.source ?? "").indexOf(text);
  return {
    kind,
    name,
    version,
    pin: COMPUTED.test(name) ? "unknown" : pinOf(version),
    own: own(name),
    place: at < 0 ? field.place : field.part(offset + at + 1, offset + text.length),
  };
}

/** A container image. A tag that names a whole version is exact, whatever is behind it (`3.20.1-alpine`). */
export function imageReference(field: Field): PipelineReference | undefined {
  const written = field.source?.trim();
  if (written === undefined || written === "") return undefined;
  const text = written.replace(/^docker:\/\//, "");
  const start = (field.source ?? "").indexOf(text);
  const image = parseImage(text);
  const base = { kind: "image", own: false } as const;
  if (image === undefined || COMPUTED.test(text)) {
    return { ...base, name: text, version: undefined, pin: "unknown", place: field.place };
  }
  const { name, tag, digest, tagAt } = image;
  const place = tagAt === undefined ? field.place : field.part(start + tagAt[0], start + tagAt[1]);
  if (digest !== undefined) return { ...base, name, version: digest, pin: "digest", place: field.place };
  return { ...base, name, version: tag, pin: pinOf(tag), place };
}
