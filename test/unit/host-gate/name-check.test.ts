import { beforeEach, describe, expect, it } from 'vitest';
import { createNameCheck } from '../../../durable-objects/host-gate/name-check.ts';
import type { HostVerdict } from '../../../src/crawl/resolve-host.ts';

const PUBLIC: HostVerdict = { ok: true, ttlSeconds: 300 };
const PRIVATE: HostVerdict = { ok: false, reason: 'private_address', detail: 'x', isTemporary: false };
const MISSING: HostVerdict = { ok: false, reason: 'dns', detail: 'x', isTemporary: false };
const UNKNOWN: HostVerdict = { ok: false, reason: 'dns', detail: 'x', isTemporary: true };

let now = 0;
let asked: string[] = [];
let next: HostVerdict = PUBLIC;
let isAnswering = true;
let check = makeCheck();

function makeCheck() {
  return createNameCheck(
    { now: () => now },
    async (host) => {
      asked.push(host);
      return next;
    },
    async () => isAnswering,
  );
}

beforeEach(() => {
  [now, asked, next, isAnswering, check] = [1_000_000, [], PUBLIC, true, makeCheck()];
});

/** How many ms the verdict of now is kept. */
async function keptMs(verdict: HostVerdict): Promise<number> {
  next = verdict;
  const { until } = await check('a.example');
  const asks = asked.length;
  const start = now;
  now = until - 1;
  await check('a.example');
  expect(asked).toHaveLength(asks);
  now = until;
  await check('a.example');
  expect(asked).toHaveLength(asks + 1);
  return until - start;
}

describe('what a name resolves to', () => {
  it.each([
    [{ ok: true, ttlSeconds: 0 }, 60_000],
    [{ ok: true, ttlSeconds: 300 }, 300_000],
    [{ ok: true, ttlSeconds: 86_400 }, 3_600_000],
    [PRIVATE, 30_000],
    [MISSING, 30_000],
    [UNKNOWN, 30_000],
  ] satisfies [HostVerdict, number][])('is kept, when it is %j, for %d ms', async (verdict, ms) => {
    expect(await keptMs(verdict)).toBe(ms);
  });

  it('is looked up once for all that ask meanwhile, also when it has run out', async () => {
    const ask = async () =>
      await Promise.all(Array.from({ length: 5 }, async () => await check('a.example')));
    expect(new Set(await ask()).size).toBe(1);
    now += 300_000;
    expect(new Set(await ask()).size).toBe(1);
    expect(asked).toEqual(['a.example', 'a.example']);
  });

  it('is no longer a passing fault after three in a row', async () => {
    next = UNKNOWN;
    const verdicts: HostVerdict[] = [];
    for (let n = 0; n < 4; n++) {
      verdicts.push((await check('a.example')).verdict);
      now += 30_000;
    }
    expect(verdicts).toEqual([UNKNOWN, UNKNOWN, MISSING, MISSING]);
    next = PUBLIC;
    expect((await check('a.example')).verdict).toEqual(PUBLIC);
    now += 300_000;
    next = UNKNOWN;
    expect((await check('a.example')).verdict).toEqual(UNKNOWN);
  });

  it('stays a passing fault, however often, while no name can be looked up', async () => {
    next = UNKNOWN;
    const look = async () => {
      const { verdict } = await check('a.example');
      now += 30_000;
      return verdict;
    };
    expect([await look(), await look()]).toEqual([UNKNOWN, UNKNOWN]);
    isAnswering = false;
    for (let n = 0; n < 10; n++) expect(await look()).toEqual(UNKNOWN);
    isAnswering = true;
    expect(await look()).toEqual(MISSING);
  });

  it('is remembered for sixteen hosts', async () => {
    for (let n = 0; n < 17; n++) await check(`${n}.example`);
    await check('16.example');
    await check('1.example');
    expect(asked).toHaveLength(17);
    await check('0.example');
    expect(asked).toHaveLength(18);
  });
});
