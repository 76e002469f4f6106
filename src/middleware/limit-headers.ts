import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { toLimitHeaders } from '../rate-limit/headers.ts';

/** Tells how the request was limited, on every reply, and in the log who judged when it was not Redis. */
export function limitHeaders() {
  return createMiddleware<AppEnv>(async function limitHeadersMiddleware(c, next) {
    await next();
    const { limits } = c.get('ctx');
    for (const [name, value] of Object.entries(toLimitHeaders(limits))) c.res.headers.set(name, value);
    const alone = limits.filter(({ source }) => source === 'platform' || source === 'isolate');
    const [first] = alone;
    if (!first) return;
    const log = c.get('log');
    log['limiter'] = alone.map(({ source, policy }) => `${source}:${policy.name}`).join(' ');
    log['limiterFault'] = describeFault(first.fault);
  });
}

/** The client's own messages end with the command, and with it the key. */
function describeFault(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  return `${fault.name}: ${fault.message.split(', command was')[0]}`;
}
