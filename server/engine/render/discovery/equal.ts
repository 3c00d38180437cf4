/** Are two descriptions the same. Documents are told apart by identity, everything else by what it says. */

export function sameData(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one))
    return Array.isArray(other) && one.length === other.length && one.every((item, at) => sameData(item, other[at]));
  if (one instanceof Map) return other instanceof Map && sameData([...one], [...other]);
  if (Array.isArray(other) || other instanceof Map || !isPlain(one) || !isPlain(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => sameData(Reflect.get(one, key), Reflect.get(other, key)))
  );
}

/** What has a class is a document, or something else that is known by its identity. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
