import type { Clock } from '../../src/lib/clock.ts';

/** Calls once, so many milliseconds later. The object stays awake until then. */
export type After = (ms: number, call: () => void) => void;

interface FlushWindowOptions {
  clock: Clock;
  after: After;
  /** How long to be silent after a flush, in ms. */
  lengthMs(): number;
  flush(): void;
}

/** Flushes at once when it was quiet, else at the end of the window: never more than once in its length. */
export class FlushWindow {
  readonly #options: FlushWindowOptions;
  #endsAt = 0;
  #isWaiting = false;

  constructor(options: FlushWindowOptions) {
    this.#options = options;
  }

  request(): void {
    if (this.#isWaiting) return;
    const wait = this.#endsAt - this.#options.clock.now();
    if (wait <= 0) return this.#flush();
    this.#isWaiting = true;
    this.#options.after(wait, () => {
      this.#isWaiting = false;
      this.#flush();
    });
  }

  #flush(): void {
    const { clock, lengthMs, flush } = this.#options;
    this.#endsAt = clock.now() + lengthMs();
    flush();
  }
}
