/** When to do what: at once where that is cheap, together where much comes at once, never long at a stretch. */

/** Lets waiting messages through: a cancellation or an edit that is already there is seen before the work begins. */
export function yieldToMessages(): Promise<void> {
  // Twice: what is already in the queue is dispatched one message for each turn of the event loop.
  return new Promise((done) => setImmediate(() => setImmediate(done)));
}

/** Requests that have come and are not yet answered. */
let waiting = 0;

/** What a request does before its work begins. Work in slices stands back until it is done. */
export async function beforeAnswer(): Promise<void> {
  waiting++;
  try {
    await yieldToMessages();
  } finally {
    waiting--;
  }
}

/** Longest stretch of work between two looks at the messages, in milliseconds. */
export const SLICE_MS = 15;

/** However many ask, the work goes on after so many of them. */
const LONGEST_STAND_BACK = 20;

/** What work that takes a while does before each of its parts. */
export async function standBack(): Promise<void> {
  await yieldToMessages();
  for (let turn = 0; waiting > 0 && turn < LONGEST_STAND_BACK; turn++) await yieldToMessages();
}

/** Runs `step` until it says it is done, in slices. Answers whether it came to its end. */
export async function inSlices(step: () => boolean, cancelled: () => boolean): Promise<boolean> {
  for (;;) {
    const until = performance.now() + SLICE_MS;
    while (performance.now() < until) if (step()) return true;
    await standBack();
    if (cancelled()) return false;
  }
}

/** Runs after a pause, however often it is asked for; at the latest after `longest` milliseconds. */
export class Debounced {
  readonly #run: () => void;
  readonly #pause: number;
  readonly #longest: number;
  #timer: NodeJS.Timeout | undefined;
  #since: number | undefined;

  constructor(run: () => void, pause: number, longest: number) {
    this.#run = run;
    this.#pause = pause;
    this.#longest = longest;
  }

  trigger(): void {
    const now = performance.now();
    this.#since ??= now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), Math.max(0, Math.min(this.#pause, this.#since + this.#longest - now)));
  }

  flush(): void {
    this.cancel();
    this.#run();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#since = undefined;
  }
}

/** One inserted character behind the other: somebody is in the middle of a word. */
interface Stroke {
  readonly at: number;
  readonly line: number;
  readonly character: number;
}

/** The longest that findings wait while somebody types on, in milliseconds. */
const LONGEST_HOLD = 400;

/**
 * Decides how long findings wait after an edit. A single edit is answered at once. In a run of characters typed one
 * behind the other they wait for a pause a little longer than the ones between the characters so far.
 */
export class Typing {
  #last: Stroke | undefined;
  #run = 0;
  #interval = 0;

  /** Milliseconds to wait, and at most how long altogether. */
  after(
    change: { readonly line: number; readonly character: number; readonly inserted: number; readonly removed: boolean },
    now: number,
  ): { pause: number; longest: number } {
    const last = this.#last;
    const onward =
      last !== undefined &&
      !change.removed &&
      change.inserted === 1 &&
      change.line === last.line &&
      change.character === last.character &&
      now - last.at < 200;
    if (onward) {
      const interval = now - last.at;
      this.#interval = this.#run === 0 ? interval : (this.#interval + interval) / 2;
      this.#run++;
    } else this.#run = 0;
    this.#last = change.removed
      ? undefined
      : { at: now, line: change.line, character: change.character + change.inserted };
    if (this.#run < 1) return { pause: 0, longest: 0 };
    return { pause: Math.min(150, Math.max(40, this.#interval * 1.4)), longest: LONGEST_HOLD };
  }
}
