import pg from 'pg';
import type { BenchStack } from '../lib/stack.ts';
import { idOf, sqlIdOf } from '../growth/scale.ts';

/** One for each connection: writers of one project would wait for each other. */
export const PROJECTS = 32;
const IMAGES = 60;
const SESSION = 'ofabenchmarkonly';

/** What the usual way's session is, as a cookie. */
export const USUAL_COOKIE = `session=${SESSION}`;
export const projectIds = projectIdsOf(PROJECTS);

function projectIdsOf(projects: number): string[] {
  return Array.from({ length: projects }, (_, n) => idOf('prj', 8, 0, n));
}

/** Projects of whoever the stack's caller is, with a page of images each, and a session as the usual way keeps it. */
export async function fillStores(stack: BenchStack): Promise<void> {
  await fillProjects(stack, PROJECTS);
  const { UPSTASH_REDIS_REST_URL: url = '', UPSTASH_REDIS_REST_TOKEN: token = '' } = stack.variables;
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify([
      'SET',
      `usual:session:${SESSION}`,
      JSON.stringify({ userId: await userIdOf(stack) }),
    ]),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`Redis refused a session: ${response.status} ${await response.text()}`);
}

async function userIdOf(stack: BenchStack): Promise<string> {
  return (await stack.api.call<{ id: string }>('/v1/profile')).id;
}

/** So many projects of whoever the stack's caller is, with a page of images each; returns their ids. */
export async function fillProjects(stack: BenchStack, projects: number): Promise<string[]> {
  const userId = await userIdOf(stack);
  const client = new pg.Client({ connectionString: stack.superuserUrl });
  await client.connect();
  try {
    const project = sqlIdOf('prj', 8, 0, 'p');
    const image = sqlIdOf('img', 8, 0, `p * ${IMAGES} + n`);
    const content = `sha256(('gate-' || p || '-' || n)::bytea)`;
    const series = `from generate_series(0, ${projects - 1}) p`;
    const pairs = `${series}, generate_series(1, ${IMAGES}) n`;
    await client.query('begin');
    for (const statement of [
      `insert into projects (id, name, image_count) select ${project}, 'Gate ' || p, ${IMAGES} ${series}`,
      `insert into project_members (project_id, user_id, role) select ${project}, '${userId}', 'owner' ${series}`,
      `insert into blobs (sha256, bytes, crc32, mime, width, height, average_color, thumbnail_width, thumbnail_height)
       select ${content}, 60000, 1, 'image/jpeg', 1600, 1200, '#7a7774', 320, 240 ${pairs}`,
      `insert into images (id, project_id, sha256, host, format, size)
       select ${image}, ${project}, ${content}, 'site.example', 'jpeg', 'medium' ${pairs}`,
      `insert into image_sources (image_id, project_id, url_hash, url, final_url, fetched_at)
       select ${image}, ${project}, ${content}, 'https://site.example/' || n, 'https://site.example/' || n, now() ${pairs}`,
    ])
      await client.query(statement);
    await client.query('commit');
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
  return projectIdsOf(projects);
}
