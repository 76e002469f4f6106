import * as z from 'zod';
import { instance } from '../health/schema.ts';
import { MAX_PURGE_ITEMS } from '../../purge/purger.ts';

/** What a Cache-Tag may be made of. */
const tag = z.string().regex(/^[\x21-\x2b\x2d-\x7e]{1,200}$/, 'must be visible ASCII without commas');

export const purgeBody = z
  .union([
    z.strictObject({ tags: z.array(tag).min(1).max(MAX_PURGE_ITEMS) }),
    z.strictObject({ urls: z.array(z.string().min(1).max(2_000)).min(1).max(MAX_PURGE_ITEMS) }),
    z.strictObject({ everything: z.literal(true) }),
  ])
  .meta({
    id: 'CachePurge',
    description: 'Tags such as project:prj_…, addresses of this installation, or everything',
  });

export const purged = z
  .object({
    places: z.array(
      z.object({
        name: z.string(),
        state: z.enum(['purged', 'absent']).meta({ description: 'absent: not on this installation' }),
      }),
    ),
  })
  .meta({ id: 'PurgedPlaces' });

const count = z.int();
const counts = z
  .object({
    hit: count,
    stale: count.meta({ description: 'Used while it is read anew, or because it could not be' }),
    miss: count,
    invalid: count.meta({ description: 'Found, but older than a write' }),
    unreadable: count.meta({ description: 'Found, but not what the namespace holds' }),
    error: count.meta({ description: 'Redis did not answer' }),
  })
  .meta({ id: 'CacheCounts' });

export const cacheFigures = z
  .object({ instance, namespaces: z.record(z.string(), counts) })
  .meta({ id: 'CacheFigures' });
