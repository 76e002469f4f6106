import type { Api } from '../lib/api.ts';

const WARM_UP = 10;
/** A read that is slow is not asked for all the times; it is judged by fewer. */
const LIMIT_MS = 60_000;

export interface Latency {
  /** Milliseconds. */
  median: number;
  p95: number;
  calls: number;
  /** Of the calls, those that were refused. */
  failed: number;
}

/** Asks for each path in turn, so that whatever else happens on the machine strikes all of them. */
export async function measureInTurn(
  api: Api,
  paths: string[],
  calls: number,
  signal: AbortSignal,
): Promise<Latency[]> {
  const times = paths.map((): number[] => []);
  const failed = paths.map(() => 0);
  const began = performance.now();
  for (let call = 0; call < WARM_UP + calls; call++) {
    signal.throwIfAborted();
    // The first of a round is another one each time.
    for (let turn = 0; turn < paths.length; turn++) {
      const at = (call + turn) % paths.length;
      const started = performance.now();
      const isAnswered = await api.call(paths[at] ?? '').then(
        () => true,
        () => false,
      );
      if (call < WARM_UP) continue;
      times[at]?.push(performance.now() - started);
      if (!isAnswered) failed[at] = (failed[at] ?? 0) + 1;
    }
    if (call > WARM_UP && performance.now() - began > LIMIT_MS) break;
  }
  return times.map((list, at) => ({ ...summarise(list), calls: list.length, failed: failed[at] ?? 0 }));
}

function summarise(times: number[]): { median: number; p95: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: at(0.5), p95: at(0.95) };
}
