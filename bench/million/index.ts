import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startCrons } from '../lib/crons.ts';
import { readNumbers } from '../lib/numbers.ts';
import { type BenchStack, startBenchStack } from '../lib/stack.ts';
import { limitHeap } from './heap.ts';
import { type MemoryWatch, watchMemory } from './memory.ts';
import { compareReads, READS_OF_DRAFT, READS_OF_ENDED, READS_UNDER_WAY } from './reads.ts';
import { startSite } from './site.ts';
import { addJob, start, stop } from './stages.ts';
import { NOTES, renderComparisons, renderMemory, renderTimes, showTime } from './table.ts';

const PORTS = 32;
const SMALL_JOB = 1_000;
const REST_MS = 5_000;
/** Calls at either end of the adding that are compared. */
const COMPARED_CALLS = 10;

/**
 * Imports, plans, crawls for a while and stops a list of a million URLs. Arguments: `--urls`, and `--seconds` of
 * crawling. The figures are for people to judge; but a Worker that needs more memory than it has ends the run.
 */
export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const options = readNumbers(args, { urls: 1_000_000, seconds: 20 });
  limitHeap();
  const site = await startSite(PORTS);
  try {
    const stack = await startBenchStack(
      'development',
      {
        CRAWL_ALLOWED_ORIGINS: site.origins.join(','),
        CRAWL_REQUESTS_PER_SECOND: '1000',
        CRAWL_RETRY_SECONDS: '1',
      },
      signal,
    );
    const stopCrons = startCrons(stack.url);
    const client = new pg.Client({ connectionString: stack.superuserUrl });
    try {
      await client.connect();
      const memory = await watchMemory(stack.pids()['worker'] ?? 0);
      try {
        await measure({ stack, client, memory, origins: site.origins, signal }, options);
      } finally {
        console.log(`\n${renderMemory(await memory.stop())}\n\n${NOTES}`);
      }
      return 0;
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
  client: pg.Client;
  memory: MemoryWatch;
  origins: string[];
  signal: AbortSignal;
}

async function measure(
  { stack, client, memory, origins, signal }: Parts,
  options: { urls: number; seconds: number },
): Promise<void> {
  const { api, appUrl } = stack;
  const { rows: people } = await client.query<{ id: string }>(
    'select created_by as id from projects order by id limit 1',
  );
  const tools = { api, appUrl, userId: people[0]?.id ?? '' };
  const { id: small } = await addJob(api, SMALL_JOB, origins, signal);
  memory.enter('at rest');
  await sleep(REST_MS, undefined, { signal });

  memory.enter('adding');
  const { id: large, callsMs } = await addJob(api, options.urls, origins, signal);
  const mean = (times: number[]) => times.reduce((sum, time) => sum + time, 0) / times.length;
  const { rows: planned } = await client.query<{ chunks: number; hosts: number }>(
    `select count(*)::integer as chunks,
       (select count(distinct app.origin_of(url))::integer from crawl_items where job_id = $1) as hosts
     from job_chunks where job_id = $1`,
    [large],
  );
  console.log(
    renderTimes({
      URLs: String(options.urls),
      hosts: String(planned[0]?.hosts),
      chunks: String(planned[0]?.chunks),
      'adding, all calls': showTime(callsMs.reduce((sum, time) => sum + time, 0)),
      'a call, mean of the first ten': showTime(mean(callsMs.slice(0, COMPARED_CALLS))),
      'a call, mean of the last ten': showTime(mean(callsMs.slice(-COMPARED_CALLS))),
      'a call, the slowest': showTime(Math.max(...callsMs)),
    }),
  );

  const jobs = { large, small };
  memory.enter('reading the drafts');
  const drafts = await compareReads(READS_OF_DRAFT, jobs, tools, signal);
  console.log(`\n${renderComparisons(`${options.urls} / ${SMALL_JOB}, drafts`, drafts)}`);

  memory.enter('crawling');
  const began = performance.now();
  const { firstChunkMs, firstResultMs } = await start(api, client, large, signal);
  const underWay = await compareReads(READS_UNDER_WAY, jobs, tools, signal);
  await sleep(Math.max(0, options.seconds * 1_000 - (performance.now() - began)), undefined, { signal });
  const crawled = await api.progress(large);
  memory.enter('stopping');
  const { replyMs, stoppedMs } = await stop(api, client, large, signal);
  console.log(`\n${renderComparisons(`${options.urls} / ${SMALL_JOB}, crawling`, underWay)}\n`);
  console.log(
    renderTimes({
      'start to the first chunk handed out': showTime(firstChunkMs),
      'start to the first results': showTime(firstResultMs),
      'results until the stop': JSON.stringify(crawled.counts),
      'stop to the reply': showTime(replyMs),
      'stop to stopped': showTime(stoppedMs),
    }),
  );

  memory.enter('reading the ended');
  await start(api, client, small, signal);
  await sleep(options.seconds * 1_000, undefined, { signal });
  const ended = await compareReads(READS_OF_ENDED, jobs, tools, signal);
  console.log(`\n${renderComparisons(`${options.urls} / ${SMALL_JOB}, ended`, ended)}`);
}
