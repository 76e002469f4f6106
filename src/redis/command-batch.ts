import type { CommandList } from './command-list.ts';

/** Redis refused one command, such as a script that it does not know; the others of the trip have their answers. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/**
 * Commands of several parts of a request that go to Redis together. Each part gets the answers to its own, and its own
 * errors.
 */
export interface CommandBatch {
  /**
   * Puts one command in. Resolves, after `send`, with its answer as Redis gave it; rejects with a CommandError, or with
   * what befell the trip.
   */
  add(enqueue: (list: CommandList) => unknown): Promise<unknown>;
  /** Sends what waits in one HTTP call; without commands, none. Never rejects. */
  send(): Promise<void>;
}

interface Waiting {
  enqueue: (list: CommandList) => unknown;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** How one trip is made; rejects with what befell it. */
export type Trip = (enqueueAll: (list: CommandList) => void) => Promise<unknown[]>;

function isAnswer(value: unknown): value is { result?: unknown; error?: unknown } {
  return typeof value === 'object' && value !== null && ('result' in value || 'error' in value);
}

/** A batch that goes by `trip`, whose answers stand in the order of the commands, each with `result` or `error`. */
export function openBatch(trip: Trip): CommandBatch {
  const waiting: Waiting[] = [];
  return {
    add(enqueue) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      // Whoever asks may have stopped listening: a refused answer must not end the request as an unhandled rejection.
      promise.catch(() => undefined);
      waiting.push({ enqueue, resolve, reject });
      return promise;
    },
    async send() {
      const sent = waiting.splice(0);
      if (sent.length === 0) return;
      try {
        const answers = await trip((list) => {
          for (const { enqueue } of sent) enqueue(list);
        });
        for (const [index, { resolve, reject }] of sent.entries()) {
          const one = answers[index];
          if (!isAnswer(one)) reject(new Error('Redis did not answer every command of the pipeline'));
          else if (one.error) reject(new CommandError(String(one.error)));
          else resolve(one.result);
        }
      } catch (error) {
        for (const { reject } of sent) reject(error);
      }
    },
  };
}
