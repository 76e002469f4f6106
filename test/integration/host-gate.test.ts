import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { hostGateFor, type HostGateNamespace, type Reservation } from '../../src/crawl/host-gate.ts';

const HOUR_MS = 3_600_000;
const origin = inject('stores').politeSiteUrl;
const { HOST_GATE } = env as unknown as { HOST_GATE: HostGateNamespace };

/** How often the site was asked for its rules since the test began. */
let visitsBefore = 0;
async function visits(): Promise<number> {
  return Number(await (await fetch(`${origin}/visits`)).text()) - visitsBefore;
}
beforeEach(async () => {
  visitsBefore = 0;
  visitsBefore = await visits();
});

/** A gate that nobody has asked yet. */
function newGate() {
  return HOST_GATE.get(HOST_GATE.newUniqueId());
}

function startsOf(reservation: Reservation): number[] {
  expect(reservation.kind).toBe('go');
  return reservation.kind === 'go' ? reservation.turns.map((at) => at ?? 0) : [];
}

function paths(count: number): string[] {
  return Array.from({ length: count }, () => '/x.jpg');
}

describe('the gate of an origin', () => {
  it('is one object, after which it is named', async () => {
    const gate = hostGateFor(HOST_GATE, origin);
    const first = startsOf(await gate.reserve({ origin, booking: 'a', paths: paths(2) }));
    const second = startsOf(
      await hostGateFor(HOST_GATE, origin).reserve({ origin, booking: 'b', paths: paths(1) }),
    );
    expect(Math.min(...second)).toBeGreaterThan(Math.max(...first));
    const known = await runInDurableObject(HOST_GATE.getByName(origin), (_, { storage }) => [
      ...storage.kv.list(),
    ]);
    expect(known.map(([key]) => key)).toEqual(['pace', 'robots']);
  });

  it('reads robots.txt once for all who ask at the same time, and gives each its own starts', async () => {
    const gate = newGate();
    const answers = await Promise.all(
      ['a', 'b', 'c'].map(async (booking) => await gate.reserve({ origin, booking, paths: paths(2) })),
    );
    expect(await visits()).toBe(1);
    const starts = answers.flatMap(startsOf);
    expect(new Set(starts).size).toBe(6);
    const mixed = ['/private/x.jpg', '/x.jpg', '/private/y.jpg'];
    const answer = await gate.reserve({ origin, booking: 'd', paths: mixed });
    expect(answer).toMatchObject({ kind: 'go', turns: [null, expect.any(Number), null] });
  });

  it('loses nothing when it is evicted: rules, pause and starts', async () => {
    const gate = newGate();
    await gate.reserve({ origin, booking: 'first', paths: paths(1) });
    const pause = Date.now() + HOUR_MS;
    await gate.backOff(pause);
    const booked = startsOf(await gate.reserve({ origin, booking: 'a', paths: paths(3) }));
    expect(booked[0]).toBe(pause);
    await gate.reserve({ origin, booking: 'b', paths: paths(1) });
    await gate.cancel('b');

    await evictDurableObject(gate);
    expect(startsOf(await gate.reserve({ origin, booking: 'a', paths: paths(3) }))).toEqual(booked);
    const [free = 0, next = 0] = startsOf(await gate.reserve({ origin, booking: 'c', paths: paths(2) }));
    expect(free).toBeGreaterThan(booked[2] ?? 0);
    expect(next).toBeGreaterThan(free);
    expect(await visits()).toBe(1);
  });

  it.each([
    ['http://inside.example', { kind: 'blocked', reason: 'private_address' }],
    ['http://nowhere.example', { kind: 'failed', reason: 'dns' }],
    ['http://127.0.0.1', { kind: 'blocked', reason: 'private_address' }],
    ['http://[::ffff:7f00:1]', { kind: 'blocked', reason: 'private_address' }],
    ['http://darkroom.test', { kind: 'blocked' }],
    ['https://photos.example:22', { kind: 'blocked', reason: 'policy' }],
  ])('does not let anybody ask %s', async (address, answer) => {
    expect(await newGate().reserve({ origin: address, booking: 'a', paths: paths(1) })).toMatchObject(answer);
  });
});

describe('a gate that nobody asks any more', () => {
  it('is still there at its alarm when it was used since', async () => {
    const gate = newGate();
    await gate.backOff(Date.now() + HOUR_MS);
    const booked = startsOf(await gate.reserve({ origin, booking: 'a', paths: paths(2) }));
    expect(await runDurableObjectAlarm(gate)).toBe(true);
    expect(startsOf(await gate.reserve({ origin, booking: 'a', paths: paths(2) }))).toEqual(booked);
    const alarm = await runInDurableObject(gate, async (_, { storage }) => await storage.getAlarm());
    expect(alarm).toBeGreaterThan(Date.now() + 47 * HOUR_MS);
  });

  it('leaves nothing behind after two days, and begins anew when it is asked', async () => {
    const gate = newGate();
    await gate.reserve({ origin, booking: 'a', paths: paths(2) });
    const isBlank = async () =>
      await runInDurableObject(gate, async (_, { storage }) => {
        return [...storage.kv.list()].length === 0 && (await storage.getAlarm()) === null;
      });
    expect(await isBlank()).toBe(false);
    await runInDurableObject(gate, (_, { storage }) => {
      const pace = storage.kv.get<object>('pace');
      storage.kv.put('pace', { ...pace, usedAt: Date.now() - 49 * HOUR_MS });
    });
    await evictDurableObject(gate);
    expect(await runDurableObjectAlarm(gate)).toBe(true);
    expect(await isBlank()).toBe(true);

    expect(await gate.reserve({ origin, booking: 'a', paths: paths(1) })).toMatchObject({ kind: 'go' });
    expect(await visits()).toBe(2);
    expect(await isBlank()).toBe(false);
  });

  it('leaves nothing behind either when it never let anybody through', async () => {
    const gate = newGate();
    await gate.reserve({ origin: 'http://127.0.0.1', booking: 'a', paths: paths(1) });
    await evictDurableObject(gate);
    expect(await runDurableObjectAlarm(gate)).toBe(true);
    const alarm = await runInDurableObject(gate, async (_, { storage }) => await storage.getAlarm());
    expect(alarm).toBeNull();
  });
});
