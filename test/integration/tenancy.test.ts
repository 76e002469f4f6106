import { neon, neonConfig } from '@neondatabase/serverless';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createProject, type Person, signUp } from '../helpers/client.ts';
import { createJob } from '../helpers/crawl.ts';

// Somebody who could run SQL of their own as the request role, and knows a victim's ids.
let eve: Person;
let ownProject: string;
let victimJob: string;
let victimProject: string;

beforeAll(async () => {
  const ada = await signUp();
  victimProject = await createProject(ada);
  victimJob = await createJob(ada, victimProject, ['/image/a.jpg']);
  eve = await signUp();
  ownProject = await createProject(eve);
});

async function asEve(statement: string, params: unknown[] = []): Promise<unknown> {
  neonConfig.fetchEndpoint = inject('variables')['NEON_FETCH_ENDPOINT'] ?? '';
  const sql = neon(inject('stores').appUrl);
  return await sql.transaction([
    sql.query('select app.enter($1, null)', [eve.userId]),
    sql.query(`select app.enter_project($1, 'owner')`, [ownProject]),
    sql.query(statement, params),
  ]);
}

describe('the database itself, whatever the Worker asks of it', () => {
  it('keeps items of a foreign job out, also under a project of one’s own', async () => {
    const insert = `insert into crawl_items (job_id, position, project_id, chunk, url, url_hash)
      values ($1, 99, $2, 0, 'http://evil.example/', '\\x00')`;
    await expect(asEve(insert, [victimJob, ownProject])).rejects.toMatchObject({ code: '23503' });
    await expect(asEve(insert, [victimJob, victimProject])).rejects.toMatchObject({ code: '42501' });
  });

  it('keeps totals of a foreign job out', async () => {
    const insert = 'insert into job_totals (job_id, project_id, pending) values ($1, $2, 1)';
    await expect(asEve(insert, [victimJob, ownProject])).rejects.toMatchObject({
      code: expect.stringMatching(/^23/),
    });
  });

  it('keeps activity of a foreign project out', async () => {
    const insert = `insert into activity_logs (id, project_id, actor_id, action) values ($1, $2, $3, 'forged')`;
    await expect(asEve(insert, ['act_1', victimProject, eve.userId])).rejects.toMatchObject({
      code: '42501',
    });
    await asEve(insert, [`act_${crypto.randomUUID()}`, ownProject, eve.userId]);
  });

  it('gives no temporary tables, which would come before its own', async () => {
    await expect(asEve('create temporary table projects (id text)')).rejects.toMatchObject({ code: '42501' });
  });
});
