import { createHash } from 'node:crypto';
import type pg from 'pg';
import { type List, TWIN } from './site.ts';

/** What a run left behind: the rows of each table as text, sorted. */
export type Tables = Map<string, string[]>;

/** Differs between two runs by its nature: times, transactions, the average over time, who asked. */
const OWN_COLUMN = /(_at|_xid|_before)$|^(rate|request_id)$/;
const TOKEN = /(prj|job|img|usr|act|obx)_[0-9a-z]{26,32}|[0-9a-f]{64}/g;

type Row = Record<string, unknown>;

/**
 * Every row of every table that belongs to a project, with ids and hashes replaced by what they stand for: so those of
 * two projects that were crawled from two lists of one site can be compared. An id or hash that stands for nothing
 * known stays, and so shows.
 */
export async function readTables(client: pg.Client, projectId: string, list: List): Promise<Tables> {
  const meanings = await readMeanings(client, projectId, list);
  const found: Tables = new Map();
  for (const { name, condition } of await findTables(client)) {
    const { rows } = await client.query<{ row: Row }>(
      `select to_jsonb(t) as row from ${name} t where ${condition}`,
      [projectId],
    );
    found.set(name, rows.map(({ row }) => describe(row, meanings, list)).sort());
  }
  return found;
}

/** The tables that have rows of projects, each with its condition on alias `t` for project `$1`. */
async function findTables(client: pg.Client): Promise<{ name: string; condition: string }[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `select table_name as name, array_agg(column_name::text) as columns from information_schema.columns
     where table_schema = 'public' group by table_name order by 1`,
  );
  const others: Record<string, string> = {
    projects: 't.id = $1',
    blobs: 'exists (select from images i where i.sha256 = t.sha256 and i.project_id = $1)',
    blob_sweeps: 'exists (select from images i where i.sha256 = t.sha256 and i.project_id = $1)',
    outbox: `exists (select from crawl_jobs j where j.id = t.payload ->> 'jobId' and j.project_id = $1)`,
  };
  return rows.flatMap(({ name, columns }) => {
    const condition = columns.includes('project_id')
      ? 't.project_id = $1'
      : columns.includes('job_id')
        ? 'exists (select from crawl_jobs j where j.id = t.job_id and j.project_id = $1)'
        : others[name];
    return condition === undefined ? [] : [{ name, condition }];
  });
}

async function readMeanings(client: pg.Client, projectId: string, list: List): Promise<Map<string, string>> {
  const meanings = new Map([[projectId, 'project']]);
  for (const [sha256, content] of list.contents.bySha256) meanings.set(sha256, `sha256 of ${content}`);
  for (const url of [...list.urls, list.knownUrl])
    meanings.set(createHash('sha256').update(url).digest('hex'), `hash of ${new URL(url).pathname}`);
  const jobs = await client.query<{ id: string }>(
    'select id from crawl_jobs where project_id = $1 order by id',
    [projectId],
  );
  for (const [number, { id }] of jobs.rows.entries()) meanings.set(id, `job ${number}`);
  const images = await client.query<{ id: string; sha256: string }>(
    `select id, encode(sha256, 'hex') as sha256 from images where project_id = $1`,
    [projectId],
  );
  for (const { id, sha256 } of images.rows) {
    const content = list.contents.bySha256.get(sha256);
    if (content !== undefined) meanings.set(id, `image of ${content}`);
  }
  return meanings;
}

function describe(row: Row, meanings: Map<string, string>, list: List): string {
  const kept: Row = Object.fromEntries(Object.entries(row).filter(([name]) => !OWN_COLUMN.test(name)));
  // The outbox: whether it was done, not when; a row may have to be done more than once.
  if ('done_at' in row) Object.assign(kept, { isDone: row['done_at'] !== null, attempts: null });
  if (typeof row['crc32'] === 'number')
    kept['crc32'] = list.contents.byCrc32.get(row['crc32']) ?? row['crc32'];
  const isTwin = TWIN_URL.test(String(row['url'])) && TWIN.split(' or ').includes(String(row['status']));
  if (isTwin) kept['status'] = TWIN;
  return JSON.stringify(kept)
    .replaceAll(TOKEN, (token, kind?: string) => meanings.get(token) ?? anonymous(kind) ?? token)
    .replaceAll(`/${list.key}/`, '/list/');
}

const TWIN_URL = /\/twin-\w\.jpg$/;

/** Ids that nothing refers to. */
function anonymous(kind: string | undefined): string | undefined {
  return kind !== undefined && ['usr', 'act', 'obx'].includes(kind) ? kind : undefined;
}

/** In words, which rows one has and the other has not. */
export function compareTables(expected: Tables, actual: Tables): string[] {
  return [...new Set([...expected.keys(), ...actual.keys()])].flatMap((name) => {
    const missing = subtract(expected.get(name) ?? [], actual.get(name) ?? []);
    const extra = subtract(actual.get(name) ?? [], expected.get(name) ?? []);
    return [
      ...missing.map((row) => `${name} has not ${row}`),
      ...extra.map((row) => `${name} has besides ${row}`),
    ];
  });
}

function subtract(rows: string[], others: string[]): string[] {
  const left = [...others];
  return rows.filter((row) => {
    const at = left.indexOf(row);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
