/**
 * Answers kept with the fact they were read from. A fact never changes: where its file does, there is a new one. What a
 * practice of the workspace asks of every object is asked of each object once, not again at every change elsewhere.
 */
export function once<F extends object, T>(read: (fact: F) => T): (fact: F) => T {
  const known = new WeakMap<F, { readonly value: T }>();
  return (fact) => {
    let answer = known.get(fact);
    if (answer === undefined) {
      answer = { value: read(fact) };
      known.set(fact, answer);
    }
    return answer.value;
  };
}
