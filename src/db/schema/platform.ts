import { integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

export const activityLogs = pgTable('activity_logs', {
  id: text('id').primaryKey(),
  projectId: text('project_id'),
  actorId: text('actor_id'),
  action: text('action').notNull(),
  subjectId: text('subject_id'),
  data: jsonb('data').notNull().default({}),
  requestId: text('request_id'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

export const outbox = pgTable('outbox', {
  id: text('id').primaryKey(),
  topic: text('topic').notNull(),
  payload: jsonb('payload').notNull(),
  requestId: text('request_id'),
  attempts: integer('attempts').notNull().default(0),
  availableAt: timestamp('available_at', { withTimezone: true }).notNull().defaultNow(),
  doneAt: timestamp('done_at', { withTimezone: true }),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});
