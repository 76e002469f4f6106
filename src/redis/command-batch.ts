import type { Redis } from '@upstash/redis/cloudflare';
import * as z from 'zod';

/** The commands of one round trip, as the client's own typed methods put them in. */
export type Pipeline = ReturnType<Redis['pipeline']>;

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
  add(enqueue: (pipeline: Pipeline) => unknown): Promise<unknown>;
  /** Sends what waits in one HTTP call; without commands, none. Never rejects. */
  send(): Promise<void>;
}

interface Waiting {
  enqueue: (pipeline: Pipeline) => unknown;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** How one trip is made; rejects with what befell it. */
export type Trip = (enqueueAll: (pipeline: Pipeline) => void) => Promise<unknown[]>;

const answer = z.object({ result: z.unknown(), error: z.string().nullish() });

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
        const answers = await trip((pipeline) => {
          for (const { enqueue } of sent) enqueue(pipeline);
        });
        for (const [index, { resolve, reject }] of sent.entries()) {
          const one = answer.safeParse(answers[index]);
          if (!one.success) reject(new Error('Redis did not answer every command of the pipeline'));
          else if (one.data.error) reject(new CommandError(one.data.error));
          else resolve(one.data.result);
        }
      } catch (error) {
        for (const { reject } of sent) reject(error);
      }
    },
  };
}
