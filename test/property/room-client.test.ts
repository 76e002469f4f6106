import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CLOSE } from '../../src/rooms/protocol.ts';
import { connectRoom } from '../../console/src/live/room-client.ts';
import { fakeClock } from '../helpers/fakes/clock.ts';
import { fakeRoom } from '../helpers/fakes/room.ts';

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('cut' as const),
      code: fc.constantFrom(1001, 1006, CLOSE.token, CLOSE.slow, CLOSE.heartbeat, CLOSE.drain, CLOSE.rate),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 40_000 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('repeat' as const), count: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('refuse' as const), times: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('nudge' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('offline' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const) }) },
);

type Heard =
  { told: 'welcome'; resumed: boolean; epoch: string; head: number } | { told: 'event'; seq: number };

/** A room and a client that are disturbed; what the client was told in the end. */
async function disturb(
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
  seed: number,
) {
  const clock = fakeClock();
  const room = fakeRoom();
  const heard: Heard[] = [];
  let refusals = 0;
  let random = seed;
  const client = connectRoom(
    'sid',
    {
      after: clock.after,
      now: clock.now,
      random: () => (random = (random * 16_807 + 11) % 2_147_483_647) / 2_147_483_647,
      isHidden: () => false,
      see: () => {},
      report: (error) => {
        throw error;
      },
      openSocket: room.openSocket,
      fetchTicket: async () => {
        refusals -= 1;
        if (refusals >= 0) throw new Error('down');
        return { ticket: 't', url: '/room' };
      },
    },
    {
      onState: () => {},
      onFrame: () => {},
      onWelcome: ({ epoch, head }, resumed) => heard.push({ told: 'welcome', resumed, epoch, head }),
      onEvent: ({ seq }) => heard.push({ told: 'event', seq }),
    },
  );
  for (const action of steps) {
    await clock.settle();
    const newest = room.sockets.at(-1);
    if (action.do === 'publish') for (let count = 0; count < action.count; count++) room.publish();
    if (action.do === 'cut') newest?.cut(action.code);
    if (action.do === 'wait') await clock.advance(action.ms);
    if (action.do === 'repeat' && newest?.isGreeted) {
      newest.tell([{ k: 'events', events: room.log.slice(-action.count), live: true }]);
    }
    if (action.do === 'lose') {
      for (const socket of room.greeted()) socket.isGreeted = false;
      room.publish();
      if (newest && newest.frames.length > 0) newest.isGreeted = true;
    }
    if (action.do === 'refuse') refusals = action.times;
    if (action.do === 'nudge') client.nudge();
    if (action.do === 'offline') client.cut();
    if (action.do === 'forget') room.floor = (room.log.at(-1)?.seq ?? 0) + 1;
    if (action.do === 'restore') {
      room.restore();
      newest?.cut(1012);
    }
  }
  await clock.advance(300_000);
  // Shows what was lost before it.
  room.publish();
  await clock.advance(300_000);
  client.close();
  return { heard, room };
}

it('loses nothing and doubles nothing, however it is cut off', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      fc.integer({ min: 1, max: 1e6 }),
      async (steps, seed) => {
        const { heard, room } = await disturb(steps, seed);
        let at = { epoch: '', seq: 0 };
        for (const item of heard) {
          if (item.told === 'event') {
            expect(item.seq).toBe(at.seq + 1);
            at.seq = item.seq;
          } else if (item.resumed) expect(item.epoch).toBe(at.epoch);
          else at = { epoch: item.epoch, seq: item.head };
        }
        expect(at).toEqual({ epoch: room.epoch, seq: room.log.at(-1)?.seq });

        const anew = heard.filter((item) => item.told === 'welcome' && !item.resumed).length;
        const isLogWhole = !steps.some(({ do: verb }) => verb === 'forget' || verb === 'restore');
        if (isLogWhole) expect(anew).toBe(1);
      },
    ),
    { numRuns: 300 },
  );
});
