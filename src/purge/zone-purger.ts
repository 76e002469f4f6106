import * as z from 'zod';
import type { Caller } from '../resilience/caller.ts';
import { type Upstream, upstream } from '../resilience/upstream.ts';
import { MAX_PURGE_ITEMS, PurgeError, type Purger, type PurgeScope } from './purger.ts';
import { once } from '../lib/once.ts';

export interface ZoneAccess {
  /** Root of the API, without a slash at its end. */
  apiUrl: string;
  zoneId: string;
  token: string;
  /** Under which the zone serves us: the API takes whole addresses. */
  origin: string;
}

/** What Cloudflare's API answers, whether it did what was asked or not. */
const answer = once(() =>
  z.object({
    success: z.boolean(),
    errors: z.array(z.object({ code: z.int(), message: z.string() })).default([]),
  }),
);

const RETRIES = 2;

/**
 * Purges what the cache of a zone keeps, through Cloudflare's API: one call for each hundred items, one after another,
 * for calls are limited (5 a minute on the free plan). Fails closed: the first call that fails ends it, and what the
 * calls before it forgot stays forgotten.
 */
export function createZonePurger(access: ZoneAccess | null, caller: Caller): Purger {
  return {
    name: 'zone',
    async purge(scope) {
      if (access === null) return false;
      const address = new URL(access.apiUrl).origin;
      const deadlineMs = caller.settings.deadlines.upstreamMs;
      const zone = upstream('zone', { ...caller, deadlineMs, retries: RETRIES, address });
      for (const body of toBodies(scope, access.origin)) await purgeZone(zone, access, body);
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

/** Purging is as good done twice as once. */
async function purgeZone(zone: Upstream, { apiUrl, zoneId, token }: ZoneAccess, body: object): Promise<void> {
  const refused = await zone.call(
    `${apiUrl}/zones/${zoneId}/purge_cache`,
    {
      method: 'POST',
      redirect: 'manual',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      isRepeatable: true,
    },
    async (response) => {
      const parsed = answer().safeParse(parseJson(await response.text()));
      if (response.ok && parsed.data?.success) return null;
      const [error] = parsed.data?.errors ?? [];
      return error ? `${error.message} (${error.code})` : `answered ${response.status}`;
    },
  );
  if (refused !== null) throw new PurgeError(refused);
}

/** Undefined for what is no JSON, which the schema refuses. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
