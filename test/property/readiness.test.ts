import { describe, expect, it } from 'vitest';
import {
  checkReadiness,
  type DatabaseAnswer,
  type Probes,
  type Readiness,
} from '../../src/domain/health/check-readiness.ts';
import { PART_NAMES, type PartName } from '../../src/domain/health/part.ts';
import { systemClock } from '../../src/lib/clock.ts';

const BEHAVIOURS = ['ok', 'hang', 'error'] as const;
type Behaviour = (typeof BEHAVIOURS)[number];
type Combination = Record<PartName, Behaviour>;

/** As readiness gives every look, and everybody who asks. */
const LOOK_MS = 300;
const ANSWER_WITHIN_MS = 500;

class BrokenError extends Error {
  override name = 'BrokenError';
}

/** The 243 ways in which five parts can be. */
function allCombinations(): Combination[] {
  let all: Partial<Combination>[] = [{}];
  for (const name of PART_NAMES)
    all = all.flatMap((one) => BEHAVIOURS.map((behaviour) => ({ ...one, [name]: behaviour })));
  return all.map((one) => ({
    primary: one.primary ?? 'ok',
    replica: one.replica ?? 'ok',
    redis: one.redis ?? 'ok',
    media: one.media ?? 'ok',
    queue: one.queue ?? 'ok',
  }));
}

async function behave<T>(behaviour: Behaviour, value: T): Promise<T> {
  if (behaviour === 'hang') return await new Promise<never>(() => undefined);
  if (behaviour === 'error') throw new BrokenError('broken');
  return value;
}

/** What knows of the whole installation is asked of the primary. */
function probesFor({ primary, replica, redis, media, queue }: Combination): Probes {
  const database: DatabaseAnswer = { drain: null };
  return {
    primary: async () => await behave(primary, database),
    replica: async () => await behave(replica, database),
    redis: async () => await behave(redis, undefined),
    media: async () => await behave(media, undefined),
    queue: async () => await behave(queue, [{ name: 'crawl', backlog: 0, oldestAgeMs: null }]),
    platform: async () => await behave(primary, { openSockets: 7, crons: [] }),
    replicaLag: async () => await behave(primary, null),
    breakers: () => [],
  };
}

type Check = typeof checkReadiness;

/** The answer, or null when there is none in time. The later of two timers never comes first, however busy it is. */
async function askInTime(check: Check, probes: Probes): Promise<Readiness | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([check(probes, LOOK_MS, systemClock), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What is wrong with one answer, or null. */
function faultOf(combination: Combination, answer: Readiness | null): string | null {
  if (!answer) return 'no answer in time';
  const { primary, replica } = combination;
  for (const name of PART_NAMES) {
    const { state, lastError } = answer.parts[name];
    const expected = {
      ok: ['ok', null],
      hang: ['down', 'DeadlineError'],
      error: ['down', 'BrokenError'],
    }[combination[name]];
    if (state !== expected[0] || lastError !== expected[1]) return `${name} is ${state} (${lastError})`;
  }
  const isAllWell = PART_NAMES.every((name) => combination[name] === 'ok');
  const isServed = primary === 'ok' || replica === 'ok';
  const expected = isAllWell ? 'ready' : isServed ? 'degraded' : 'unavailable';
  if (answer.status !== expected) return `${answer.status} instead of ${expected}`;
  if ((answer.openSockets === 7) !== (primary === 'ok')) return `${answer.openSockets} sockets`;
  return null;
}

/** The combinations that a check gets wrong, with how. */
async function findFaults(check: Check): Promise<string[]> {
  const faults = await Promise.all(
    allCombinations().map(async (combination) => {
      const fault = faultOf(combination, await askInTime(check, probesFor(combination)));
      return fault === null ? [] : [`${Object.values(combination).join(' ')}: ${fault}`];
    }),
  );
  return faults.flat();
}

describe('readiness', () => {
  it('answers in time, and rightly, however each of its five parts is', async () => {
    expect(allCombinations()).toHaveLength(243);
    expect(await findFaults(checkReadiness)).toEqual([]);
  });

  it('of an installation without a replica misses none, and is unavailable without the primary', async () => {
    const ask = async (primary: Behaviour) => {
      const all = { primary, replica: 'ok', redis: 'ok', media: 'ok', queue: 'ok' } as const;
      return await checkReadiness({ ...probesFor(all), replica: null }, LOOK_MS, systemClock);
    };
    expect(await ask('ok')).toMatchObject({ status: 'ready', parts: { replica: { state: 'absent' } } });
    expect(await ask('error')).toMatchObject({ status: 'unavailable' });
  });
});

describe('the property rejects a readiness', () => {
  const mutants: Record<string, Check> = {
    'that looks at one part after the other': async (probes, deadlineMs, clock) => {
      let last: Promise<unknown> = Promise.resolve();
      const queued =
        <A extends unknown[], T>(look: (...args: A) => Promise<T>) =>
        async (...args: A): Promise<T> => {
          const before = last;
          const { promise, resolve } = Promise.withResolvers<void>();
          last = promise;
          await before;
          // A look that hangs is given up, as a loop over the parts would.
          setTimeout(resolve, deadlineMs / 2);
          return await look(...args).finally(resolve);
        };
      const { primary, replica, redis, media, queue } = probes;
      return await checkReadiness(
        {
          ...probes,
          primary: queued(primary),
          replica: replica && queued(replica),
          redis: queued(redis),
          media: queued(media),
          queue: queued(queue),
        },
        deadlineMs,
        clock,
      );
    },
    'that waits as long as it takes': async (probes, _deadlineMs, clock) =>
      await checkReadiness(probes, 60_000, clock),
    'that takes an error for an answer': async (probes, deadlineMs, clock) =>
      await checkReadiness(
        { ...probes, redis: async (endsAfterMs) => await probes.redis(endsAfterMs).catch(() => undefined) },
        deadlineMs,
        clock,
      ),
    'that forgets what the replica serves': async (probes, deadlineMs, clock) => {
      const found = await checkReadiness(probes, deadlineMs, clock);
      return found.parts.primary.state === 'ok' ? found : { ...found, status: 'unavailable' };
    },
    'that calls itself ready without its queue': async (probes, deadlineMs, clock) => {
      const found = await checkReadiness(probes, deadlineMs, clock);
      const others = Object.entries(found.parts).filter(([name]) => name !== 'queue');
      return others.every(([, { state }]) => state === 'ok') ? { ...found, status: 'ready' } : found;
    },
  };

  it.each(Object.entries(mutants))('%s', async (_, mutant) => {
    expect(await findFaults(mutant)).not.toEqual([]);
  });
});
