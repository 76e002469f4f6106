import { plainTable } from '../lib/measured.ts';
import { readNumbers } from '../lib/numbers.ts';
import { keepResult } from '../tables/write-page.ts';
import { CACHED, GATE, HELLO, LIVE, PING, USUAL_CACHED, USUAL_ROW_CACHED } from './contenders.ts';
import { gateCells, type GateFigures, type RouteFigures } from './figures.ts';
import { type Profile, runProfile } from './profile.ts';

const WHOLE = { rounds: 5, seconds: 4 };
const NEAR: Profile = { redisLatencyMs: 0, databaseLatencyMs: 0, connections: 32 };
const FAR: Profile = { redisLatencyMs: 10, databaseLatencyMs: 40, connections: 8 };

/**
 * What the way of a request costs, in round trips and in speed, next to bare routes and to the usual way. Arguments:
 * `--rounds`, and `--seconds` of each contender in each round. The figures are for people to judge.
 */
export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const options = readNumbers(args, WHOLE);
  const course = { rounds: options.rounds, ms: options.seconds * 1_000 };
  const far = await runProfile(FAR, course, signal);
  const near = await runProfile(NEAR, course, signal);
  const figures: GateFigures = {
    profiles: { near: { ...NEAR, routes: near }, far: { ...FAR, routes: far } },
    ratios: {
      localRouteToHello: ratio(near, LIVE, HELLO, 'requestsPerSecond'),
      oneTripReadToPing: ratio(near, CACHED, PING, 'requestsPerSecond'),
      gateCommandsToPing: ratio(near, GATE, PING, 'requestsPerSecond'),
      cachedReadSpeedupOverUsual: ratio(far, USUAL_CACHED, CACHED, 'p50Ms'),
      cachedReadSpeedupOverRowSession: ratio(far, USUAL_ROW_CACHED, CACHED, 'p50Ms'),
      cachedReadToPingLatency: ratio(far, CACHED, PING, 'p50Ms'),
    },
  };
  for (const [name, { routes }] of Object.entries(figures.profiles)) {
    const { head, rows } = gateCells(routes);
    console.log(`\n${plainTable([name, ...head.slice(1)], rows)}`);
  }
  console.log(
    `\n${plainTable(
      ['', 'ratio'],
      Object.entries(figures.ratios).map(([name, one]) => [name, one.toFixed(2)]),
    )}`,
  );
  if (options.rounds === WHOLE.rounds && options.seconds === WHOLE.seconds) await keepResult('gate', figures);
  return 0;
}

function ratio(
  routes: Record<string, RouteFigures>,
  above: string,
  below: string,
  figure: 'requestsPerSecond' | 'p50Ms',
): number {
  const divisor = routes[below]?.[figure] ?? 0;
  return divisor === 0 ? 0 : Number(((routes[above]?.[figure] ?? 0) / divisor).toFixed(3));
}
