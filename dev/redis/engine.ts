import type { Command, Reply } from './reply.ts';

/** What the gateway needs of a Redis. Error replies are values; a rejection means that the engine itself failed. */
export interface Engine {
  readonly kind: 'embedded' | 'real';
  /** Runs the commands in order; others may run in between. */
  run(commands: readonly Command[]): Promise<Reply[]>;
  /** Runs all or, when one cannot be queued, none: then rejects with the `RedisError` EXECABORT. */
  transact(commands: readonly Command[]): Promise<Reply[]>;
  close(): Promise<void>;
}

/** Default time one script may take, in ms; the same as Redis's `busy-reply-threshold`. */
export const SCRIPT_LIMIT_MS = 5000;

export const EXEC_ABORT = 'EXECABORT Transaction discarded because of previous errors.';
