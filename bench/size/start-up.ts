import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { runWrangler, type WranglerRun } from '../lib/run-wrangler.ts';

const Profile = z.object({
  nodes: z.array(z.object({ id: z.int(), callFrame: z.object({ functionName: z.string() }) })),
  samples: z.array(z.int()),
  /** Microseconds before each sample. */
  timeDeltas: z.array(z.number()),
});

/** Milliseconds of a profile of V8 in which something ran; the collector of garbage counts. */
function busyMs(json: unknown): number {
  const { nodes, samples, timeDeltas } = Profile.parse(json);
  const idle = new Set(
    nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id),
  );
  let micros = 0;
  for (const [at, node] of samples.entries()) if (!idle.has(node)) micros += Math.max(0, timeDeltas[at] ?? 0);
  return micros / 1_000;
}

/**
 * What workerd is busy for while it loads each bundle, as `wrangler check startup` profiles it on this machine: the
 * times of `starts` starts, the bundles in turn. A moment that the machine gives to somebody else counts, too: the least is
 * what the work itself takes.
 */
export async function measureStartUps(
  bundles: string[],
  starts: number,
  run: WranglerRun,
): Promise<{ median: number; least: number }[]> {
  const times = bundles.map((): number[] => []);
  const outfile = path.join(run.dataDir, 'start-up.cpuprofile');
  for (let start = 0; start < starts; start++) {
    for (const [at, bundle] of bundles.entries()) {
      await runWrangler(['check', 'startup', '--workerBundle', bundle, '--outfile', outfile], run);
      times[at]?.push(busyMs(JSON.parse(readFileSync(outfile, 'utf8'))));
    }
  }
  return times.map((list) => {
    const sorted = list.toSorted((a, b) => a - b);
    return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, least: sorted[0] ?? 0 };
  });
}
