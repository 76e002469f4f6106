/** Runs a task when its turn comes. */
type Run = <T>(task: () => Promise<T>) => Promise<T>;

export interface FairPool {
  /** A queue of its own: free places go round the lanes, so that a long lane does not keep a short one waiting. */
  lane(): Run;
}

/** At most `limit` tasks at a time over all lanes. Belongs to one invocation. */
export function createFairPool(limit: number): FairPool {
  let running = 0;
  /** The waiting starts of each lane that has any, the next lane first. */
  const waiting: (() => void)[][] = [];

  function release(): void {
    const lane = waiting.shift();
    const start = lane?.shift();
    if (lane && lane.length > 0) waiting.push(lane);
    if (start) start();
    else running--;
  }

  return {
    lane() {
      const own: (() => void)[] = [];
      return async (task) => {
        if (running < limit) running++;
        else {
          await new Promise<void>((start) => {
            own.push(start);
            if (own.length === 1) waiting.push(own);
          });
        }
        try {
          return await task();
        } finally {
          release();
        }
      };
    },
  };
}
