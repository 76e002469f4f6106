import * as z from 'zod';
import { canonicalUrl, MAX_URL_LENGTH } from '../../crawl/canonical-url.ts';
import { MAX_IMAGE_BYTES } from '../../crawl/fetch-image.ts';
import { CHUNK_STATUSES, ITEM_STATUSES, JOB_KINDS, JOB_STATUSES } from '../../db/schema/job.ts';
import { IMAGE_FORMATS } from '../../media/image/types.ts';
import { id, timestamp } from '../schema.ts';
import { once } from '../../lib/once.ts';

const MAX_URLS = 10_000;
const MAX_PAGES = 100;
const MAX_PIXELS = 16_384;

export const jobParams = once(() => z.object({ jobId: id('job') }));

export const jobOptions = once(() =>
  z.strictObject({
    minWidth: z
      .int()
      .min(1)
      .max(MAX_PIXELS)
      .optional()
      .meta({ description: 'Pixels; smaller images are rejected' }),
    minHeight: z.int().min(1).max(MAX_PIXELS).optional(),
    maxAspect: z
      .number()
      .min(1)
      .max(1_000)
      .optional()
      .meta({ description: 'Long side by short side; more elongated images are rejected' }),
    formats: z
      .array(z.enum(IMAGE_FORMATS))
      .min(1)
      .max(IMAGE_FORMATS.length)
      .optional()
      .meta({ description: 'Other formats are rejected' }),
    maxBytes: z
      .int()
      .min(1)
      .max(MAX_IMAGE_BYTES)
      .optional()
      .meta({ description: 'Larger files are rejected' }),
    maxImages: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .meta({ description: 'The job ends when it has added so many images; the other URLs are skipped' }),
  }),
);

const counts = once(() =>
  z.object({
    pending: z.int(),
    deferred: z.int().meta({ description: 'Waiting for another try' }),
    stored: z.int(),
    duplicateExact: z.int(),
    rejected: z.int(),
    blocked: z.int(),
    failed: z.int(),
    skipped: z.int(),
  }),
);

export const job = once(() =>
  z
    .object({
      id: z.string(),
      projectId: z.string(),
      kind: z.enum(JOB_KINDS),
      status: z.enum(JOB_STATUSES),
      options: z.object(jobOptions().shape),
      total: z.int().meta({ description: 'Different URLs in the job' }),
      counts: counts(),
      endedBy: z
        .enum(['stopped', 'limit'])
        .nullable()
        .meta({ description: 'Why URLs without a result got none' }),
      failure: z.string().nullable().meta({ description: 'Why the job failed as a whole' }),
      createdAt: timestamp(),
      startedAt: timestamp().nullable(),
      finishedAt: timestamp().nullable(),
    })
    .meta({ id: 'Job' }),
);

const url = once(() =>
  z
    .string()
    .max(MAX_URL_LENGTH)
    .transform((value, ctx) => {
      const canonical = canonicalUrl(value);
      if (canonical !== null) return canonical;
      ctx.addIssue({
        code: 'custom',
        message: 'is not an http or https address of at most 2,048 characters',
      });
      return z.NEVER;
    }),
);

const options = once(() => jobOptions().default({}));

export const createJobBody = once(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('urls'),
      urls: z.array(url()).max(MAX_URLS).default([]),
      options: options(),
    }),
    z.strictObject({
      kind: z.literal('pages'),
      pages: z.array(url()).min(1).max(MAX_PAGES),
      options: options(),
    }),
    z.strictObject({ kind: z.literal('sitemap'), sitemap: url(), options: options() }),
  ]),
);

export const changeJobBody = once(() => z.strictObject({ options: jobOptions() }));

/** jsonb holds neither NUL nor half of a surrogate pair. */
const contextText = once(() =>
  z
    .string()
    .max(500)
    .refine(
      (value) => !value.includes('\0') && value.isWellFormed(),
      'contains characters that cannot be stored',
    )
    .nullable()
    .default(null),
);
/** Of an item, such as `http_4xx`. */
export const reason = once(() => z.string().regex(/^[a-z0-9_]{1,40}$/));
export const addUrlsBody = once(() =>
  z.strictObject({
    urls: z
      .array(
        z.union([
          url().transform((given) => ({ url: given })),
          z.strictObject({
            url: url(),
            context: z.strictObject({
              pageUrl: contextText(),
              alt: contextText(),
              caption: contextText(),
              licenseUrl: contextText(),
            }),
          }),
        ]),
      )
      .min(1)
      .max(MAX_URLS),
  }),
);

export const retryJobBody = once(() =>
  z.strictObject({
    statuses: z
      .array(z.enum(['duplicate_exact', 'rejected', 'blocked', 'failed', 'skipped']))
      .max(5)
      .default(['failed', 'skipped'])
      .meta({ description: 'What to take up again besides the URLs without a result' }),
    reasons: z.array(reason()).min(1).max(20).nullable().default(null),
  }),
);

export const progress = once(() =>
  z
    .object({
      jobId: z.string(),
      status: z.enum(JOB_STATUSES),
      total: z.int(),
      pending: z.int(),
      done: z.int(),
      counts: counts(),
      activeChunks: z.int(),
      runs: z.int().meta({ description: 'How often it was started: once, and again by each retry' }),
      rate: z.number().meta({ description: 'Final results a second, lately' }),
      estimatedEndAt: timestamp().nullable(),
      startedAt: timestamp().nullable().meta({ description: 'Of the last run' }),
      finishedAt: timestamp().nullable(),
      updatedAt: timestamp(),
    })
    .meta({ id: 'Progress' }),
);

export const item = once(() =>
  z
    .object({
      id: z.string(),
      url: z.string(),
      status: z.enum(ITEM_STATUSES),
      reason: z.string().nullable(),
      detail: z.string().nullable(),
      retryAt: timestamp().nullable(),
      context: z
        .object({
          pageUrl: z.string().nullable(),
          alt: z.string().nullable(),
          caption: z.string().nullable(),
          licenseUrl: z.string().nullable(),
        })
        .nullable()
        .meta({ description: 'Where the URL was found' }),
      imageId: z.string().nullable(),
      updatedAt: timestamp(),
    })
    .meta({ id: 'Item' }),
);

export const chunk = once(() =>
  z
    .object({
      id: z.string(),
      lane: z.string().meta({ description: 'The host of its URLs; empty when hosts with few URLs share it' }),
      status: z.enum(CHUNK_STATUSES),
      attempt: z.int(),
      size: z.int(),
      notBefore: timestamp(),
      error: z.string().nullable(),
      updatedAt: timestamp(),
    })
    .meta({ id: 'Chunk' }),
);

export const source = once(() =>
  z
    .object({
      id: z.string(),
      kind: z.enum(['page', 'sitemap']),
      url: z.string(),
      status: z.enum(['pending', 'sent', 'done', 'blocked', 'failed']),
      reason: z.string().nullable(),
      detail: z.string().nullable(),
      found: z.int(),
      updatedAt: timestamp(),
    })
    .meta({ id: 'Source' }),
);
