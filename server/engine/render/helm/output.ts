/** What `helm template` prints: documents, each with the template that it comes from. */

/** One document as helm printed it. */
export interface Chunk {
  readonly source: string;
  readonly text: string;
}

/** Is this what `helm template` prints: nothing, or documents that say where they come from. */
export function looksRendered(output: string): boolean {
  return output.trim() === "" || HEADER.test(output);
}

const HEADER = /^---\r?\n# Source: /m;

export function* chunksOf(output: string): Generator<Chunk> {
  const headers = [...output.matchAll(/^---\r?\n# Source: (.*?)\r?\n/gm)];
  for (const [at, header] of headers.entries()) {
    const text = output.slice(header.index + header[0].length, headers[at + 1]?.index ?? output.length);
    yield { source: header[1] ?? "", text };
  }
}
