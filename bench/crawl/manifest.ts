import * as z from 'zod';

/** What is right for one URL, and what a contender says of it: the words of Darkroom's items. */
export const Outcome = z.object({
  url: z.string(),
  /** Of all URLs with the same bytes one is stored, whichever, and the others are duplicates. */
  status: z.enum([
    'stored',
    'duplicate_exact',
    'rejected',
    'blocked',
    'failed',
    // What is never right: without a result when the time was over, and not heard of at all.
    'pending',
    'deferred',
    'skipped',
    'missing',
  ]),
  reason: z.string().nullable(),
  /** Hexadecimal; null when nothing was stored. */
  sha256: z.string().nullable(),
});
export type Outcome = z.infer<typeof Outcome>;

/** One request as the site saw it; milliseconds of the site's own clock. */
export const Visit = z.object({
  origin: z.number(),
  /** Place in the manifest; null for robots.txt and for what the site does not have. */
  entry: z.number().nullable(),
  path: z.string(),
  at: z.number(),
  /** When the head of the answer went out, and its last byte; null when the client left before. */
  headAt: z.number().nullable(),
  endAt: z.number().nullable(),
  status: z.number().nullable(),
});
export type Visit = z.infer<typeof Visit>;
