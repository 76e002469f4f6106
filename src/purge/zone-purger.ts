import * as z from 'zod';
import { withAbort } from '../lib/deadline.ts';
import { MAX_PURGE_ITEMS, PurgeError, type Purger, type PurgeScope } from './purger.ts';

export interface ZoneAccess {
  /** Root of the API, without a slash at its end. */
  apiUrl: string;
  zoneId: string;
  token: string;
  /** Under which the zone serves us: the API takes whole addresses. */
  origin: string;
}

/** What Cloudflare's API answers, whether it did what was asked or not. */
const answer = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.int(), message: z.string() })).default([]),
});

const PURGE_DEADLINE_MS = 5_000;
const MAX_RETRY_SECONDS = 3_600;

/**
 * Purges what the cache of a zone keeps, through Cloudflare's API: one call for each hundred items, one after another,
 * for calls are limited (5 a minute on the free plan). Fails closed: the first call that fails ends it, and what the
 * calls before it forgot stays forgotten.
 */
export function createZonePurger(access: ZoneAccess | null): Purger {
  return {
    name: 'zone',
    async purge(scope, requestId) {
      if (access === null) return false;
      for (const body of toBodies(scope, access.origin)) await call(access, body, requestId);
      return true;
    },
  };
}

function toBodies(scope: PurgeScope, origin: string): object[] {
  if ('everything' in scope) return [{ purge_everything: true }];
  const [name, items] =
    'tags' in scope ? ['tags', scope.tags] : ['files', scope.paths.map((path) => origin + path)];
  const count = Math.ceil(items.length / MAX_PURGE_ITEMS);
  return Array.from({ length: count }, (_, index) => ({
    [name]: items.slice(index * MAX_PURGE_ITEMS, (index + 1) * MAX_PURGE_ITEMS),
  }));
}

async function call({ apiUrl, zoneId, token }: ZoneAccess, body: object, requestId: string): Promise<void> {
  const { response, text } = await withAbort(PURGE_DEADLINE_MS, async (signal) => {
    const response = await fetch(`${apiUrl}/zones/${zoneId}/purge_cache`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'x-request-id': requestId,
      },
      body: JSON.stringify(body),
      signal,
    });
    return { response, text: await response.text() };
  });
  const parsed = answer.safeParse(parseJson(text));
  if (response.ok && parsed.data?.success) return;
  const [error] = parsed.data?.errors ?? [];
  const said = error ? `${error.message} (${error.code})` : `answered ${response.status}`;
  throw new PurgeError(said, readRetryAfter(response.headers.get('retry-after')));
}

/** Undefined for what is no JSON, which the schema refuses. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readRetryAfter(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header)
    ? Math.min(Number(header), MAX_RETRY_SECONDS)
    : undefined;
}
