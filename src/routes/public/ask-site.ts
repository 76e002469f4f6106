import type { Context } from 'hono';
import type { AppEnv } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';
import { publicSiteOf } from '../../public-site/public-site.ts';
import { limitVisitor } from './limit-visitor.ts';

/**
 * All that a public reply may depend on besides its address. No cookie, no token and no host gets behind the copies.
 */
const PASSED_ON = ['if-none-match', 'if-range', 'range'];

/** Cf-Cache-Status in the words of RFC 9211: what the platform's copies did. */
const FORWARDED: Readonly<Record<string, 'miss' | 'stale' | 'bypass'>> = {
  MISS: 'miss',
  EXPIRED: 'stale',
  REVALIDATED: 'stale',
  BYPASS: 'bypass',
  DYNAMIC: 'bypass',
};
const HITS = new Set(['HIT', 'STALE', 'UPDATING']);

interface Question {
  method: 'GET' | 'HEAD';
  /** Path and query in the one form that copies are found by. */
  address: string;
  /** For an answer that is kept whole: without the caller's conditions. */
  isWhole?: true;
}

/**
 * Asks the entry point behind the platform's copies, and says in Cache-Status what those did. Errors: `rate_limited`.
 */
export async function askSite(c: Context<AppEnv>, { method, address, isWhole }: Question): Promise<Response> {
  await limitVisitor(c);
  const site = publicSiteOf(c.executionCtx.exports);
  if (site === null)
    throw new AppError('internal', '', { cause: new Error('There is no entry point PublicSite') });
  const headers = new Headers({ 'x-request-id': c.get('requestId') });
  for (const name of isWhole ? [] : PASSED_ON) {
    const value = c.req.header(name);
    if (value !== undefined) headers.set(name, value);
  }
  const reply = await site.fetch(new Request(new URL(address, c.req.url), { method, headers }));
  const status = reply.headers.get('cf-cache-status');
  if (status !== null) c.set('cacheStatus', { tier: 'edge', hit: HITS.has(status), fwd: FORWARDED[status] });
  return new Response(reply.body, reply);
}
