import { integer, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './column.ts';

export const JOB_STATUSES = [
  'draft',
  'queued',
  'running',
  'completed',
  'completed_with_errors',
  'failed',
] as const;
export const ITEM_STATUSES = [
  'pending',
  'stored',
  'duplicate_exact',
  'rejected',
  'blocked',
  'failed',
  'skipped',
] as const;
export type ItemStatus = (typeof ITEM_STATUSES)[number];

export const crawlJobs = pgTable('crawl_jobs', {
  id: text('id').primaryKey(),
  projectId: text('project_id').notNull(),
  kind: text('kind').notNull(),
  status: text('status', { enum: JOB_STATUSES }).notNull().default('draft'),
  epoch: integer('epoch').notNull().default(0),
  options: jsonb('options').notNull().default({}),
  total: integer('total').notNull(),
  createdBy: text('created_by'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  startedAt: timestamp('started_at', { withTimezone: true }),
  finishedAt: timestamp('finished_at', { withTimezone: true }),
});

export const jobTotals = pgTable('job_totals', {
  jobId: text('job_id').primaryKey(),
  projectId: text('project_id').notNull(),
  pending: integer('pending').notNull(),
  stored: integer('stored').notNull().default(0),
  duplicateExact: integer('duplicate_exact').notNull().default(0),
  rejected: integer('rejected').notNull().default(0),
  blocked: integer('blocked').notNull().default(0),
  failed: integer('failed').notNull().default(0),
  skipped: integer('skipped').notNull().default(0),
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
    imageId: text('image_id'),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.position] })],
);
