/** Charts rendered beside the typing: started a moment after a change, stopped when a newer one comes. */
import { type ChartRenderer, Charts } from "../host/charts.ts";
import type { Files } from "./files.ts";
import { Debounced } from "./schedule.ts";

export class RenderedCharts {
  readonly #renderer: () => ChartRenderer | undefined;
  readonly #files: () => Files;
  readonly #changed: () => void;
  readonly #soon: Debounced;
  #charts: { readonly of: Files; readonly charts: Charts } | undefined;

  /** `renderer` answers nothing where nothing may be run; `changed` is called when charts were rendered. */
  constructor(renderer: () => ChartRenderer | undefined, files: () => Files, changed: () => void) {
    this.#renderer = renderer;
    this.#files = files;
    this.#changed = changed;
    this.#soon = new Debounced(() => this.#update(), 150, 500);
  }

  /** Something changed that charts may be rendered from. */
  trigger(): void {
    this.#soon.trigger();
  }

  /** Ends what is running. What was rendered is forgotten with the files. */
  stop(): void {
    this.#soon.cancel();
    this.#charts?.charts.stop();
    this.#charts = undefined;
  }

  #update(): void {
    const files = this.#files();
    if (this.#charts?.of !== files) {
      this.stop();
      const renderer = this.#renderer();
      if (renderer === undefined) return;
      const charts = new Charts(renderer, {
        get snapshot() {
          return files.snapshot;
        },
        apply: async (changes) => {
          const stopped = () => this.#charts?.of !== files;
          if (stopped()) return;
          await files.take(changes, stopped);
          if (!stopped()) this.#changed();
        },
      });
      this.#charts = { of: files, charts };
    }
    this.#charts.charts.update(files.unsaved());
  }
}
