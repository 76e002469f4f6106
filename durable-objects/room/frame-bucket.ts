import { LIMITS } from '../../src/rooms/protocol.ts';

/** So many refused frames without a pause, and the socket is closed: five bursts. */
const MAX_REFUSED = 5 * LIMITS.frameBurst;

/**
 * A token bucket (https://en.wikipedia.org/wiki/Token_bucket) of one socket's frames. In memory only: it is full again
 * before the object may hibernate.
 */
export class FrameBucket {
  #tokens: number = LIMITS.frameBurst;
  #at: number;
  #refused = 0;

  constructor(now: number) {
    this.#at = now;
  }

  /** 0 when the frame may pass, else how many ms to wait with it. */
  take(now: number): number {
    const gained = ((now - this.#at) / 1_000) * LIMITS.framesPerSecond;
    this.#tokens = Math.min(LIMITS.frameBurst, this.#tokens + Math.max(0, gained));
    this.#at = now;
    if (this.#tokens >= LIMITS.frameBurst) this.#refused = 0;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    this.#refused += 1;
    return Math.ceil(((1 - this.#tokens) / LIMITS.framesPerSecond) * 1_000);
  }

  /** Refusals do not stop it. */
  get isFlooded(): boolean {
    return this.#refused > MAX_REFUSED;
  }
}
