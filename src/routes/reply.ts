import type { Context } from 'hono';
import type { AppEnv } from '../context.ts';
import type { Written } from '../db/write.ts';

/** Says with a header that a stored reply is sent again. */
export function markReplay(c: Context<AppEnv>, written: Written<unknown>): void {
  if (written.replayed) c.header('Idempotent-Replayed', 'true');
}

/** 204 for a change without a reply. */
export function done(c: Context<AppEnv>, written?: Written<unknown>) {
  if (written) markReplay(c, written);
  return c.body(null, 204);
}
