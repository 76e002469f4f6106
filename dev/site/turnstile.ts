/** Ample for a client that waits as long as it is told to and then some, in milliseconds. */
const OPEN_MS = 120_000;

/** Lets every second request in. */
export interface Turnstile {
  /** Whether this request gets in. It is pushed by asking. */
  push(): boolean;
  /** Whether the next request would get in. */
  isOpen(): boolean;
}

/**
 * A turnstile is closed. A push against it opens it for two minutes, and the first push that it lets in closes it again. So
 * whoever comes back in time is refused exactly once, however often that is repeated; a visitor who never comes back
 * leaves it closed for the next one, and two who come at once both get in sooner or later.
 */
export function createTurnstile(now: () => number = Date.now): Turnstile {
  let openUntil = 0;
  const isOpen = (): boolean => now() < openUntil;
  return {
    isOpen,
    push() {
      const isLetIn = isOpen();
      openUntil = isLetIn ? 0 : now() + OPEN_MS;
      return isLetIn;
    },
  };
}
