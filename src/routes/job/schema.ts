import * as z from 'zod';
import { canonicalUrl, MAX_URL_LENGTH } from '../../crawl/canonical-url.ts';
import { ITEM_STATUSES, JOB_STATUSES } from '../../db/schema/job.ts';
import { id, timestamp } from '../schema.ts';

const MAX_URLS = 10_000;
const MAX_PIXELS = 16_384;

export const jobParams = z.object({ jobId: id('job') });

const options = z.object({
  minWidth: z
    .int()
    .min(1)
    .max(MAX_PIXELS)
    .optional()
    .meta({ description: 'Pixels; smaller images are rejected' }),
  minHeight: z.int().min(1).max(MAX_PIXELS).optional(),
});

const counts = z.object({
  pending: z.int(),
  stored: z.int(),
  duplicateExact: z.int(),
  rejected: z.int(),
  blocked: z.int(),
  failed: z.int(),
  skipped: z.int(),
});

export const job = z
  .object({
    id: z.string(),
    projectId: z.string(),
    kind: z.literal('urls'),
    status: z.enum(JOB_STATUSES),
    options,
    total: z.int().meta({ description: 'Different URLs in the job' }),
    counts,
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
  })
  .meta({ id: 'Job' });

const url = z
  .string()
  .max(MAX_URL_LENGTH)
  .transform((value, ctx) => {
    const canonical = canonicalUrl(value);
    if (canonical !== null) return canonical;
    ctx.addIssue({ code: 'custom', message: 'is not an http or https address' });
    return z.NEVER;
  });

export const createJobBody = z.strictObject({
  kind: z.literal('urls'),
  urls: z.array(url).min(1).max(MAX_URLS),
  options: z.strictObject(options.shape).default({}),
});

export const progress = z
  .object({
    jobId: z.string(),
    status: z.enum(JOB_STATUSES),
    total: z.int(),
    pending: z.int(),
    done: z.int(),
    counts,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    updatedAt: timestamp,
  })
  .meta({ id: 'Progress' });

export const item = z
  .object({
    id: z.string(),
    url: z.string(),
    status: z.enum(ITEM_STATUSES),
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    imageId: z.string().nullable(),
    updatedAt: timestamp,
  })
  .meta({ id: 'Item' });
