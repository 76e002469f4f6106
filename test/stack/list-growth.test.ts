import { sql, type SQLWrapper } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectImages } from '../../src/domain/image/view.ts';
import { selectMatching } from '../../src/domain/image/filter.ts';
import { memberQuery } from '../../src/domain/project/member-view.ts';
import { projectView } from '../../src/domain/project/view.ts';
import { openTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

const dialect = new PgDialect();
const LARGE = 20_000;
const SMALL = 400;
const PAGE = 51;

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase();
  client = database.superuser;
  await fill('large', LARGE);
  await fill('small', SMALL);
  await client.query('vacuum analyze');
});

afterAll(async () => await database?.close());

/** A person with so many projects, a third of them in the bin, and one project with so many images and members. */
async function fill(name: string, count: number): Promise<void> {
  const series = `from generate_series(1, ${count}) n`;
  const id = (prefix: string) => `'${prefix}_${name}' || lpad(n::text, 20, '0')`;
  await client.query(`
    insert into profiles (id, email, name) select ${id('usr')}, '${name}' || n || '@test.example', 'Person' ${series};
    insert into profiles (id, email, name) values ('usr_${name}', '${name}@test.example', 'Owner');
    insert into projects (id, name) values ('prj_${name}', 'Large or small');
    insert into projects (id, name, deleted_at)
      select ${id('prj')}, 'Project', case when n % 3 = 0 then now() end ${series};
    insert into project_members (project_id, user_id, role)
      select 'prj_${name}', ${id('usr')}, 'viewer'::member_role ${series}
      union all select ${id('prj')}, 'usr_${name}', 'owner' ${series}
      union all select 'prj_${name}', 'usr_${name}', 'owner';
    insert into blobs (sha256, bytes, crc32, mime, width, height, average_color)
      select sha256(('${name}' || n)::bytea), 1, 1, 'image/png', 1, 1, '#000000' ${series};
    insert into images (id, project_id, sha256, format, size)
      select ${id('img')}, 'prj_${name}', sha256(('${name}' || n)::bytea), 'png', 'small' ${series};
    insert into image_sources (image_id, project_id, url_hash, url, final_url, fetched_at)
      select id, project_id, sha256, 'https://site.example/', 'https://site.example/', now()
      from images where project_id = 'prj_${name}'`);
}

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  'Actual Rows': number;
  Plans?: Plan[];
}

/** The tables that are read as a whole, those within a policy too. */
const readWhole = (plan: Plan): string[] => [
  ...(plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? ''] : []),
  ...(plan.Plans ?? []).flatMap(readWhole),
];

interface Cost {
  rows: number;
  /** Pages of 8 KiB touched. */
  blocks: number;
  wholeTables: string[];
}

/** What a page costs, with all that its functions and policies do. */
async function costOf(name: string, query: SQLWrapper): Promise<Cost> {
  const { sql: text, params } = dialect.sqlToQuery(query.getSQL());
  await client.query(`begin; set local role darkroom_app; select app.enter('usr_${name}', 'req_test');
    select app.enter_project('prj_${name}', 'viewer')`);
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `explain (analyze, buffers, format json) ${text}`,
      params,
    );
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
    if (!plan) throw new Error('no plan');
    return {
      rows: plan['Actual Rows'],
      blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
      wholeTables: readWhole(plan),
    };
  } finally {
    await client.query('rollback');
  }
}

/** With what a row of the page may touch at most: its own look-ups, and those of its policies. */
const PAGES: [string, number, (name: string) => SQLWrapper][] = [
  [
    'images as they are shown',
    18,
    (name) =>
      selectImages(selectMatching(`prj_${name}`, {}, { after: null, limit: PAGE, columns: sql`i.*` }), {
        order: sql`order by i.id desc`,
      }),
  ],
  ['projects', 14, () => sql`select ${projectView} from app.list_projects(null, ${PAGE}) as projects`],
  [
    'projects in the bin',
    28,
    () => sql`select ${projectView} from app.binned_projects(null, ${PAGE}) as projects`,
  ],
  [
    'members',
    18,
    (name) => sql`${memberQuery} where m.project_id = ${`prj_${name}`} order by m.user_id limit ${PAGE}`,
  ],
];

describe('a page costs no more where there are many', () => {
  it.each(PAGES)('%s', async (_, blocksOfRow, pageOf) => {
    const [large, small] = [await costOf('large', pageOf('large')), await costOf('small', pageOf('small'))];
    expect([large.rows, small.rows]).toEqual([PAGE, PAGE]);
    expect(large.wholeTables).toEqual([]);
    // In a large table each row may go a level deeper into a few trees.
    expect(large.blocks).toBeLessThan(small.blocks + 4 * PAGE);
    expect(large.blocks).toBeLessThan(blocksOfRow * PAGE);
  });
});
