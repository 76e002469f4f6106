import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { memberRole } from './project.ts';

/** Without token_hash, which only functions of the database read. */
export const invitations = pgTable('invitations', {
  id: text('id').primaryKey(),
  projectId: text('project_id').notNull(),
  role: memberRole('role').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
  usedAt: timestamp('used_at', { withTimezone: true }),
  usedBy: text('used_by'),
});
