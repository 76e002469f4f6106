import { PgDialect } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ITEM_STATUSES, type ItemStatus } from '../../src/db/schema/job.ts';
import { type ItemSelection, selectItems } from '../../src/domain/job/select-items.ts';
import type { Item } from '../../src/domain/job/view.ts';
import { openTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

const dialect = new PgDialect();
const REASONS = ['stopped', 'limit', 'timeout', 'http_4xx', 'never_given'];

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase();
  client = database.superuser;
  await client.query(`
    insert into projects (id, name) values ('prj_a', 'A');
    insert into profiles (id, email, name) values ('usr_viewer', 'viewer@test.example', 'Viewer');
    insert into project_members (project_id, user_id, role) values ('prj_a', 'usr_viewer', 'viewer')`);
});

afterAll(async () => await database?.close());

/** A job whose items, numbered `n` from 0, have the status and reason that the SQL expressions say. */
async function fill(
  job: { id: string; items: number; endedBy: string | null },
  status: string,
  reason: string,
): Promise<void> {
  await client.query(
    `insert into crawl_jobs (id, project_id, kind, total, status, ended_by)
      values ($1, 'prj_a', 'urls', $2, 'stopped', $3)`,
    [job.id, job.items, job.endedBy],
  );
  await client.query(
    `insert into crawl_items (job_id, position, project_id, chunk, url, url_hash, status, reason)
      select $1, n, 'prj_a', 0, 'https://a.example/' || n, sha256(n::text::bytea), ${status}, ${reason}
      from generate_series(0, $2 - 1) n`,
    [job.id, job.items],
  );
}

/** As a request does it: in the application's role, under the policies. */
async function asViewer<T>(work: () => Promise<T>): Promise<T> {
  await client.query(`begin; set local role darkroom_app; select app.enter('usr_viewer', 'req_test');
    select app.enter_project('prj_a', 'viewer')`);
  try {
    return await work();
  } finally {
    await client.query('rollback');
  }
}

async function select(job: string, selection: ItemSelection): Promise<Item[]> {
  const { sql, params } = dialect.sqlToQuery(selectItems(job, selection));
  const result = await asViewer(
    async () => await client.query({ text: sql, values: params, rowMode: 'array' }),
  );
  return result.rows.map(([item]) => item as Item);
}

/** All items that match, by the pages of a reader who follows the cursor. */
async function selectByPages(
  job: string,
  limit: number,
  status: ItemStatus | null,
  reason: string | null,
): Promise<Item[]> {
  const found: Item[] = [];
  for (;;) {
    const page = await select(job, { after: Number(found.at(-1)?.id ?? -1), limit, status, reason });
    found.push(...page);
    if (page.length < limit) return found;
  }
}

interface Plan {
  Plan: { 'Shared Hit Blocks': number; 'Shared Read Blocks': number; 'Actual Rows': number };
}

/** How many blocks a page takes. */
async function blocksOf(job: string, selection: ItemSelection): Promise<number> {
  const { sql, params } = dialect.sqlToQuery(selectItems(job, selection));
  const result = await asViewer(
    async () =>
      await client.query<{ 'QUERY PLAN': Plan[] }>(`explain (analyze, buffers, format json) ${sql}`, params),
  );
  const top = result.rows[0]?.['QUERY PLAN'][0]?.Plan;
  if (!top) throw new Error('no plan');
  return top['Shared Hit Blocks'] + top['Shared Read Blocks'];
}

describe('the items of a job', () => {
  const statuses = `(array['${ITEM_STATUSES.join(`', '`)}'])[n % 8 + 1]`;
  const reasons = `(array[null, 'timeout', 'http_4xx', 'stopped', 'limit'])[n / 8 % 5 + 1]`;

  it.each([
    { id: 'job_running', endedBy: null },
    { id: 'job_stopped', endedBy: 'stopped' },
    { id: 'job_limit', endedBy: 'limit' },
  ])('are those that read as asked for, page after page: $id', async ({ id, endedBy }) => {
    // Twice in each combination of status and reason.
    await fill({ id, items: 80, endedBy }, statuses, reasons);
    const all = await select(id, { after: -1, limit: 100, status: null, reason: null });
    expect(all.map((item) => item.id)).toEqual(Array.from({ length: 80 }, (_, position) => String(position)));
    const rows = await client.query<{ status: ItemStatus; reason: string | null }>(
      'select status, reason from crawl_items where job_id = $1 order by position',
      [id],
    );
    const read = rows.rows.map((row) =>
      endedBy !== null && ['pending', 'deferred'].includes(row.status)
        ? { status: 'skipped', reason: endedBy }
        : row,
    );
    expect(all.map(({ status, reason }) => ({ status, reason }))).toEqual(read);

    for (const status of [null, ...ITEM_STATUSES]) {
      for (const reason of [null, ...REASONS]) {
        const expected = all.filter(
          (item) =>
            (status === null || item.status === status) && (reason === null || item.reason === reason),
        );
        for (const limit of [3, 81]) {
          expect(await selectByPages(id, limit, status, reason), `${status} ${reason}`).toEqual(expected);
        }
      }
    }
  });

  it.each([
    { id: 'job_done', endedBy: null, most: 'stored' },
    { id: 'job_ended', endedBy: 'stopped', most: 'stored' },
    { id: 'job_open', endedBy: null, most: 'pending' },
    { id: 'job_dropped', endedBy: 'stopped', most: 'pending' },
  ])('cost no more when few of many are asked for: $id', async ({ id, endedBy, most }) => {
    await fill(
      { id, items: 20_000, endedBy },
      `case when n % 9000 = 8999 then 'skipped' else '${most}' end`,
      `case when n % 9000 = 8999 then 'limit' end`,
    );
    await client.query('analyze crawl_items');
    const found = await select(id, { after: -1, limit: 51, status: null, reason: 'limit' });
    expect(found.map((item) => item.id)).toEqual(['8999', '17999']);
    for (const status of [null, ...ITEM_STATUSES]) {
      for (const reason of [null, ...REASONS]) {
        for (const after of [-1, 15_000]) {
          const blocks = await blocksOf(id, { after, limit: 51, status, reason });
          expect(blocks, `${status} ${reason} after ${after}`).toBeLessThan(150);
        }
      }
    }
  });
});
