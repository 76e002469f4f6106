import { type SQL, sql } from 'drizzle-orm';
import type { Tag } from './tags.ts';

/** The tags of a write that knows them beforehand. */
export function tagList(...tags: Tag[]): SQL {
  return sql`${JSON.stringify(tags)}::jsonb`;
}

/** Of the project that the batch has entered. */
export const ENTERED_PROJECT: SQL = sql`jsonb_build_array('project:' || app.tenant())`;
