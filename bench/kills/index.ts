import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { untilEnded } from '../lib/api.ts';
import { startCrons } from '../lib/crons.ts';
import { readNumbers } from '../lib/numbers.ts';
import { randomOf } from '../lib/random.ts';
import { type BenchStack, startBenchStack } from '../lib/stack.ts';
import { insistOnStart, type Job, prepareJob } from './job.ts';
import { readMedia } from './media.ts';
import { type Site, startSite } from './site.ts';
import { compareTables, readTables, type Tables } from './tables.ts';
import { readState, waitFor } from './watch.ts';

/** After the last kill: leases run out after 30 s, messages are sent again after 60 s, a few times if need be. */
const END_LIMIT_MS = 5 * 60_000;
const UNDISTURBED_LIMIT_MS = 60_000;
/** A job's messages are lost with the Worker: for so long nothing may be under way. */
const RESUME_LIMIT_MS = 90_000;
const KILL_AFTER_MS = { least: 1_000, most: 4_000 };
/** The share of kills that do not wait until the results of the work before are coming in again. */
const EARLY_SHARE = 1 / 3;
const PREPARED_TOGETHER = 10;
const SHOWN_DIFFERENCES = 20;

/**
 * Kills the Worker at random moments while jobs run, and compares what the jobs left behind with a run that nobody
 * disturbed. Arguments: `--jobs`, `--kills`, `--seed`. Exit code 1 when anything differs or a job does not end.
 */
export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const options = readNumbers(args, { jobs: 50, kills: 6, seed: 1 });
  const site = await startSite();
  try {
    const stack = await startBenchStack(
      'development',
      {
        CRAWL_ALLOWED_ORIGINS: site.origins.join(','),
        CRAWL_REQUESTS_PER_SECOND: '1000',
        CRAWL_RETRY_SECONDS: '0.2',
      },
      signal,
    );
    const stopCrons = startCrons(stack.url);
    const client = new pg.Client({ connectionString: stack.superuserUrl });
    try {
      await client.connect();
      return await simulate({ stack, site, client, signal }, options);
    } finally {
      stopCrons();
      await client.end();
      await stack.stop();
    }
  } finally {
    await site.close();
  }
}

interface Parts {
  stack: BenchStack;
  site: Site;
  client: pg.Client;
  signal: AbortSignal;
}

async function simulate(
  parts: Parts,
  options: { jobs: number; kills: number; seed: number },
): Promise<number> {
  const { stack, site, client, signal } = parts;
  const first = await prepareJob(stack.api, site.list(0), signal);
  await stack.api.call(`/v1/jobs/${first.id}/start`, {});
  await untilEnded(stack.api, first.id, UNDISTURBED_LIMIT_MS, signal);
  const surprises = await findSurprises(client, first);
  if (surprises.length > 0) {
    console.log(`The undisturbed run is not as it should be:\n${surprises.join('\n')}`);
    return 1;
  }
  const undisturbed = await readAll(parts, first);

  const jobs: Job[] = [];
  for (let from = 1; from <= options.jobs; from += PREPARED_TOGETHER) {
    const numbers = Array.from(
      { length: Math.min(PREPARED_TOGETHER, options.jobs - from + 1) },
      (_, n) => from + n,
    );
    jobs.push(...(await Promise.all(numbers.map((n) => prepareJob(stack.api, site.list(n), signal)))));
  }
  const urls = jobs.length * first.list.urls.length;
  console.log(`${jobs.length} jobs with ${urls} URLs, ${options.kills} kills, seed ${options.seed}`);

  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1_000).toFixed(1);
  const starts = Promise.all(jobs.map((job) => insistOnStart(stack.api, job, signal)));
  await Promise.all([starts, killAtRandom(parts, jobs, options, seconds)]);
  const look = async () => await readState(client, jobs);
  const hasEnded = await waitFor(
    look,
    ({ ended, waiting }) => ended === jobs.length && waiting === 0,
    END_LIMIT_MS,
    signal,
  );
  const last = await look();
  console.log(`${seconds()} s: ${last.ended} of ${jobs.length} jobs have ended`);
  if (!hasEnded) console.log(`Not all has ended in time: ${JSON.stringify(last)}`);

  const differing: string[] = [];
  for (const job of jobs) {
    signal.throwIfAborted();
    const found = compareTables(undisturbed, await readAll(parts, job));
    if (found.length > 0) differing.push(`${job.list.key}, ${job.id}:\n  ${found.join('\n  ')}`);
  }
  const rows = [...undisturbed.values()].reduce((sum, { length }) => sum + length, 0);
  console.log(
    `${jobs.length - differing.length} of ${jobs.length} jobs left the same ${rows} rows and files`,
  );
  for (const one of differing.slice(0, SHOWN_DIFFERENCES)) console.log(one);
  return hasEnded && differing.length === 0 ? 0 : 1;
}

/** Kills and restarts the Worker; most of the time not before results are coming in again. */
async function killAtRandom(
  { stack, client, signal }: Parts,
  jobs: Job[],
  options: { kills: number; seed: number },
  seconds: () => string,
): Promise<void> {
  const random = randomOf(options.seed);
  const look = async () => await readState(client, jobs);
  let before = 0;
  for (let kill = 1; kill <= options.kills; kill++) {
    const isEarly = random() < EARLY_SHARE;
    const pauseMs = KILL_AFTER_MS.least + random() * (KILL_AFTER_MS.most - KILL_AFTER_MS.least);
    if (!isEarly && kill > 1) await waitFor(look, ({ results }) => results > before, RESUME_LIMIT_MS, signal);
    await sleep(pauseMs, undefined, { signal });
    await stack.killWorker();
    const state = await look();
    before = state.results;
    console.log(
      `${seconds()} s: kill ${kill}, with ${state.ended} jobs ended and ${state.results} results written down`,
    );
    await stack.restartWorker();
  }
}

async function readAll({ stack, client }: Parts, job: Job): Promise<Tables> {
  const tables = await readTables(client, job.projectId, job.list);
  return tables.set('media', await readMedia(stack.api, stack.url, job.projectId, job.list));
}

/** How the items of a job differ from what the site is known to make of them. */
async function findSurprises(client: pg.Client, job: Job): Promise<string[]> {
  const { rows } = await client.query<{ url: string; outcome: string }>(
    `select url, status || coalesce('(' || reason || ')', '') as outcome from crawl_items
     where job_id = $1 order by position`,
    [job.id],
  );
  return job.list.urls.flatMap((url, at) => {
    const expected = job.list.outcomes[at] ?? '';
    const found = rows[at]?.outcome ?? 'missing';
    return expected.split(' or ').includes(found) ? [] : [`${url} is ${found}, not ${expected}`];
  });
}
