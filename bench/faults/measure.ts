import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Caller } from './caller.ts';
import type { RouteFigures, WriteFigures } from './figures.ts';
import { CACHED, type PlannedFault, type RouteName, UNCACHED, WRITE } from './plan.ts';
import type { Stage } from './stage.ts';
import { createWriter, type Writer } from './writes.ts';

export const FIRST = 5;
/** Before the fault, and again after it: a machine that others use is not the same at both times. */
const WITHOUT = 25;
const WARM_UP = 3;
/** Between two requests: so many of them outlast the pauses after which a breaker lets one call try. */
const EVERY_MS = 120;
const RECOVERY_EVERY_MS = 50;
/** A store that is not back by then is reported as a failure of the run. */
const RECOVERY_LIMIT_MS = 60_000;
/** Sent at the same time, while the primary is gone: each waits for its deadline. */
const REFUSED_WRITES = 5;

interface Phase {
  answers: Answer[];
  databaseCalls: number;
}

export interface MeasuredRoute {
  figures: RouteFigures;
  writes: WriteFigures;
}

/**
 * One kind of request, one at a time: without the fault before and after it, the first ones of it, `requests` more, and
 * from its end until the store is used as before. Rejects when an answer without the fault is no 2xx, and when the store
 * is not back in a minute.
 */
export async function measureRoute(
  stage: Stage,
  { store, mode }: PlannedFault,
  route: RouteName,
  requests: number,
  signal: AbortSignal,
): Promise<MeasuredRoute> {
  const { proxies, projects } = stage;
  const caller = await stage.signIn();
  const [own = '', ...others] = projects;
  const writer = createWriter(caller, others);

  /** Answers, and the calls of the databases for each. */
  async function askInTurn(count: number, ask: () => Promise<Answer>): Promise<Phase> {
    const databaseCalls = () => proxies.primary.calls() + proxies.replica.calls();
    const before = databaseCalls();
    const answers: Answer[] = [];
    for (let sent = 0; sent < count; sent++) {
      signal.throwIfAborted();
      answers.push(await ask());
      await sleep(EVERY_MS);
    }
    return { answers, databaseCalls: (databaseCalls() - before) / count };
  }

  async function askWithoutFault(): Promise<Phase> {
    const ask = asking(route, caller, own, async () => await caller.change(own, { description: 'Well' }));
    // What a session and a value cost once is no part of a request.
    await askInTurn(WARM_UP, ask);
    const phase = await askInTurn(WITHOUT, ask);
    const refused = phase.answers.find(({ isOk }) => !isOk);
    if (refused) throw new Error(`${route}, without a fault: ${refused.body}`);
    return phase;
  }

  const before = await askWithoutFault();
  const ask = asking(route, caller, own, async () => await writer.write());
  await proxies[store].set(mode);
  try {
    const first = await askInTurn(FIRST, ask);
    const later = await askInTurn(requests, ask);
    if (store === 'primary')
      await Promise.all(Array.from({ length: REFUSED_WRITES }, async () => await writer.write()));
    await proxies[store].set('ok');
    const recoveryMs = await untilBack(proxies, store, caller, own, signal);
    const writes = await writer.readBack();
    const after = await askWithoutFault();
    const withoutP50Ms = share([...before.answers, ...after.answers], 0.5);
    const added = (ms: number) => round(ms - withoutP50Ms);
    return {
      figures: {
        withoutP50Ms: round(withoutP50Ms),
        firstAddedMs: first.answers.map(({ ms }) => added(ms)),
        laterP50AddedMs: added(share(later.answers, 0.5)),
        laterP95AddedMs: added(share(later.answers, 0.95)),
        recoveryMs: Math.round(recoveryMs),
        failed: [...first.answers, ...later.answers].filter(({ isOk }) => !isOk).length,
        databaseCallsWithout: round(before.databaseCalls),
        databaseCallsLater: round(later.databaseCalls),
      },
      writes,
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
