import pg from 'pg';
import { signIn } from '../lib/api.ts';
import { plainTable } from '../lib/measured.ts';
import { readNumbers } from '../lib/numbers.ts';
import { type BenchStack, startBenchStack } from '../lib/stack.ts';
import { keepResult } from '../tables/write-page.ts';
import { type GrowthFigures, growthCells } from './figures.ts';
import { findFaults, type TableRows, waysOf } from './judge.ts';
import { LISTINGS } from './listings.ts';
import { recordCalls, timeInTurn } from './measure.ts';
import { explainCall, prepareToExplain, runCall } from './plans.ts';
import { type Call, type Recorder, startRecorder } from './recorder.ts';
import { emailOf, fillDatabase, PASSWORD } from './rows.ts';
import { type Scale, scalesOf } from './scale.ts';

const WHOLE = { largest: 1_000_000, repetitions: 200 };
const SMALLEST = 1_000;

/** Nobody writes while this measures, and no cron beats: a replica that is idle must not be taken for one that lags. */
const VARIABLES = { SETTINGS: JSON.stringify({ maxReplicaLagMs: 3_600_000 }) };

/**
 * What each list costs in projects of a thousand images and of many more. Arguments: `--largest` project and
 * `--repetitions`. Ends with 1 when a plan of any of them would not hold for a list of any length; the times are for people to judge.
 */
export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const options = readNumbers(args, WHOLE);
  const scales = scalesOf([SMALLEST, Math.max(SMALLEST, options.largest / 10), options.largest]);
  const recorders: Recorder[] = [];
  const stack = await startBenchStack('production', VARIABLES, signal, undefined, {
    async neon(url) {
      const recorder = await startRecorder(url);
      recorders.push(recorder);
      return recorder.url;
    },
  });
  try {
    const [recorder] = recorders;
    if (!recorder) throw new Error('Nothing stands before the gateway.');
    const { figures, faults } = await measure(stack, recorder, scales, options.repetitions, signal);
    const { head, rows } = growthCells(figures);
    console.log(`\n${plainTable(head, rows)}`);
    for (const fault of faults) console.error(`Does not hold: ${fault}`);
    if (faults.length > 0) return 1;
    const isWhole = options.largest === WHOLE.largest && options.repetitions === WHOLE.repetitions;
    if (isWhole) await keepResult('growth', figures);
    return 0;
  } finally {
    await stack.stop();
    for (const recorder of recorders) await recorder.close();
  }
}

async function measure(
  stack: BenchStack,
  recorder: Recorder,
  scales: Scale[],
  repetitions: number,
  signal: AbortSignal,
): Promise<{ figures: GrowthFigures; faults: string[] }> {
  const superuser = await connect(stack.superuserUrl);
  const readers = new Map<number, pg.Client>();
  const explainers = new Map<number, pg.Client>();
  const all = () => [superuser, ...readers.values(), ...explainers.values()];
  try {
    const started = performance.now();
    await fillDatabase(superuser, scales, signal);
    console.log(`Filled in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
    for (const url of [stack.superuserUrl, stack.replicaSuperuserUrl]) {
      const port = Number(new URL(url).port);
      const reader = await connect(url);
      await reader.query('set role darkroom_app');
      readers.set(port, reader);
      const explainer = await connect(url);
      await prepareToExplain(explainer);
      explainers.set(port, explainer);
    }
    const { rows } = await superuser.query<{ name: string; rows: number }>(
      `select relname as name, reltuples::float8 as rows from pg_class where relkind = 'r'`,
    );
    const tables: TableRows = new Map(rows.map((table) => [table.name, table.rows]));
    const clientFor = (clients: Map<number, pg.Client>) => (call: Call) => {
      const client = clients.get(call.port);
      if (!client) throw new Error(`Nobody knows a database at port ${call.port}.`);
      return client;
    };

    const apis = [];
    for (const scale of scales)
      apis.push({ scale, api: await signIn(stack.url, { email: emailOf(scale), password: PASSWORD }) });
    const listings: GrowthFigures['listings'] = [];
    const faults: string[] = [];
    for (const listing of LISTINGS) {
      const recorded: Call[][] = [];
      for (const { scale, api } of apis) recorded.push(await recordCalls(listing, scale, api, recorder));
      const ms = await timeInTurn(clientFor(readers), recorded, repetitions, signal);
      const explained = [];
      for (const calls of recorded) {
        const parts = [];
        for (const call of calls) {
          const client = clientFor(explainers)(call);
          // What a connection learns of the tables at first is no cost of the page.
          await runCall(client, call);
          parts.push(await explainCall(client, call));
        }
        explained.push({
          plans: parts.flatMap(({ plans }) => plans),
          pages: parts.reduce((sum, part) => sum + part.pages, 0),
        });
      }
      for (const [at, { plans }] of explained.entries()) {
        const found = findFaults(plans, tables);
        faults.push(...found.map((fault) => `${listing.name}, ${scales[at]?.images} images: ${fault}`));
      }
      listings.push({
        name: listing.name,
        ms: ms.map((one) => Number(one.toFixed(3))),
        pages: explained.map(({ pages }) => pages),
        ratio: Number(((ms.at(-1) ?? 0) / (ms[0] ?? 1)).toFixed(2)),
        ways: waysOf(explained.at(-1)?.plans ?? []),
      });
      console.log(listing.name);
    }
    return { figures: { sizes: scales.map(({ images }) => images), listings }, faults };
  } finally {
    for (const client of all()) await client.end();
  }
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}
