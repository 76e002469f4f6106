/** A share of the budget; released once, in a `finally`. */
export interface ByteLease {
  release(): void;
}

/** Bounds the bytes that bodies in flight may hold. */
export interface ByteBudget {
  /** Not even the smallest body would get its share now: what leads to one had better not be begun. */
  readonly isFull: boolean;
  /** A share of `bytes`, or null when they do not fit now. */
  tryTake(bytes: number): ByteLease | null;
  /** Waits until `bytes` more fit. A request larger than the whole budget waits until it is alone. */
  take(bytes: number): Promise<ByteLease>;
}

/** How a budget counts, apart from its capacity. */
interface Rules {
  /** What a smaller body counts as, so that their number is bounded, too. */
  leastBytes: number;
  /** Something was given back. */
  onRelease(): void;
}

const PLAIN: Rules = { leastBytes: 0, onRelease: () => undefined };

/** `capacity` in bytes. One budget belongs to one invocation: no promise may outlive the request that made it. */
export function createByteBudget(capacity: number, { leastBytes, onRelease }: Rules = PLAIN): ByteBudget {
  let used = 0;
  const waiting: { bytes: number; start: () => void }[] = [];

  function startWaiting(): void {
    for (let next = waiting[0]; next && fits(next.bytes); next = waiting[0]) {
      waiting.shift();
      used += next.bytes;
      next.start();
    }
  }
  function fits(bytes: number): boolean {
    return used === 0 || used + bytes <= capacity;
  }

  function leaseOf(bytes: number): ByteLease {
    let isHeld = true;
    return {
      release() {
        if (!isHeld) return;
        isHeld = false;
        used -= bytes;
        startWaiting();
        onRelease();
      },
    };
  }
  function tryTake(asked: number): ByteLease | null {
    const bytes = Math.max(asked, leastBytes);
    if (waiting.length > 0 || !fits(bytes)) return null;
    used += bytes;
    return leaseOf(bytes);
  }

  return {
    get isFull() {
      return waiting.length > 0 || !fits(leastBytes);
    },
    tryTake,
    async take(asked) {
      const lease = tryTake(asked);
      if (lease) return lease;
      const bytes = Math.max(asked, leastBytes);
      await new Promise<void>((start) => waiting.push({ bytes, start }));
      return leaseOf(bytes);
    },
  };
}
