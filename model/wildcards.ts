/**
 * Does a pattern of parts, some of them wild for any number of items, match a list of so many items. After a mismatch only the
 * last wildcard takes one more, which never misses a match and bounds the time.
 */
export function matchesWith<T>(
  pattern: readonly T[],
  length: number,
  isWild: (part: T) => boolean,
  accepts: (part: T, at: number) => boolean,
): boolean {
  let part = 0;
  let wild = -1;
  let resume = 0;
  for (let at = 0; at < length; ) {
    const next = pattern[part];
    if (part < pattern.length && isWild(next as T)) {
      wild = part++;
      resume = at;
    } else if (part < pattern.length && accepts(next as T, at)) {
      part++;
      at++;
    } else if (wild >= 0) {
      part = wild + 1;
      at = ++resume;
    } else return false;
  }
  return pattern.slice(part).every(isWild);
}
