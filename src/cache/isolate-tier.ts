import type { Entry } from './entry.ts';

interface Limits {
  entries: number;
  /** Of the values' JSON, in characters: what they take in memory is about twice that. */
  length: number;
}

interface Held {
  entry: Entry<unknown>;
  length: number;
}

/** The entries that an isolate has used last. Values are shared between requests and must not be changed. */
export interface IsolateTier {
  get(key: string): Entry<unknown> | undefined;
  /** `length`: of the value's JSON. One that is longer than a tenth of all is not kept. */
  set(key: string, entry: Entry<unknown>, length: number): void;
  clear(): void;
  readonly size: number;
  readonly length: number;
}

/** Forgets the entries that were used longest ago when there are too many, or they are too long together. */
export function createIsolateTier(limits: Limits): IsolateTier {
  const held = new Map<string, Held>();
  let total = 0;

  function remove(key: string): void {
    total -= held.get(key)?.length ?? 0;
    held.delete(key);
  }

  return {
    get(key) {
      const found = held.get(key);
      if (!found) return undefined;
      held.delete(key);
      held.set(key, found);
      return found.entry;
    },
    set(key, entry, length) {
      remove(key);
      if (length > limits.length / 10) return;
      held.set(key, { entry, length });
      total += length;
      for (const oldest of held.keys()) {
        if (held.size <= limits.entries && total <= limits.length) break;
        remove(oldest);
      }
    },
    clear() {
      held.clear();
      total = 0;
    },
    get size() {
      return held.size;
    },
    get length() {
      return total;
    },
  };
}
