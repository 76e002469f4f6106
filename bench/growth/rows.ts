import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { hashPassword } from '../../src/domain/account/password.ts';
import { type Scale, sqlIdOf } from './scale.ts';

const STEP = 50_000;
const URLS_A_CHUNK = 10;
/** The replica's slot keeps a gibibyte. */
const MOST_LAG_BYTES = 256 * 1024 * 1024;
const CATCH_UP_LIMIT_MS = 10 * 60_000;
const LOOK_MS = 100;
export const PASSWORD = 'of-a-benchmark-only';
export const emailOf = ({ digit }: Scale) => `growth-${digit}@bench.example`;

/**
 * The last rows of a list have values that nothing else has: the worst case for a walk along it. Images are listed from
 * the newest on, items and chunks from the first.
 */
const RARE = 51;
const IS_OLDEST = `n <= ${RARE}`;
const isLast = (count: number) => `n > ${count - RARE}`;

/** A share of a hundred that is the same in every run, different for every `salt`. */
const dice = (salt: number) => `(hashint4(n * 31 + ${salt}) & 2147483647) % 100`;

/** `shares` as [upper bound, value]: the first bound above the dice is taken, but `rare` where `isRare`. */
function spread(salt: number, shares: [number, string][], rare: string, isRare = IS_OLDEST): string {
  const cases = shares.map(([below, value]) => `when d < ${below} then ${value}`).join(' ');
  return `(select case when ${isRare} then ${rare} ${cases} end from (select ${dice(salt)} as d) as dice)`;
}

const REVIEW = spread(
  1,
  [
    [60, `'undecided'`],
    [85, `'keep'`],
    [100, `'reject'`],
  ],
  `'reject'`,
);
const LABEL = spread(
  2,
  [
    [40, 'null'],
    [55, `'cat'`],
    [100, `'class ' || (n % 12)`],
  ],
  `'rare'`,
);
const TAG = spread(
  3,
  [
    [12, `'red'`],
    [100, `'tag ' || (n % 40)`],
  ],
  `'rare'`,
);
const HOST = spread(
  4,
  [
    [15, `'large.example'`],
    [100, `'host-' || (hashint4(n) & 2047) || '.example'`],
  ],
  `'rare.example'`,
);
const SIZE = spread(
  5,
  [
    [20, `'small'`],
    [80, `'medium'`],
    [100, `'large'`],
  ],
  `'large'`,
);
const FORMAT = spread(
  6,
  [
    [80, `'jpeg'`],
    [90, `'webp'`],
    [98, `'png'`],
    [100, `'gif'`],
  ],
  `'avif'`,
);
const LICENSE = spread(
  7,
  [
    [70, `'none'`],
    [82, `'cc-by'`],
    [92, `'cc-by-sa'`],
    [100, `'other'`],
  ],
  `'cc0'`,
);
const IS_BINNED = `(${dice(8)} < 8 and not (${IS_OLDEST}))`;
/** Of an item by the dice, with its reason. */
const OUTCOMES: [number, string, string][] = [
  [55, `'stored'`, 'null'],
  [65, `'duplicate_exact'`, 'null'],
  [77, `'rejected'`, `'too_small'`],
  [83, `'blocked'`, `'robots'`],
  [93, `'failed'`, `'unreachable'`],
  [100, `'pending'`, 'null'],
];
const CHUNK_STATUSES: [number, string][] = [
  [70, `'done'`],
  [95, `'pending'`],
  [100, `'split'`],
];

/** All rows of a project between two numbers, both counted. */
function imageRows({ digit, images, project, job }: Scale, from: number, to: number): string[] {
  const image = sqlIdOf('img', digit, 0, 'n');
  const content = `sha256(('${digit}-' || n)::bytea)`;
  const url = `'https://' || coalesce(${HOST}, 'x') || '/photographs/' || n || '.jpg'`;
  const series = `from generate_series(${from}, ${to}) n`;
  const isLastItem = isLast(images);
  const status = spread(
    9,
    OUTCOMES.map(([below, one]) => [below, one]),
    `'skipped'`,
    isLastItem,
  );
  const reason = spread(
    9,
    OUTCOMES.map(([below, , one]) => [below, one]),
    `'corrupt'`,
    isLastItem,
  );
  const ofChunk = spread(10, CHUNK_STATUSES, `'failed'`, isLast(images / URLS_A_CHUNK));
  // Ten jobs brought them; that of the rare ones brought no others.
  const broughtBy = `case when n <= ${RARE} then ${sqlIdOf('job', digit, 2, '0')} else ${sqlIdOf('job', digit, 1, '1 + n % 10')} end`;
  return [
    `insert into blobs (sha256, bytes, crc32, mime, width, height, average_color, thumbnail_width, thumbnail_height)
     select ${content}, 60000 + n % 9000, n, 'image/jpeg', 1600, 1200, '#7a7774', 320, 240 ${series}`,
    `insert into images (id, project_id, job_id, sha256, created_at, deleted_at, review, label, tags, host, size, format,
       license)
     select ${image}, '${project}', ${broughtBy}, ${content}, timestamptz '2026-01-01' + n * interval '1 second',
       case when ${IS_BINNED} then now() - (n % 1000) * interval '1 minute' end,
       ${REVIEW}, ${LABEL}, array_remove(array[${TAG}], null), ${HOST}, ${SIZE}, ${FORMAT}, ${LICENSE} ${series}`,
    `insert into image_tags (project_id, tag, image_id) select '${project}', ${TAG}, ${image} ${series}`,
    `insert into image_sources (image_id, project_id, url_hash, url, final_url, fetched_at)
     select ${image}, '${project}', ${content}, ${url}, ${url}, timestamptz '2026-01-01' + n * interval '1 second' ${series}`,
    `insert into crawl_items (job_id, position, project_id, chunk, url, url_hash, status, reason, image_id)
     select '${job}', n - 1, '${project}', (n - 1) / ${URLS_A_CHUNK}, ${url}, ${content}, ${status}, ${reason},
       case when ${status} = 'stored' then ${image} end ${series}`,
    `insert into job_chunks (job_id, chunk, project_id, lane, status, size)
     select '${job}', n - 1, '${project}', 'https://' || ${HOST}, ${ofChunk}, ${URLS_A_CHUNK}
     from generate_series(${Math.ceil(from / URLS_A_CHUNK)}, ${Math.floor(to / URLS_A_CHUNK)}) n`,
  ];
}

/** Whatever there is about a project and its person besides images. */
function otherRows({ digit, project, person, job, images, others }: Scale): string[] {
  const series = `from generate_series(1, ${others}) n`;
  const jobOf = (group: number, n: string) => sqlIdOf('job', digit, group, n);
  return [
    `insert into profiles (id, email, name)
     select ${sqlIdOf('usr', digit, 0, 'n')}, 'growth-${digit}-' || n || '@bench.example', 'Person ' || n ${series}`,
    `insert into projects (id, name, image_count) values ('${project}', 'Growth ${images}', ${images})`,
    `insert into projects (id, name, deleted_at)
     select ${sqlIdOf('prj', digit, 1, 'n')}, 'Project ' || n, case when n % 3 = 0 then now() - interval '1 hour' end ${series}`,
    `insert into project_members (project_id, user_id, role)
     select '${project}', ${sqlIdOf('usr', digit, 0, 'n')}, 'reviewer' ${series}`,
    `insert into project_members (project_id, user_id, role)
     select '${project}', '${person}', 'owner'::member_role union all select ${sqlIdOf('prj', digit, 1, 'n')}, '${person}', 'owner' ${series}`,
    `insert into sessions (id, user_id, token_hash, expires_at)
     select ${sqlIdOf('ses', digit, 0, 'n')}, '${person}', sha256(('${digit}-session-' || n)::bytea),
       now() + interval '20 days' ${series}`,
    `insert into invitations (id, project_id, role, token_hash, created_by, expires_at, used_at, used_by)
     select ${sqlIdOf('inv', digit, 0, 'n')}, '${project}', 'viewer', sha256(('${digit}-invitation-' || n)::bytea), '${person}',
       now() + interval '1 day', now(), ${sqlIdOf('usr', digit, 0, 'n')} ${series}`,
    `insert into crawl_jobs (id, project_id, kind, status, total, chunks, created_by, started_at)
     select '${job}', '${project}', 'urls', 'running', ${images}, ${images / URLS_A_CHUNK}, '${person}', now()
     union all select ${jobOf(2, '0')}, '${project}', 'urls', 'completed', 1, 1, '${person}', now()
     union all select ${jobOf(1, 'n')}, '${project}', 'urls', 'completed', 1, 1, '${person}', now() ${series}`,
    `insert into job_totals (job_id, project_id, pending) select id, '${project}', 0 from crawl_jobs where project_id = '${project}'`,
    `update job_totals t set pending = n.pending, stored = n.stored from (
       select count(*) filter (where status = 'pending') as pending, count(*) filter (where status = 'stored') as stored
       from crawl_items where job_id = '${job}') n where t.job_id = '${job}'`,
    `insert into job_sources (job_id, position, project_id, kind, url, url_hash, status)
     select '${job}', n - 1, '${project}', 'page', 'https://pages.example/' || n, sha256(('${digit}-' || n)::bytea), 'done'
     from generate_series(1, least(1000, ${others})) n`,
  ];
}

/** Chunks of another job of other people, that have the status that is rare elsewhere: the planner expects many. */
function foreignRows(chunks: number): string[] {
  const project = sqlIdOf('prj', 9, 0, '0');
  const job = sqlIdOf('job', 9, 0, '0');
  return [
    `insert into projects (id, name) select ${project}, 'Of others'`,
    `insert into crawl_jobs (id, project_id, kind, total) select ${job}, ${project}, 'urls', 0`,
    `insert into job_chunks (job_id, chunk, project_id, lane, status, size)
     select ${job}, n, ${project}, '', 'failed', 10 from generate_series(1, ${chunks}) n`,
  ];
}

/**
 * Fills the database as its superuser: past the policies, without the triggers, whose work would be that of the foreign
 * keys only, and with the indexes made at the end. Resolves when the replica has everything and the statistics are
 * right.
 */
export async function fillDatabase(client: pg.Client, scales: Scale[], signal: AbortSignal): Promise<void> {
  await client.query(`set session_replication_role = replica`);
  const indexes = await dropIndexes(client);
  const hash = await hashPassword(PASSWORD);
  for (const scale of scales) {
    await client.query(`insert into profiles (id, email, name) values ($1, $2, 'Growth')`, [
      scale.person,
      emailOf(scale),
    ]);
    await client.query(`insert into credentials (user_id, password_hash) values ($1, $2)`, [
      scale.person,
      hash,
    ]);
    for (let from = 1; from <= scale.images; from += STEP) {
      for (const statement of imageRows(scale, from, Math.min(scale.images, from + STEP - 1)))
        await runStep(client, statement, signal);
    }
    for (const statement of otherRows(scale)) await runStep(client, statement, signal);
  }
  const { images } = scales.at(-1) ?? { images: 0 };
  for (const statement of [...foreignRows(images / URLS_A_CHUNK), ...indexes])
    await runStep(client, statement, signal);
  await client.query(`set session_replication_role = origin`);
  await client.query('vacuum analyze');
  await waitForReplica(client, 0, signal);
}

async function runStep(client: pg.Client, statement: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await client.query(statement);
  await waitForReplica(client, MOST_LAG_BYTES, signal);
}

/** Resolves with the statements that make them again. Those of constraints stay. */
async function dropIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i join pg_class t on t.oid = i.indrelid
     where t.relname in ('images', 'image_tags', 'crawl_items', 'job_chunks') and t.relnamespace = 'public'::regnamespace
       and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows.map(({ definition }) => definition);
}

async function waitForReplica(client: pg.Client, most: number, signal: AbortSignal): Promise<void> {
  const { rows: goals } = await client.query<{ lsn: string }>('select pg_current_wal_lsn() as lsn');
  const end = performance.now() + CATCH_UP_LIMIT_MS;
  while (performance.now() < end) {
    const { rows } = await client.query<{ lag: string | null }>(
      'select max(pg_wal_lsn_diff($1, replay_lsn)) as lag from pg_stat_replication',
      [goals[0]?.lsn],
    );
    const lag = rows[0]?.lag;
    if (lag !== null && lag !== undefined && Number(lag) <= most) return;
    await sleep(LOOK_MS, undefined, { signal });
  }
  throw new Error('The replica does not keep up.');
}
