import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from '../context.ts';
import { formatCacheStatus } from '../lib/cache-status.ts';
import { matchesTag, weakTagOf } from '../lib/entity-tag.ts';
import { matchedRoute } from './matched-route.ts';
import { type CachePolicy, policyOf } from '../routes/cache-policy.ts';

/** What describes a body that a 304 does not have. */
const OF_BODY = ['content-type', 'content-length', 'content-encoding', 'content-disposition'];

/**
 * Gives every reply the cache headers of its route and status, says in Cache-Status which of our caches answered, and
 * answers 304 to whoever has the same JSON already.
 */
export function cacheHeaders() {
  return createMiddleware<AppEnv>(async function cacheHeadersMiddleware(c, next) {
    keepJsonText(c);
    await next();
    // A socket has no headers to change.
    if (c.res.status === 101) return;
    const policy = choosePolicy(c);
    setHeaders(c, policy);
    if (policy.isTagged) await tagBody(c);
    const status = c.get('cacheStatus') ?? c.get('ctx')?.cacheStatus;
    if (status) {
      c.res.headers.set('cache-status', formatCacheStatus(status));
      c.get('log')['cache'] = `${status.tier} ${status.hit ? 'hit' : (status.fwd ?? 'miss')}`;
    }
    const etag = c.res.headers.get('etag');
    const isUnchanged = etag !== null && matchesTag(c.req.header('if-none-match') ?? null, etag);
    if (c.res.status === 200 && isUnchanged) answerUnchanged(c);
  });
}

function choosePolicy(c: Context<AppEnv>): CachePolicy {
  return policyOf({
    method: c.req.method,
    route: matchedRoute(c),
    status: c.res.status,
    setsCookie: c.res.headers.has('set-cookie'),
    named: c.get('cacheClass'),
  });
}

function setHeaders(c: Context<AppEnv>, policy: CachePolicy): void {
  const project = policy.project && c.req.path.split('/')[2];
  const wanted = {
    'cache-control': policy.cacheControl,
    'cdn-cache-control': policy.cdnCacheControl,
    'cache-tag': project ? `project:${project}` : null,
  };
  for (const [name, value] of Object.entries(wanted)) {
    if (value) c.res.headers.set(name, value);
    else c.res.headers.delete(name);
  }
  if (policy.vary) c.res.headers.append('vary', policy.vary);
}

// Lives as long as each reply.
const jsonTexts = new WeakMap<Response, string>();

/** Remembers what JSON replies are made of: to read a reply again, for its tag, costs more than to make it. */
function keepJsonText(c: Context<AppEnv>): void {
  const json = (value: unknown, status?: ContentfulStatusCode, headers?: Record<string, string>) => {
    const text = JSON.stringify(value);
    const response: Response = c.body(text, status, { ...headers, 'content-type': 'application/json' });
    jsonTexts.set(response, text);
    return response;
  };
  // Hono's type says besides, for its clients, what the JSON is made of.
  c.json = json as typeof c.json;
}

/** Reads the body of what was not made by `c.json`, such as a page, which is one piece in memory. */
async function tagBody(c: Context<AppEnv>): Promise<void> {
  if (c.res.status !== 200 || c.res.headers.has('etag')) return;
  const text = jsonTexts.get(c.res);
  if (text !== undefined) return c.res.headers.set('etag', weakTagOf(text));
  const body = new Uint8Array(await c.res.arrayBuffer());
  const headers = new Headers(c.res.headers);
  headers.set('etag', weakTagOf(body));
  replace(c, new Response(body, { headers }));
}

/** A 304 repeats every header that the 200 would have had and that does not describe its body. */
function answerUnchanged(c: Context<AppEnv>): void {
  const headers = new Headers(c.res.headers);
  for (const name of OF_BODY) headers.delete(name);
  replace(c, new Response(null, { status: 304, headers }));
}

/** Setting `res` over another one would bring the old headers back. */
function replace(c: Context<AppEnv>, response: Response): void {
  c.res = undefined;
  c.res = response;
}
