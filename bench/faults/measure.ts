import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Caller } from './caller.ts';
import type { RouteFigures, WriteFigures } from './figures.ts';
import { CACHED, type PlannedFault, type RouteName, UNCACHED, WRITE } from './plan.ts';
import type { Stage } from './stage.ts';
import { createWriter, type Writer } from './writes.ts';

export const FIRST = 5;
const BEFORE = 30;
/** Between two requests: so many of them outlast the pauses after which a breaker lets one call try. */
const EVERY_MS = 120;
const RECOVERY_EVERY_MS = 50;
/** A store that is not back by then is reported as a failure of the run. */
const RECOVERY_LIMIT_MS = 60_000;
/** Sent at the same time, while the primary is gone: each waits for its deadline. */
const REFUSED_WRITES = 5;

export interface MeasuredRoute {
  figures: RouteFigures;
  writes: WriteFigures;
}

/**
 * One kind of request, one at a time: before the fault, the first ones of it, `requests` more, and from its end until the
 * store is used as before. Rejects when an answer before the fault is no 2xx, and when the store is not back in a minute.
 */
export async function measureRoute(
  { proxies, projects, signIn }: Stage,
  { store, mode }: PlannedFault,
  route: RouteName,
  requests: number,
  signal: AbortSignal,
): Promise<MeasuredRoute> {
  const caller = await signIn();
  const [own = '', ...others] = projects;
  const writer = createWriter(caller, others);
  const databaseCalls = () => proxies.primary.calls() + proxies.replica.calls();

  async function askInTurn(count: number, ask: () => Promise<Answer>): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (let sent = 0; sent < count; sent++) {
      signal.throwIfAborted();
      answers.push(await ask());
      await sleep(EVERY_MS);
    }
    return answers;
  }

  const askOwn = asking(route, caller, own, async () => await caller.change(own, { description: 'Before' }));
  // What a session and a value cost once is no part of a request.
  await askInTurn(3, askOwn);
  let callsBefore = databaseCalls();
  const before = await askInTurn(BEFORE, askOwn);
  const refused = before.find(({ isOk }) => !isOk);
  if (refused) throw new Error(`${route}, before a fault: ${refused.body}`);
  const databaseCallsBefore = (databaseCalls() - callsBefore) / BEFORE;

  const askDuring = asking(route, caller, own, async () => await writer.write());
  await proxies[store].set(mode);
  try {
    const first = await askInTurn(FIRST, askDuring);
    callsBefore = databaseCalls();
    const later = await askInTurn(requests, askDuring);
    const databaseCallsLater = (databaseCalls() - callsBefore) / requests;
    if (store === 'primary')
      await Promise.all(Array.from({ length: REFUSED_WRITES }, async () => await writer.write()));
    await proxies[store].set('ok');
    const recoveryMs = await untilBack(proxies, store, caller, own, signal);
    const median = share(before, 0.5);
    const added = (ms: number) => round(ms - median);
    return {
      figures: {
        beforeP50Ms: round(median),
        firstAddedMs: first.map(({ ms }) => added(ms)),
        laterP50AddedMs: added(share(later, 0.5)),
        laterP95AddedMs: added(share(later, 0.95)),
        recoveryMs: Math.round(recoveryMs),
        failed: [...first, ...later].filter(({ isOk }) => !isOk).length,
        databaseCallsBefore: round(databaseCallsBefore),
        databaseCallsLater: round(databaseCallsLater),
      },
      writes: await writer.readBack(),
    };
  } finally {
    await proxies[store].set('ok');
  }
}

function asking(
  route: RouteName,
  caller: Caller,
  project: string,
  write: () => ReturnType<Writer['write']>,
): () => Promise<Answer> {
  switch (route) {
    case CACHED:
      return async () => await caller.read(project);
    case UNCACHED:
      return async () => await caller.read(`${project}/images?limit=50`);
    case WRITE:
      return write;
  }
}

/** Milliseconds until a request finds the store in use again: one that Redis counts, the replica answers, or the primary takes. */
async function untilBack(
  { primary, replica }: Stage['proxies'],
  store: PlannedFault['store'],
  caller: Caller,
  project: string,
  signal: AbortSignal,
): Promise<number> {
  const isBack = async (): Promise<boolean> => {
    if (store === 'redis') return (await caller.read(project)).isCounted;
    if (store === 'primary') return (await caller.change(project, { description: 'After' })).isOk;
    const calls = [primary.calls(), replica.calls()];
    const { isOk } = await caller.read(`${project}/images?limit=50`);
    return isOk && primary.calls() === calls[0] && replica.calls() !== calls[1];
  };
  const ended = performance.now();
  while (!(await isBack())) {
    signal.throwIfAborted();
    if (performance.now() - ended > RECOVERY_LIMIT_MS) throw new Error(`The ${store} is not used again.`);
    await sleep(RECOVERY_EVERY_MS);
  }
  return performance.now() - ended;
}

function share(answers: readonly Answer[], part: number): number {
  const sorted = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

const round = (value: number) => Number(value.toFixed(2));
