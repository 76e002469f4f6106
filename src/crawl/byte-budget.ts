/** A share of the budget; released once, in a `finally`. */
export interface ByteLease {
  release(): void;
}

/** Bounds the bytes that bodies in flight may hold. */
export interface ByteBudget {
  /** Waits until `bytes` more fit. A request larger than the whole budget waits until it is alone. */
  take(bytes: number): Promise<ByteLease>;
}

/** One budget belongs to one invocation: no promise may outlive the request that made it. */
export function createByteBudget(capacity: number): ByteBudget {
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

  return {
    async take(bytes) {
      if (waiting.length === 0 && fits(bytes)) used += bytes;
      else await new Promise<void>((start) => waiting.push({ bytes, start }));
      let isHeld = true;
      return {
        release() {
          if (!isHeld) return;
          isHeld = false;
          used -= bytes;
          startWaiting();
        },
      };
    },
  };
}
