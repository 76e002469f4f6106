import * as z from 'zod';
import { once } from '../lib/once.ts';

/** Asks a consumer to work on one chunk of a job. Carries ids only; the items are read from Postgres. */
export const crawlMessage = once(() =>
  z.object({
    v: z.literal(1),
    jobId: z.string(),
    epoch: z.int().positive(),
    chunk: z.int().nonnegative(),
    requestId: z.string().nullable(),
    /** It has ended its consumer before: whoever works on it should risk nothing else. */
    isSuspect: z.boolean().optional(),
  }),
);
export type CrawlMessage = z.infer<ReturnType<typeof crawlMessage>>;

/** Asks a consumer to look for URLs in one page or sitemap of a job. */
export const discoverMessage = once(() =>
  z.object({
    v: z.literal(1),
    jobId: z.string(),
    epoch: z.int().positive(),
    source: z.int().nonnegative(),
    /** As in a crawlMessage; one that was sent by an older version has none. */
    requestId: z.string().nullable().default(null),
  }),
);
export type DiscoverMessage = z.infer<ReturnType<typeof discoverMessage>>;
