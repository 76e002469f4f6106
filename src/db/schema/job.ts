import { integer, jsonb, pgTable, primaryKey, real, smallint, text, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './column.ts';

export const JOB_STATUSES = [
  'draft',
  'planning',
  'queued',
  'running',
  'stopping',
  'stopped',
  'completed',
  'completed_with_errors',
  'failed',
] as const;
export const ITEM_STATUSES = [
  'pending',
  'deferred',
  'stored',
  'duplicate_exact',
  'rejected',
  'blocked',
  'failed',
  'skipped',
] as const;
export const CHUNK_STATUSES = ['pending', 'sent', 'done', 'split', 'failed'] as const;
export const JOB_KINDS = ['urls', 'pages', 'sitemap'] as const;
export type JobKind = (typeof JOB_KINDS)[number];
export type ItemStatus = (typeof ITEM_STATUSES)[number];

export const crawlJobs = pgTable('crawl_jobs', {
  id: text('id').primaryKey(),
  projectId: text('project_id').notNull(),
  kind: text('kind', { enum: JOB_KINDS }).notNull(),
  status: text('status', { enum: JOB_STATUSES }).notNull().default('draft'),
  epoch: integer('epoch').notNull().default(0),
  options: jsonb('options').notNull().default({}),
  total: integer('total').notNull(),
  endedBy: text('ended_by', { enum: ['stopped', 'limit'] }),
  failure: text('failure'),
  createdBy: text('created_by'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  startedAt: timestamp('started_at', { withTimezone: true }),
  finishedAt: timestamp('finished_at', { withTimezone: true }),
});

export const jobTotals = pgTable('job_totals', {
  jobId: text('job_id').primaryKey(),
  projectId: text('project_id').notNull(),
  pending: integer('pending').notNull(),
  deferred: integer('deferred').notNull().default(0),
  stored: integer('stored').notNull().default(0),
  duplicateExact: integer('duplicate_exact').notNull().default(0),
  rejected: integer('rejected').notNull().default(0),
  blocked: integer('blocked').notNull().default(0),
  failed: integer('failed').notNull().default(0),
  skipped: integer('skipped').notNull().default(0),
  rate: real('rate').notNull().default(0),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
});

export const crawlItems = pgTable(
  'crawl_items',
  {
    jobId: text('job_id').notNull(),
    position: integer('position').notNull(),
    projectId: text('project_id').notNull(),
    chunk: integer('chunk').notNull(),
    url: text('url').notNull(),
    urlHash: bytea('url_hash').notNull(),
    status: text('status', { enum: ITEM_STATUSES }).notNull().default('pending'),
    reason: text('reason'),
    detail: text('detail'),
    attempts: smallint('attempts').notNull().default(0),
    retryAt: timestamp('retry_at', { withTimezone: true }),
    context: jsonb('context'),
    imageId: text('image_id'),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.position] })],
);

export const jobChunks = pgTable(
  'job_chunks',
  {
    jobId: text('job_id').notNull(),
    chunk: integer('chunk').notNull(),
    projectId: text('project_id').notNull(),
    lane: text('lane').notNull(),
    status: text('status', { enum: CHUNK_STATUSES }).notNull().default('pending'),
    attempt: smallint('attempt').notNull().default(0),
    notBefore: timestamp('not_before', { withTimezone: true }).notNull().defaultNow(),
    size: integer('size').notNull(),
    error: text('error'),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.chunk] })],
);

export const jobSources = pgTable(
  'job_sources',
  {
    jobId: text('job_id').notNull(),
    position: integer('position').notNull(),
    kind: text('kind', { enum: ['page', 'sitemap'] }).notNull(),
    url: text('url').notNull(),
    status: text('status', { enum: ['pending', 'sent', 'done', 'blocked', 'failed'] }).notNull(),
    reason: text('reason'),
    detail: text('detail'),
    found: integer('found').notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.position] })],
);
