import { type SQL, sql, type SQLWrapper } from 'drizzle-orm';
import { QueryBuilder } from 'drizzle-orm/pg-core';
import type { MemberRole } from './schema/project.ts';

/** Builds selects without a connection. */
export const select = new QueryBuilder();

/** RFC 3339 UTC with milliseconds, as all times of the API. */
export function rfc3339(at: SQLWrapper): SQL<string> {
  return sql`app.rfc3339(${at})`;
}

/** Sets the caller; the first statement of every batch. */
export function enter(actorId: string | null, requestId: string): SQL {
  return sql`select app.enter(${actorId}, ${requestId})`;
}

/** Enters a project or fails with `not_found` or `forbidden`. */
export function enterProject(projectId: string, needed: MemberRole): SQL {
  return sql`select app.enter_project(${projectId}, ${needed})`;
}

/** As enterProject, for a change of who is in the project: no other such change runs until the batch has ended. */
export function enterMembers(projectId: string, needed: MemberRole): SQL {
  return sql`select app.enter_members(${projectId}, ${needed})`;
}

export function enterProjectOfJob(jobId: string, needed: MemberRole): SQL {
  return sql`select app.enter_project(app.project_of_job(${jobId}), ${needed})`;
}

export function enterProjectOfImage(imageId: string, needed: MemberRole): SQL {
  return sql`select app.enter_project(app.project_of_image(${imageId}), ${needed})`;
}

/** Runs a data-changing statement that ends in `returning` and aborts the batch when it touched no row. */
export function must(change: SQL, code: 'not_found' | 'conflict' | 'forbidden'): SQL {
  return sql`with change as (${change}) select app.must((select count(*) from change), ${code})`;
}

/** A text[] literal: array parameters travel as text over HTTP. */
export function textArray(items: string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
