import { type SQL, sql, type SQLWrapper } from 'drizzle-orm';
import { QueryBuilder } from 'drizzle-orm/pg-core';
import type { MemberRole } from './schema/project.ts';

/** Builds selects without a connection. */
export const select = new QueryBuilder();

/** RFC 3339 UTC with milliseconds, as all times of the API. */
export function rfc3339(at: SQLWrapper): SQL<string> {
  return sql`app.rfc3339(${at})`;
}

/** A call of a function in SQL, to be made by `selectCalls`. */
export type Call = SQL;

/**
 * One statement that makes the calls in their order, each a column of its one row. A statement is a way from the database's
 * proxy to its compute and back. (In Postgres, columns without a table are evaluated from left to right. Were they not,
 * nobody would have been entered, and authorising would fail.)
 */
export function selectCalls(...calls: (Call | undefined)[]): SQL {
  return sql`select ${sql.join(
    calls.filter((call) => call !== undefined),
    sql`, `,
  )}`;
}

/** Sets the caller; comes first in every batch. */
export function enterCall(actorId: string | null, requestId: string): Call {
  return sql`app.enter(${actorId}, ${requestId})`;
}

/** `enterCall` as the first statement of a batch. */
export function enter(actorId: string | null, requestId: string): SQL {
  return selectCalls(enterCall(actorId, requestId));
}

/** Enters a project or fails with `not_found` or `forbidden`. */
export function enterProject(projectId: string, needed: MemberRole): Call {
  return sql`app.enter_project(${projectId}, ${needed})`;
}

/** As enterProject, for a change of who is in the project: no other such change runs until the batch has ended. */
export function enterMembers(projectId: string, needed: MemberRole): Call {
  return sql`app.enter_members(${projectId}, ${needed})`;
}

export function enterProjectOfJob(jobId: string, needed: MemberRole): Call {
  return sql`app.enter_project(app.project_of_job(${jobId}), ${needed})`;
}

export function enterProjectOfImage(imageId: string, needed: MemberRole): Call {
  return sql`app.enter_project(app.project_of_image(${imageId}), ${needed})`;
}

/** Runs a data-changing statement that ends in `returning` and aborts the batch when it touched no row. */
export function must(change: SQL, code: 'not_found' | 'conflict' | 'forbidden'): SQL {
  return sql`with change as (${change}) select app.must((select count(*) from change), ${code})`;
}

/** A text[] literal: array parameters travel as text over HTTP. */
export function textArray(items: string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
