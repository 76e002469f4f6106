import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { parseConfig } from '../../src/env.ts';
import { openScope } from '../../src/resilience/call-scope.ts';
import { createServices, type Services } from '../../src/services.ts';
import { createProject, type Person, signUp } from '../helpers/client.ts';
import { createJob, importImages, query, startUndelivered } from '../helpers/crawl.ts';
import { randomOf } from '../../bench/lib/random.ts';
import { simulate } from '../helpers/crawl-simulation.ts';

const SEEDS = 50;
/** Every kind of outcome; names are the same in all runs, and so are the bytes. */
const PATHS = [
  ...Array.from({ length: 13 }, (_, n) => `/image/disturbed-${n}.png`),
  '/same/known.png',
  '/status/404',
  '/status/503',
  '/corrupt.jpg',
  '/page.jpg',
  '/reset',
  '/redirect/2/image/disturbed-moved.png',
  '/to-private',
];

let ada: Person;
let services: Services;

beforeAll(async () => {
  ada = await signUp();
  const parsed = parseConfig({ ...env, ...inject('variables') });
  if (!parsed.ok) throw new Error('the stack is configured');
  services = createServices(parsed.config, openScope('test'));
});

/** A started job in a project that has one of its images already. */
async function prepare(): Promise<{ job: string; project: string }> {
  const project = await createProject(ada);
  await importImages(ada, project, ['/same/known-before.png']);
  const job = await createJob(ada, project, PATHS);
  await startUndelivered(job);
  return { job, project };
}

/** What differs between two runs by its nature: times, random ids and the average over time. */
const OWN =
  /"(?:[a-z_]*_(?:at|xid|before)|rate|id|job_id|project_id|image_id|subject_id|actor_id|created_by|request_id)": ?(?:"[^"]*"|[\d.e+-]+|null)/g;

/** Every row of every table that belongs to the project, or to nobody, in an order of its content. */
async function recordOf(job: string, project: string): Promise<Record<string, string[]>> {
  const tables = await query<{ name: string; columns: string[] }>(
    `select table_name as name, array_agg(column_name::text) as columns from information_schema.columns
     where table_schema = 'public' group by table_name order by 1`,
  );
  const record: Record<string, string[]> = {};
  for (const { name, columns } of tables) {
    const by = columns.includes('project_id')
      ? 't.project_id = $1 and ($2::text is not null)'
      : columns.includes('job_id')
        ? 't.job_id = $2 and ($1::text is not null)'
        : name === 'projects'
          ? 't.id = $1 and ($2::text is not null)'
          : name === 'blobs'
            ? 'exists (select from images i where i.sha256 = t.sha256 and i.project_id = $1) and ($2::text is not null)'
            : null;
    if (by === null) continue;
    const rows = await query<{ row: string }>(
      `select replace(replace(to_jsonb(t)::text, $1, 'project'), $2, 'job') as row from ${name} t where ${by}`,
      [project, job],
    );
    record[name] = rows.map(({ row }) => row.replaceAll(OWN, '')).sort();
  }
  return record;
}

describe('a job whose messages come twice, in any order, to consumers that are killed', () => {
  let undisturbed: Record<string, string[]>;

  beforeAll(async () => {
    const { job, project } = await prepare();
    await simulate(job, services, null);
    undisturbed = await recordOf(job, project);
    expect(undisturbed['images']).toHaveLength(15);
    expect(undisturbed['crawl_items']?.length).toBe(PATHS.length + 1);
  });

  it.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))(
    'leaves the same tables (seed %i)',
    async (seed) => {
      const { job, project } = await prepare();
      const random = randomOf(seed);
      await simulate(job, services, { random, kills: Math.floor(random() * 4) });
      expect(await recordOf(job, project)).toEqual(undisturbed);
    },
  );
});
