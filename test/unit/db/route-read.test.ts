import { describe, expect, it } from 'vitest';
import { routeRead, type Sources } from '../../../src/db/route-read.ts';
import { ReplicaError } from '../../../src/db/sql-error.ts';
import { AppError } from '../../../src/errors/app-error.ts';
import { createRetryBudget } from '../../../src/resilience/retry.ts';
import { defaultSettings } from '../../../src/settings/index.ts';

const down = () => Promise.reject(new AppError('unavailable', 'down'));
const refuse = () => Promise.reject(new AppError('not_found', ''));
const behind = () => Promise.reject(new ReplicaError('behind'));
const lags = () => Promise.reject(new ReplicaError('lags'));
const answer = (text: string) => () => Promise.resolve(text);
/** Ends when it is aborted, and only then. */
const hang = (signal?: AbortSignal) =>
  new Promise<string>((_, reject) => {
    signal?.addEventListener('abort', () => reject(new AppError('unavailable', 'aborted')));
  });

interface Parts extends Partial<Sources<string>> {
  isOpen?: boolean;
  /** Whether the replica is found to be of no use while it is waited for. */
  isPaused?: boolean;
  hedgeAfterMs?: number;
  /** Reads that may be asked twice. */
  hedges?: number;
}

async function route(parts: Parts) {
  const said: string[] = [];
  const guard = {
    enter: () => parts.isOpen ?? true,
    isPaused: () => parts.isPaused ?? false,
    served: () => said.push('served'),
    failed: () => said.push('failed'),
    lags: () => said.push('lags'),
  };
  const sources = {
    replica: answer('r'),
    primary: answer('p'),
    anyReplica: answer('old'),
    hasLeft: () => false,
    ...parts,
  };
  const hedges = createRetryBudget({
    ...defaultSettings().retries,
    budgetRatio: 0,
    budgetBurst: parts.hedges ?? 1,
  });
  const outcome = await routeRead(
    { guard, hedgeAfterMs: parts.hedgeAfterMs ?? 10_000, hedges },
    sources,
  ).then(
    (routed) => ({ from: routed.from, answer: routed.answer }),
    (error: unknown) => ({ code: error instanceof AppError ? error.code : String(error) }),
  );
  return { ...outcome, said };
}

const fromPrimary = { from: 'primary', answer: 'p' };

describe('the way of a read', () => {
  it('is the replica alone while that serves', async () => {
    expect(await route({ primary: down })).toEqual({ from: 'replica', answer: 'r', said: ['served'] });
  });

  it('is the primary alone while the replica is kept out', async () => {
    expect(await route({ isOpen: false, replica: down })).toEqual({ ...fromPrimary, said: [] });
  });

  it.each([
    ['is behind', behind, 'served'],
    ['lags', lags, 'lags'],
    ['is down', down, 'failed'],
    ['refuses', refuse, 'served'],
  ])('goes on to the primary when the replica %s', async (_, replica, says) => {
    expect(await route({ replica })).toEqual({ ...fromPrimary, said: [says] });
    expect(await route({ replica, primary: refuse })).toEqual({ code: 'not_found', said: [says] });
  });

  it('says nothing of a replica whose answer the caller no longer waits for', async () => {
    const gone = { replica: down, hasLeft: () => true };
    expect(await route({ ...gone, primary: down })).toEqual({ code: 'unavailable', said: [] });
    const race = { ...gone, hedgeAfterMs: 1, replica: hang, primary: refuse };
    expect(await route(race)).toEqual({ code: 'not_found', said: [] });
    expect(await route({ hasLeft: () => true })).toMatchObject({ from: 'replica', said: ['served'] });
  });

  it('ends at the replica as it is when the primary is out of reach, but for what that refuses', async () => {
    const stale = { from: 'stale', answer: 'old' };
    expect(await route({ replica: behind, primary: down })).toMatchObject(stale);
    expect(await route({ isOpen: false, primary: down })).toMatchObject(stale);
    expect(await route({ replica: behind, primary: down, anyReplica: refuse })).toMatchObject({
      code: 'unavailable',
    });
    expect(await route({ replica: down, primary: down })).toMatchObject({ code: 'unavailable' });
  });

  it('is the quicker of both once the replica takes long; the other one is ended', async () => {
    const hedgeAfterMs = 0;
    const ended: string[] = [];
    const hangAs = (name: string) => (signal?: AbortSignal) => {
      signal?.addEventListener('abort', () => ended.push(name));
      return hang(signal);
    };
    expect(await route({ hedgeAfterMs, replica: hangAs('replica') })).toEqual({
      ...fromPrimary,
      said: ['failed'],
    });
    const late = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return 'r';
    };
    const won = await route({ hedgeAfterMs, replica: late, primary: hangAs('primary') });
    expect(won).toEqual({ from: 'replica', answer: 'r', said: ['served'] });
    expect(ended).toEqual(['replica', 'primary']);
    expect(await route({ hedgeAfterMs, replica: late, primary: down })).toMatchObject({ from: 'replica' });
    expect(await route({ hedgeAfterMs, replica: hang, primary: refuse })).toMatchObject({
      code: 'not_found',
    });
  });

  it('is the replica, however slow, once as many reads were asked twice as may be', async () => {
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return 'r';
    };
    const parts = { hedgeAfterMs: 0, hedges: 0, replica: slow };
    expect(await route(parts)).toEqual({ from: 'replica', answer: 'r', said: ['served'] });
    const late = async () => {
      await slow();
      return await down();
    };
    expect(await route({ ...parts, replica: late })).toEqual({ ...fromPrimary, said: ['failed'] });
    expect(await route({ ...parts, replica: hang, isPaused: true })).toMatchObject(fromPrimary);
  });
});
