import * as z from 'zod';
import { instance } from '../health/schema.ts';
import { MAX_PURGE_ITEMS } from '../../purge/purger.ts';
import { once } from '../../lib/once.ts';

const tag = once(() => z.string().min(1).max(200));

export const purgeBody = once(() =>
  z
    .union(
      [
        z.strictObject({ tags: z.array(tag()).min(1).max(MAX_PURGE_ITEMS) }),
        z.strictObject({ urls: z.array(z.string().min(1).max(2_000)).min(1).max(MAX_PURGE_ITEMS) }),
        z.strictObject({ everything: z.literal(true) }),
      ],
      `give one of tags, urls (lists of 1 to ${MAX_PURGE_ITEMS}), everything: true`,
    )
    .meta({
      id: 'CachePurge',
      description:
        'One of these: tags (everything, project:prj_… or user:usr_…), addresses of this installation (public pages and their images, or /v1/projects/prj_…), or everything',
    }),
);

export const purged = once(() =>
  z
    .object({
      places: z.array(
        z.object({
          name: z.string().meta({
            description:
              'tiers: Redis, and what isolates keep of it; isolate: public pages in memory; edge: the copies before the public entry point; zone: the cache of a zone',
          }),
          state: z.enum(['purged', 'absent']).meta({
            description:
              'purged: no copy is left there, or there was none; absent: no such place on this installation',
          }),
        }),
      ),
    })
    .meta({ id: 'PurgedPlaces' }),
);

const count = once(() => z.int());
const counts = once(() =>
  z
    .object({
      hit: count(),
      stale: count().meta({ description: 'Used while it is read anew, or because it could not be' }),
      miss: count(),
      invalid: count().meta({ description: 'Found, but older than a write' }),
      unreadable: count().meta({ description: 'Found, but not what the namespace holds' }),
      error: count().meta({ description: 'Redis did not answer' }),
    })
    .meta({ id: 'CacheCounts' }),
);

export const cacheFigures = once(() =>
  z.object({ instance: instance(), namespaces: z.record(z.string(), counts()) }).meta({ id: 'CacheFigures' }),
);
