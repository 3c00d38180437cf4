/** The offset of the line break that ends the line, or the end of the text. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  if (end === -1) return text.length;
  return end > at && text[end - 1] === "\r" ? end - 1 : end;
}

export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

/** Where the next line starts; the end of the text when this is the last one. */
export function nextLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end + 1;
}

/** The line break used here, else the first one of the text. */
export function lineBreakAt(text: string, at: number): string {
  const end = lineEnd(text, at);
  const at0 = end < text.length ? end : lineEnd(text, 0);
  return text[at0] === "\r" ? "\r\n" : "\n";
}

export function isComment(line: string): boolean {
  return line.trimStart().startsWith("#");
}

/** Nothing, or white space and a comment. */
export function isBlankOrComment(rest: string): boolean {
  return /^\s*(?:#.*)?$/.test(rest);
}

/** The white space that a line begins with. */
export function indentOf(line: string): string {
  return /^\s*/.exec(line)?.[0] ?? "";
}

export function leadingSpaces(line: string): number {
  return line.length - line.trimStart().length;
}

/** Where the next line starts that is neither empty nor a comment. */
export function nextContent(text: string, from: number): number {
  let at = nextLine(text, from);
  while (at < text.length && isBlankOrComment(text.slice(at, lineEnd(text, at)))) at = nextLine(text, at);
  return at;
}

export function columnOf(text: string, at: number): number {
  return at - lineStart(text, at);
}
