import { createHash } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

let database: TestDatabase;
/** Past every policy, on the database of the test file. */
export let client: pg.Client;
let jobs = 0;

/** A database with the project `prj_a` for the test file that calls it. */
export function setCrawlStage(): void {
  beforeAll(async () => {
    database = await openTestDatabase();
    client = database.superuser;
    await client.query(`insert into projects (id, name) values ('prj_a', 'A')`);
  });
  afterAll(async () => await database?.close());
}

export async function one<T>(sql: string, params: unknown[] = []): Promise<T> {
  const result = await client.query({ text: sql, values: params, rowMode: 'array' });
  return result.rows[0]?.[0] as T;
}

export async function column<T>(sql: string, params: unknown[] = []): Promise<T[]> {
  const result = await client.query({ text: sql, values: params, rowMode: 'array' });
  return result.rows.map((row: unknown[]) => row[0] as T);
}

/** A draft with the URLs. */
export async function draft(urls: string[], options: object = {}): Promise<string> {
  const job = `job_${++jobs}`;
  await client.query(
    `insert into crawl_jobs (id, project_id, kind, total, options) values ($1, 'prj_a', 'urls', 0, $2)`,
    [job, JSON.stringify(options)],
  );
  await client.query(`insert into job_totals (job_id, project_id, pending) values ($1, 'prj_a', 0)`, [job]);
  await add(job, urls);
  return job;
}

export function add(job: string, urls: string[]): Promise<number> {
  const rows = urls.map((url) => ({ url, hash: createHash('sha256').update(url).digest('hex') }));
  return one('select app.add_items($1, 0, $2)', [job, JSON.stringify(rows)]);
}

export async function started(urls: string[], options: object = {}): Promise<string> {
  const job = await draft(urls, options);
  await client.query('select app.start_job($1)', [job]);
  return job;
}

export interface Taken {
  status: string;
  lane: string;
  more: boolean;
  hasWrapped: boolean;
  nextDueAt: number | null;
  chunks: {
    chunk: number;
    lane: string;
    attempt: number;
    items: { position: number; url: string; notBefore?: number }[];
  }[];
}

export function take(job: string, wanted: number, busy: object = {}, lane = '', epoch = 1): Promise<Taken> {
  return one('select app.take_chunks($1, $2, $3, $4, $5, 2)', [
    job,
    epoch,
    wanted,
    JSON.stringify(busy),
    lane,
  ]);
}

export interface Recorded {
  status: string | null;
  written: number;
  dueAt: number | null;
}

export async function record(
  job: string,
  chunk: number,
  results: object[],
  finish: boolean,
  epoch = 1,
): Promise<Recorded> {
  const { status, chunks } = await recordAll(job, [chunk], results, finish ? [chunk] : [], epoch);
  return { status, written: 0, dueAt: null, ...chunks[0] };
}

export async function recordAll(
  job: string,
  chunks: number[],
  results: object[],
  closing: number[],
  epoch = 1,
): Promise<{ status: string | null; chunks: (Omit<Recorded, 'status'> & { chunk: number })[] }> {
  return await one('select app.record_results($1, $2, $3, $4, $5)', [
    job,
    epoch,
    chunks,
    JSON.stringify(results),
    closing,
  ]);
}

export function stored(position: number, content: string): object {
  return {
    position,
    status: 'stored',
    imageId: `img_${jobs}_${position}`,
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: 1,
    crc32: 1,
    mime: 'image/png',
    width: 1,
    height: 1,
    orientation: 1,
    averageColor: '#000000',
    finalUrl: 'https://a.example/',
    fetchedAt: '2026-01-01T00:00:00Z',
  };
}

export const urlsOf = (host: string, count: number) =>
  Array.from({ length: count }, (_, number) => `https://${host}/${number}.jpg`);

export const totalsOf = (job: string) =>
  one<Record<string, number>>(
    `select to_jsonb(t) - 'rate' - 'updated_at' - 'job_id' - 'project_id' from job_totals t where job_id = $1`,
    [job],
  );
export const statusOf = (job: string) => one<string>('select status from crawl_jobs where id = $1', [job]);
