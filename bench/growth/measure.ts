import type pg from 'pg';
import { type Call, type Recorder } from './recorder.ts';
import type { Api } from '../lib/api.ts';
import type { Listing } from './listings.ts';
import { runCall } from './plans.ts';
import type { Scale } from './scale.ts';

const WARM_UP = 10;

/** What the Worker asks of Postgres for one page: the request is made once, and its statements are taken down. */
export async function recordCalls(
  listing: Listing,
  scale: Scale,
  api: Api,
  recorder: Recorder,
): Promise<Call[]> {
  recorder.take();
  const { data } = await api.call<{ data?: unknown[] }>(listing.path(scale));
  const calls = recorder.take();
  if (data && data.length === 0 && !listing.name.includes('(none)'))
    throw new Error(`${listing.name} is empty with ${scale.images} images.`);
  if (calls.length === 0) throw new Error(`${listing.name} asked nothing of Postgres.`);
  return calls;
}

/**
 * The median of the milliseconds that Postgres takes for each of the pages, from the first statement to the end of the
 * transaction. All are asked for in turn, so that whatever else happens on the machine strikes all of them.
 */
export async function timeInTurn(
  clientFor: (call: Call) => pg.Client,
  pages: Call[][],
  repetitions: number,
  signal: AbortSignal,
): Promise<number[]> {
  const times = pages.map((): number[] => []);
  for (let round = 0; round < WARM_UP + repetitions; round++) {
    signal.throwIfAborted();
    // The first of a round is another one each time.
    for (let turn = 0; turn < pages.length; turn++) {
      const at = (round + turn) % pages.length;
      const started = performance.now();
      for (const call of pages[at] ?? []) await runCall(clientFor(call), call);
      if (round >= WARM_UP) times[at]?.push(performance.now() - started);
    }
  }
  return times.map((list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0);
}
