// The three routes as they are usually written, with the same libraries: each step waits for the one before. The session
// is looked up (in Redis, or where sessions are rows, in Postgres), then the limiter is asked, then the cache, then a
// database: primary and replica in turn. It does without row-level security, an activity log, an outbox and stored
// replies, which costs it less.
import { neon, neonConfig } from '@neondatabase/serverless';
import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis/cloudflare';
import { Hono } from 'hono';

const CACHE_SECONDS = 60;
const LIMIT = 1_000_000_000;

/**
 * @typedef {{ DATABASE_URL: string, DATABASE_REPLICA_URL: string, NEON_FETCH_ENDPOINT: string,
 *   UPSTASH_REDIS_REST_URL: string, UPSTASH_REDIS_REST_TOKEN: string }} Bindings
 * @typedef {{ redis: Redis, userId: string }} Variables
 */

let reads = 0;

/** @param {Bindings} env */
function databaseFor(env) {
  neonConfig.fetchEndpoint = env.NEON_FETCH_ENDPOINT;
  return neon(reads++ % 2 === 0 ? env.DATABASE_REPLICA_URL : env.DATABASE_URL);
}

/** @type {Hono<{ Bindings: Bindings, Variables: Variables }>} */
const app = new Hono();

/**
 * @param {Bindings} env
 * @param {string} token
 */
async function findRow(env, token) {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  const [session] = await databaseFor(env).query(
    `select user_id as "userId" from sessions where token_hash = decode($1, 'hex') and expires_at > now()`,
    [Buffer.from(hash).toString('hex')],
  );
  return session ?? null;
}

app.get('/health/ready', (c) => c.json({ status: 'ready' }));

app.use('/v1/*', async (c, next) => {
  const redis = new Redis({ url: c.env.UPSTASH_REDIS_REST_URL, token: c.env.UPSTASH_REDIS_REST_TOKEN });
  const [, place, token = ''] = /(row|session)=([\w-]+)/.exec(c.req.header('cookie') ?? '') ?? [];
  /** @type {{ userId: string } | null} */
  const session = place === 'row' ? await findRow(c.env, token) : await redis.get(`usual:session:${token}`);
  if (!session) return c.json({ error: 'unauthenticated' }, 401);
  const limiter = new Ratelimit({
    redis,
    limiter: Ratelimit.slidingWindow(LIMIT, '60 s'),
    prefix: 'usual:limit',
    analytics: false,
  });
  const { success } = await limiter.limit(session.userId);
  if (!success) return c.json({ error: 'rate limited' }, 429);
  c.set('redis', redis);
  c.set('userId', session.userId);
  return await next();
});

app.get('/v1/projects/:id', async (c) => {
  const id = c.req.param('id');
  const key = `usual:project:${c.get('userId')}:${id}`;
  const cached = await c.get('redis').get(key);
  if (cached) return c.json(cached);
  const [project] = await databaseFor(c.env).query(
    `select p.id, p.name, p.description, p.visibility, m.role, p.labels, p.image_count as "imageCount", p.created_at as "createdAt",
       p.updated_at as "updatedAt"
     from projects p join project_members m on m.project_id = p.id and m.user_id = $2 where p.id = $1`,
    [id, c.get('userId')],
  );
  if (!project) return c.json({ error: 'not found' }, 404);
  await c.get('redis').set(key, project, { ex: CACHE_SECONDS });
  return c.json(project);
});

app.get('/v1/projects/:id/images', async (c) => {
  const images = await databaseFor(c.env).query(
    `select i.id, i.project_id as "projectId", i.job_id as "jobId", encode(i.sha256, 'hex') as sha256, b.mime, b.bytes, b.width,
       b.height, b.average_color as "averageColor", i.review, i.label, i.tags, i.created_at as "createdAt", s.url
     from images i join blobs b on b.sha256 = i.sha256 left join image_sources s on s.image_id = i.id
     where i.project_id = $1 and i.deleted_at is null order by i.id desc limit 51`,
    [c.req.param('id')],
  );
  return c.json({ data: images });
});

app.patch('/v1/projects/:id', async (c) => {
  const { description } = await c.req.json();
  const id = c.req.param('id');
  neonConfig.fetchEndpoint = c.env.NEON_FETCH_ENDPOINT;
  const [project] = await neon(c.env.DATABASE_URL).query(
    `update projects set description = $2, updated_at = now() where id = $1 returning id, name, description`,
    [id, description],
  );
  await c.get('redis').del(`usual:project:${c.get('userId')}:${id}`);
  return c.json(project);
});

export default app;
