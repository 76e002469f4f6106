import { createHash } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

const GROUP = 100;
/** Of a result: the rows of every table that are looked up, checked for a foreign key, locked and changed for it. */
const ROWS_PER_RESULT = 10;

let database: TestDatabase;
/** One connection, so that its plans were made when the tables were all but empty. */
let client: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase();
  client = database.superuser;
  await client.query(`insert into projects (id, name) values ('prj_a', 'A')`);
  await client.query('set role darkroom_service');
});

afterAll(async () => await database?.close());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function one<T>(sql: string, params: unknown[]): Promise<T> {
  const result = await client.query({ text: sql, values: params, rowMode: 'array' });
  return result.rows[0]?.[0] as T;
}

/** A job that is under way, its URLs those of hosts with a hundred each. */
async function started(job: string, count: number): Promise<void> {
  const urls = Array.from({ length: count }, (_, n) => `https://h${Math.floor(n / 100)}.example/${n}.jpg`);
  await client.query('reset role');
  await client.query(`insert into crawl_jobs (id, project_id, kind, total) values ($1, 'prj_a', 'urls', 0)`, [
    job,
  ]);
  await client.query(`insert into job_totals (job_id, project_id, pending) values ($1, 'prj_a', 0)`, [job]);
  await one('select app.add_items($1, 0, $2)', [
    job,
    JSON.stringify(urls.map((url) => ({ url, hash: sha256(url) }))),
  ]);
  await client.query('select app.start_job($1)', [job]);
  await client.query('set role darkroom_service');
}

interface Chunk {
  chunk: number;
  items: { position: number; url: string }[];
}

async function take(job: string): Promise<Chunk[]> {
  const taken = await one<{ chunks: Chunk[] }>(`select app.take_chunks($1, 1, 10, '{}', '', 10)`, [job]);
  return taken.chunks;
}

async function record(job: string, chunks: Chunk[]): Promise<void> {
  const results = chunks.flatMap(({ items }) =>
    items.map(({ position, url }) => ({
      position,
      status: 'stored',
      imageId: `img_${job}_${position}`,
      sha256: sha256(`${job} ${position}`),
      bytes: 1,
      crc32: 1,
      mime: 'image/png',
      width: 1,
      height: 1,
      orientation: 1,
      averageColor: '#000000',
      finalUrl: url,
      fetchedAt: '2026-01-01T00:00:00Z',
    })),
  );
  const parts = chunks.map(({ chunk }) => chunk);
  await one('select app.record_results($1, 1, $2, $3, $2)', [job, parts, JSON.stringify(results)]);
}

/** How many rows were read for `work`, by any plan. */
async function rowsReadBy(work: () => Promise<void>): Promise<number> {
  // What was counted before and not yet handed on would count as this transaction's.
  await client.query('select pg_stat_force_next_flush()');
  await client.query('begin');
  await work();
  const rows = await one<string>(
    'select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_xact_user_tables',
    [],
  );
  await client.query('commit');
  return Number(rows);
}

describe('a connection whose plans were made for small tables', () => {
  it('reads no more rows for a group of results when there are many', async () => {
    await started('job_small', 1);
    await record('job_small', await take('job_small'));
    await started('job_large', 5_000);
    let chunks: Chunk[] = [];
    for (let recorded = 0; recorded < 4_900; recorded += GROUP) {
      chunks = await take('job_large');
      await record('job_large', chunks);
    }
    const taking = await rowsReadBy(async () => {
      chunks = await take('job_large');
    });
    expect(chunks.flatMap(({ items }) => items)).toHaveLength(GROUP);
    expect(taking).toBeLessThan(GROUP * ROWS_PER_RESULT);
    expect(await rowsReadBy(() => record('job_large', chunks))).toBeLessThan(GROUP * ROWS_PER_RESULT);
    expect(await one('select status from crawl_jobs where id = $1', ['job_large'])).toBe('completed');
  });
});
