import { bigint, integer, jsonb, pgTable, primaryKey, smallint, text, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './column.ts';

export const REVIEWS = ['undecided', 'keep', 'reject'] as const;
export type Review = (typeof REVIEWS)[number];

/** By the longer side: below 640 pixels, below 1,920, and the others. */
export const SIZES = ['small', 'medium', 'large'] as const;
export type Size = (typeof SIZES)[number];

export const blobs = pgTable('blobs', {
  sha256: bytea('sha256').primaryKey(),
  bytes: integer('bytes').notNull(),
  crc32: bigint('crc32', { mode: 'number' }).notNull(),
  mime: text('mime').notNull(),
  width: integer('width').notNull(),
  height: integer('height').notNull(),
  orientation: smallint('orientation').notNull().default(1),
  averageColor: text('average_color').notNull(),
  thumbnailWidth: smallint('thumbnail_width'),
  thumbnailHeight: smallint('thumbnail_height'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

export const images = pgTable('images', {
  id: text('id').primaryKey(),
  projectId: text('project_id').notNull(),
  jobId: text('job_id'),
  sha256: bytea('sha256').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  deletedAt: timestamp('deleted_at', { withTimezone: true }),
  host: text('host'),
  format: text('format').notNull(),
  size: text('size', { enum: SIZES }).notNull(),
  license: text('license').notNull().default('none'),
  review: text('review', { enum: REVIEWS }).notNull().default('undecided'),
  label: text('label'),
  tags: text('tags').array().notNull().default([]),
  revision: integer('revision').notNull().default(0),
  reviewedBy: text('reviewed_by'),
  reviewedAt: timestamp('reviewed_at', { withTimezone: true }),
});

export const imageTags = pgTable(
  'image_tags',
  {
    projectId: text('project_id').notNull(),
    tag: text('tag').notNull(),
    imageId: text('image_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.tag, table.imageId] })],
);

export const imageSources = pgTable(
  'image_sources',
  {
    imageId: text('image_id').notNull(),
    projectId: text('project_id').notNull(),
    urlHash: bytea('url_hash').notNull(),
    url: text('url').notNull(),
    finalUrl: text('final_url').notNull(),
    redirects: jsonb('redirects').notNull().default([]),
    fetchedAt: timestamp('fetched_at', { withTimezone: true }).notNull(),
    uploadedBy: text('uploaded_by'),
  },
  (table) => [primaryKey({ columns: [table.imageId, table.urlHash] })],
);
