import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { bytea } from './column.ts';

export const apiKeys = pgTable('api_keys', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  name: text('name').notNull(),
  tokenHash: bytea('token_hash').notNull(),
  displayPrefix: text('display_prefix').notNull(),
  scopes: text('scopes').array().notNull(),
  rateLimit: integer('rate_limit'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  expiresAt: timestamp('expires_at', { withTimezone: true }),
  lastUsedAt: timestamp('last_used_at', { withTimezone: true }),
});
