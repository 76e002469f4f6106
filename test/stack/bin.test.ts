import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate, migrateDown } from '../../dev/database/migrate.ts';
import { openTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

let database: TestDatabase;
/** Past every policy, for arranging and looking. */
let admin: pg.Client;
/** Somebody who restores, and the purge, at the same time. */
let owner: pg.Client;
let cron: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase();
  admin = database.superuser;
  owner = new pg.Client(database.roleUrl('darkroom_app'));
  cron = new pg.Client(database.roleUrl('darkroom_service'));
  await Promise.all([owner.connect(), cron.connect()]);
  // One that waits for the other would wait for ever.
  await Promise.all([owner, cron].map(async (one) => await one.query(`set statement_timeout = '10s'`)));
  await admin.query(`insert into profiles (id, email, name) values ('usr_a', 'a@a.example', 'A')`);
});

afterAll(async () => {
  await Promise.all([owner?.end(), cron?.end()]);
  await database?.close();
});

beforeEach(async () => {
  await admin.query(
    `truncate projects, images, blobs cascade;
     insert into projects (id, name, image_count) values ('prj_a', 'A', 0);
     insert into project_members (project_id, user_id, role) values ('prj_a', 'usr_a', 'owner')`,
  );
});

/** Images `img_1` and on, deleted so long ago; null: not at all. */
async function addImages(count: number, ago: string | null): Promise<void> {
  await admin.query(
    `insert into blobs (sha256, bytes, crc32, mime, width, height, average_color)
       select sha256(n::text::bytea), 1, 1, 'image/png', 1, 1, '#000000' from generate_series(1, $1::integer) n`,
    [count],
  );
  await admin.query(
    `insert into images (id, project_id, sha256, format, size, deleted_at)
       select 'img_' || n, 'prj_a', sha256(n::text::bytea), 'png', 'small', now() - $2::interval
       from generate_series(1, $1::integer) n`,
    [count, ago],
  );
  await admin.query(`update projects set image_count = $1 where $2::text is null`, [count, ago]);
}

const binProject = async (ago: string) =>
  await admin.query(`update projects set deleted_at = now() - $1::interval`, [ago]);
const enter = `select set_config('app.actor', 'usr_a', true)`;
const purge = async (most = 500) =>
  (await cron.query<{ gone: number }>('select app.purge_bin($1) as gone', [most])).rows[0]?.gone;
const ids = async () => (await admin.query(`select id from images order by id`)).rows.map(({ id }) => id);
const projects = async () => (await admin.query(`select id, deleted_at from projects`)).rows;

/** In a transaction that stays open. */
async function begin(...statements: string[]): Promise<void> {
  await owner.query('begin');
  for (const statement of [enter, ...statements]) await owner.query(statement);
}

const restoreImages = `select app.enter_project('prj_a', 'editor'), app.restore_images('["img_1"]')`;
const restoreProject = `select app.restore_project('prj_a')`;
/** Its 30 days end while somebody restores. Long enough for that to have begun, on a busy machine too. */
const almost = '29 days 23 hours 59 minutes 57 seconds';

/** Waits until what nobody has brought back yet, as others see it, has been in the bin for 30 days. */
async function untilOverdue(table: 'images' | 'projects'): Promise<void> {
  const overdue = `select bool_and(deleted_at < now() - interval '30 days') as is_so from ${table}`;
  const isOverdue = async () => (await admin.query<{ is_so: boolean }>(overdue)).rows[0]?.is_so;
  await expect.poll(isOverdue, { timeout: 10_000 }).toBe(true);
}

describe('a restore that meets the purge', () => {
  it('keeps its images', async () => {
    await addImages(2, almost);
    await begin(restoreImages);
    await untilOverdue('images');
    expect(await purge()).toBe(1);
    await owner.query('commit');
    expect(await ids()).toEqual(['img_1']);
    expect(await purge()).toBe(0);
    expect(await ids()).toEqual(['img_1']);
  });

  it('keeps its project with all that is in it', async () => {
    await addImages(3, null);
    await binProject(almost);
    await begin(restoreProject);
    await untilOverdue('projects');
    expect(await purge()).toBe(0);
    await owner.query('commit');
    expect(await ids()).toHaveLength(3);
    expect(await projects()).toEqual([{ id: 'prj_a', deleted_at: null }]);
  });

  it('finds nothing when the purge was first', async () => {
    await addImages(3, null);
    await binProject(almost);
    await owner.query('begin');
    await owner.query(enter);
    await untilOverdue('projects');
    await cron.query('begin');
    await purge(2);
    await expect(owner.query(restoreProject)).rejects.toMatchObject({ message: 'not_found' });
    await cron.query('commit');
    await owner.query('rollback');
    expect(await ids()).toHaveLength(1);
  });
});

describe('what has been in the bin for 30 days', () => {
  it('goes slice by slice, and the project with its last image', async () => {
    await addImages(5, null);
    await binProject('31 days');
    expect(await purge(2)).toBe(2);
    expect(await ids()).toHaveLength(3);
    await purge(2);
    expect([(await ids()).length, (await projects()).length]).toEqual([1, 1]);
    await purge(2);
    expect([await ids(), await projects()]).toEqual([[], []]);
    expect(await purge(2)).toBe(0);
  });

  it('is neither listed nor restored before it went', async () => {
    await addImages(3, '31 days');
    await binProject('31 days');
    await begin();
    expect((await owner.query(`select id from app.binned_projects(null, 10)`)).rows).toEqual([]);
    await expect(owner.query(restoreProject)).rejects.toMatchObject({ message: 'not_found' });
    await owner.query('rollback');
    await admin.query(`update projects set deleted_at = null`);
    await begin(restoreImages);
    const { rows } = await owner.query(`select current_setting('app.restored')::jsonb as restored`);
    expect(rows).toEqual([{ restored: { changed: 0, restored: [], conflicts: [] } }]);
    expect((await owner.query(`select app.project_of_binned_image('img_1') as project`)).rows).toEqual([
      { project: null },
    ]);
    await owner.query('commit');
    expect((await admin.query(`select image_count from projects`)).rows).toEqual([{ image_count: 0 }]);
  });
});

describe('tags from before they had one form', () => {
  it('are composed and cut to what a request may name, wherever they are', async () => {
    const { rows: since } = await admin.query<{ count: number }>(
      'select count(*)::integer as count from schema_migrations where version >= 10',
    );
    await migrateDown(database.ownerUrl, since[0]?.count ?? 0);
    await addImages(1, null);
    const long = 'i\u0307'.repeat(40);
    const tags = ['a', 'cafe\u0301', 'café', long, `😀${'x'.repeat(39)}`];
    await admin.query(`update images set tags = $1`, [tags]);
    await admin.query(
      `insert into image_tags (project_id, tag, image_id) select 'prj_a', unnest($1::text[]), 'img_1'`,
      [tags],
    );
    await migrate(database.ownerUrl);
    const kept = ['a', 'café', 'i\u0307'.repeat(20), `😀${'x'.repeat(38)}`].toSorted();
    const { rows } = await admin.query<{ tags: string[]; listed: string[] }>(
      `select tags, array(select tag from image_tags) as listed from images`,
    );
    expect([rows[0]?.tags.toSorted(), rows[0]?.listed.toSorted()]).toEqual([kept, kept]);
    const tooLong = admin.query(
      `insert into image_tags (project_id, tag, image_id) values ('prj_a', repeat('x', 41), 'img_1')`,
    );
    await expect(tooLong).rejects.toMatchObject({ constraint: 'image_tags_length' });
  });
});
