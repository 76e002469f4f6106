import { PgDialect } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageFilter, selectMatching } from '../../src/domain/image/filter.ts';
import { openTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

const dialect = new PgDialect();
const LARGE = 40_000;
const SMALL = 400;
const PAGE = 50;

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase();
  client = database.superuser;
  await client.query(`
    insert into profiles (id, email, name) values ('usr_viewer', 'viewer@test.example', 'Viewer');
    insert into projects (id, name) values ('prj_large', 'Large'), ('prj_small', 'Small');
    insert into project_members (project_id, user_id, role)
      values ('prj_large', 'usr_viewer', 'viewer'), ('prj_small', 'usr_viewer', 'viewer')`);
  await fill('large', LARGE);
  await fill('small', SMALL);
  await client.query('vacuum analyze');
});

afterAll(async () => await database?.close());

/**
 * Of every facet one value that all but fifty-one images have, and one, `rare`, that only the oldest fifty-one have: the
 * worst case for a walk along the list.
 */
async function fill(name: string, count: number): Promise<void> {
  const value = (rare: string, common: string) => `case when n <= 51 then '${rare}' else '${common}' end`;
  await client.query(`
    insert into blobs (sha256, bytes, crc32, mime, width, height, average_color)
      select sha256(('${name}' || n)::bytea), 1, 1, 'image/png', 1, 1, '#000000' from generate_series(1, ${count}) n;
    insert into crawl_jobs (id, project_id, kind, total)
      values ('job_rare_${name}', 'prj_${name}', 'urls', 1), ('job_${name}', 'prj_${name}', 'urls', 1);
    insert into images (id, project_id, sha256, job_id, review, label, tags, host, size, format, license)
      select 'img_${name}' || lpad(n::text, 20, '0'), 'prj_${name}', sha256(('${name}' || n)::bytea),
        ${value(`job_rare_${name}`, `job_${name}`)}, ${value('reject', 'keep')}, ${value('rare', 'common')},
        array[${value('rare', 'common')}], ${value('rare.example', 'common.example')}, ${value('large', 'small')},
        ${value('avif', 'png')}, ${value('cc0', 'none')}
      from generate_series(1, ${count}) n;
    insert into image_tags (project_id, tag, image_id)
      select project_id, tags[1], id from images where project_id = 'prj_${name}'`);
}

interface Plan {
  'Node Type': string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  'Actual Rows': number;
  Plans?: Plan[];
}

async function explain(project: string, filter: ImageFilter): Promise<Plan> {
  const statement = selectMatching(project, filter, { after: null, limit: PAGE + 1 });
  const { sql, params } = dialect.sqlToQuery(statement.getSQL());
  await client.query(`begin; set local role darkroom_app; select app.enter('usr_viewer', 'req_test');
    select app.enter_project('${project}', 'viewer')`);
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `explain (analyze, buffers, format json) ${sql}`,
      params,
    );
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
    if (!plan) throw new Error('no plan');
    return plan;
  } finally {
    await client.query('rollback');
  }
}

const nodesOf = (plan: Plan): string[] => [plan['Node Type'], ...(plan.Plans ?? []).flatMap(nodesOf)];
const blocksOf = (plan: Plan): number => plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];

const FACETS: ((name: string) => [ImageFilter, ImageFilter])[] = [
  () => [{ review: 'reject' }, { review: 'keep' }],
  () => [{ label: 'rare' }, { label: 'common' }],
  () => [{ tag: 'rare' }, { tag: 'common' }],
  (name) => [{ jobId: `job_rare_${name}` }, { jobId: `job_${name}` }],
  () => [{ host: 'rare.example' }, { host: 'common.example' }],
  () => [{ size: 'large' }, { size: 'small' }],
  () => [{ format: 'avif' }, { format: 'png' }],
  () => [{ license: 'cc0' }, { license: 'none' }],
];

describe('a page of images by one facet', () => {
  it.each(FACETS)('is a walk along its own index, however rare the value: %#', async (facet) => {
    for (const at of [0, 1] as const) {
      const [large, small] = [
        await explain('prj_large', facet('large')[at]),
        await explain('prj_small', facet('small')[at]),
      ];
      expect(large['Actual Rows']).toBe(PAGE + 1);
      expect(nodesOf(large).filter((node) => /Sort|Seq Scan|Bitmap/.test(node))).toEqual([]);
      // A level or two of the trees; a walk along the whole list would be hundreds.
      expect(blocksOf(large)).toBeLessThan(blocksOf(small) + 160);
    }
  });

  it('and of all images as well', async () => {
    const plan = await explain('prj_large', {});
    expect(nodesOf(plan).filter((node) => /Sort|Seq Scan|Bitmap/.test(node))).toEqual([]);
  });
});
