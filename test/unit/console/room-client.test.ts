import { describe, expect, it, onTestFinished } from 'vitest';
import { CLOSE, PING } from '../../../src/rooms/protocol.ts';
import { connectRoom } from '../../../console/src/live/room-client.ts';
import type { RoomState, TicketAnswer } from '../../../console/src/live/room-types.ts';
import { fakeClock } from '../../helpers/fakes/clock.ts';
import { fakeMember, fakeRoom } from '../../helpers/fakes/room.ts';

interface Setup {
  /** Whether the room opens and greets by itself. */
  answers?: boolean;
  random?: number;
  ticket?: (signal: AbortSignal) => Promise<TicketAnswer>;
  onEvent?: (seq: number) => void;
}

function connectTo({ answers = true, random = 0.5, ticket, onEvent }: Setup = {}) {
  const clock = fakeClock();
  const room = fakeRoom({ answers });
  const states: RoomState[] = [];
  const welcomes: boolean[] = [];
  const applied: number[] = [];
  const frames: string[] = [];
  const reports: unknown[] = [];
  /** What was told of in which order: bookmarks, and the sequences of events. */
  const told: (string | number)[] = [];
  const world = { isHidden: false, random };
  let tickets = 0;
  const client = connectRoom(
    'sid-1',
    {
      after: clock.after,
      now: clock.now,
      random: () => world.random,
      isHidden: () => world.isHidden,
      see: (bookmark) => told.push(bookmark),
      report: (error) => reports.push(error),
      openSocket: room.openSocket,
      fetchTicket: (signal) => {
        tickets += 1;
        return ticket?.(signal) ?? Promise.resolve({ ticket: `ticket-${tickets}`, url: '/room' });
      },
    },
    {
      onState: (state) => states.push(state),
      onWelcome: (_, isResumed) => welcomes.push(isResumed),
      onEvent: ({ seq }) => {
        applied.push(seq);
        told.push(seq);
        onEvent?.(seq);
      },
      onFrame: ({ k }) => frames.push(k),
    },
  );
  onTestFinished(() => client.close());
  const now = () => states.at(-1);
  const waitMs = () => {
    const state = now();
    return state?.name === 'waiting' ? state.nextTryAt - clock.now() : null;
  };
  const counts = () => ({ tickets, sockets: room.sockets.length });
  return {
    clock,
    room,
    client,
    world,
    states,
    welcomes,
    applied,
    frames,
    reports,
    told,
    now,
    waitMs,
    counts,
  };
}

async function live(setup: Setup = {}) {
  const all = connectTo(setup);
  await all.clock.settle();
  expect(all.now()).toEqual({ name: 'live' });
  return all;
}

const helloOf = (frame: unknown) => expect.objectContaining({ k: 'hello', ...(frame as object) });

describe('a connection to a room', () => {
  it('goes from ticket to socket to hello to live, with the ticket as the second subprotocol', async () => {
    const { room, states, welcomes } = await live();
    expect(states.map(({ name }) => name)).toEqual(['ticketing', 'connecting', 'greeting', 'live']);
    expect(room.newest()).toMatchObject({ url: '/room', protocols: ['rooms.v1', 'ticket-1'] });
    expect(room.newest().frames).toEqual([{ k: 'hello', v: 1, sid: 'sid-1' }]);
    expect(welcomes).toEqual([false]);
  });

  it('comes back after a cut with a fresh ticket, the same session, and what it has applied', async () => {
    const { clock, room, welcomes } = await live();
    room.publish();
    room.publish();
    room.newest().cut(1006);
    room.publish();
    await clock.advance(1_000);
    expect(room.newest().protocols[1]).toBe('ticket-2');
    expect(room.newest().frames[0]).toEqual(helloOf({ sid: 'sid-1', epoch: 'epoch-1', last: 2 }));
    expect(welcomes).toEqual([false, true]);
  });

  it('tells each event once: what it has already, or had before it came, is dropped', async () => {
    const { room, applied } = await live();
    const first = room.publish();
    room.newest().tell([{ k: 'events', events: [first], live: true }]);
    room.publish();
    expect(applied).toEqual([1, 2]);
  });

  it('takes the bookmarks of a message before it tells anybody of what is in it', async () => {
    const { room, told } = await live();
    const event = { ts: 0, user: null, type: 'project.changed', data: {} };
    room.newest().tell([
      {
        k: 'events',
        events: [
          { ...event, seq: 1, id: '1', bookmark: '1.7' },
          { ...event, seq: 2, id: '2' },
        ],
        live: true,
      },
      { k: 'latest', values: [{ key: 'job:1', data: {}, bookmark: '1.9' }] },
    ]);
    expect(told).toEqual(['1.7', '1.9', 1, 2]);
  });

  it('does not tell the past of a room that it enters anew', async () => {
    const { clock, room, applied, welcomes } = await live();
    room.publish();
    room.restore();
    room.newest().cut(1006);
    room.publish();
    await clock.advance(1_000);
    room.publish();
    expect([applied, welcomes]).toEqual([
      [1, 2],
      [false, false],
    ]);
  });

  it('does not believe a room that claims to go on in another epoch', async () => {
    const { clock, room, welcomes } = await live();
    room.newest().cut(1006);
    room.answers = false;
    await clock.advance(1_000);
    room.newest().open();
    room.newest().tell(room.welcome({ epoch: 'other', resumed: true }));
    expect(welcomes).toEqual([false, false]);
  });

  it('says hello again at once when an event is missing, and starts anew when it stays missing', async () => {
    const { clock, room, applied, welcomes } = await live();
    room.publish();
    await clock.advance(10_000);
    const third = { seq: 3, ts: 0, user: null, type: 'x', id: 'x', data: {} };
    room.answers = false;
    for (const _ of [1, 2]) {
      room.newest().tell([{ k: 'events', events: [third], live: true }]);
      expect(room.newest().closedWith).toBe(1000);
      await clock.advance(2_000);
      room.newest().open();
      room.newest().tell(room.welcome({ resumed: true, head: 3 }));
    }
    const hellos = room.sockets.map(({ frames }) => frames[0]);
    expect(hellos[1]).toEqual(helloOf({ last: 1 }));
    expect(hellos[2]).not.toHaveProperty('last');
    expect(applied).toEqual([1]);
    expect(welcomes).toEqual([false, true, false]);
  });

  it('keeps going when a listener throws, and reports it', async () => {
    const { room, applied, reports, now } = await live({
      onEvent: (seq) => {
        if (seq === 1) throw new Error('listener');
      },
    });
    room.publish();
    room.publish();
    expect(applied).toEqual([1, 2]);
    expect(reports).toEqual([new Error('listener')]);
    expect(now()).toEqual({ name: 'live' });
  });

  it('passes on presence and other frames, and ignores what it does not know', async () => {
    const { room, frames, now } = await live();
    room.newest().tell({ k: 'members', version: 2, members: [fakeMember('ada')] });
    for (const text of ['{"k":"news"}', '[1,null]', 'not json', '{"k":"members"}'])
      room.newest().tellText(text);
    expect(frames).toEqual(['members']);
    expect(now()).toEqual({ name: 'live' });
  });

  it('says bye when it is closed, and is not heard of again', async () => {
    const { client, clock, room, states } = await live();
    client.close();
    expect(room.newest().frames.at(-1)).toEqual({ k: 'bye' });
    await clock.advance(600_000);
    client.tryNow();
    client.nudge();
    expect(states.at(-1)).toEqual({ name: 'closed' });
    expect([room.sockets.length, clock.pending()]).toEqual([1, 0]);
  });
});

describe('what one does', () => {
  it('is said at once, and again with the next hello', async () => {
    const { client, clock, room } = await live();
    const data = { place: 'image', imageId: `img_${'1'.padEnd(26, '0')}` };
    client.setPresence(data);
    expect(room.newest().frames.at(-1)).toEqual({ k: 'pres', data });
    room.newest().cut(1006);
    await clock.advance(1_000);
    expect(room.newest().frames).toEqual([helloOf({ presence: data })]);
  });

  it('is said after the welcome when it changed between hello and welcome', async () => {
    const { client, clock, room } = connectTo({ answers: false });
    await clock.settle();
    room.newest().open();
    client.setPresence({ place: 'images' });
    room.newest().tell(room.welcome());
    expect(room.newest().frames.map(({ k }) => k)).toEqual(['hello', 'pres']);
  });

  it('tells the room how far it has read: after 64 events, or 5 s', async () => {
    const { clock, room } = await live();
    const seen = () => room.newest().frames.flatMap((frame) => (frame.k === 'seen' ? [frame.seq] : []));
    for (let count = 0; count < 65; count++) room.publish();
    expect(seen()).toEqual([64]);
    await clock.advance(4_999);
    expect(seen()).toEqual([64]);
    await clock.advance(1);
    expect(seen()).toEqual([64, 65]);
  });
});

describe('the heartbeat', () => {
  it('goes every 30 s, and an answer keeps the connection', async () => {
    const { clock, room, now } = await live();
    await clock.advance(95_000);
    expect(room.newest().texts.filter((text) => text === PING)).toHaveLength(3);
    expect(now()).toEqual({ name: 'live' });
  });

  it('gives the connection up 5 s after a ping without any word', async () => {
    const { clock, room, now } = await live();
    room.answers = false;
    await clock.advance(34_999);
    expect(now()).toEqual({ name: 'live' });
    await clock.advance(1);
    expect(room.newest().closedWith).toBe(CLOSE.heartbeat);
    expect(now()).toMatchObject({ name: 'waiting' });
  });

  it('takes any frame for an answer', async () => {
    const { clock, room, now } = await live();
    room.answers = false;
    await clock.advance(32_000);
    room.publish();
    await clock.advance(20_000);
    expect(now()).toEqual({ name: 'live' });
  });

  it('is sent at once when the network is back or somebody looks, and only one at a time', async () => {
    const { client, room } = await live();
    room.answers = false;
    client.nudge();
    client.nudge();
    expect(room.newest().texts.filter((text) => text === PING)).toHaveLength(1);
  });
});

describe('a lost network', () => {
  it('is a cut at once, and the way back is at once when the network is', async () => {
    const { client, clock, room, now, waitMs, welcomes } = await live();
    room.publish();
    client.cut();
    expect([room.newest().closedWith, waitMs()]).toEqual([CLOSE.heartbeat, 500]);
    client.nudge();
    await clock.settle();
    expect(now()).toEqual({ name: 'live' });
    expect(room.newest().frames[0]).toEqual(helloOf({ last: 1 }));
    expect(welcomes).toEqual([false, true]);
  });

  it('that comes and goes within a moment doubles neither tries nor events', async () => {
    const { client, clock, room, applied, counts } = await live();
    for (const step of ['cut', 'nudge', 'cut', 'cut', 'nudge', 'nudge'] as const) client[step]();
    await clock.settle();
    room.publish();
    await clock.advance(60_000);
    // Of the try that was cut off nothing but its ticket is left.
    expect(counts()).toEqual({ tickets: 3, sockets: 2 });
    expect([room.greeted().length, applied]).toEqual([1, [1]]);
  });

  it('leaves a wait, a stop and an end as they are', async () => {
    const { client, room, now, waitMs } = await live();
    room.newest().cut(CLOSE.full);
    client.cut();
    expect(waitMs()).toBe(22_500);
    client.tryNow();
    client.close();
    client.cut();
    expect(now()).toEqual({ name: 'closed' });
  });
});

describe('every wait has an end', () => {
  it.each([
    ['a ticket', { ticket: () => new Promise<TicketAnswer>(() => {}) }, 10_000],
    ['an open socket', { answers: false }, 10_000],
  ] as const)('the wait for %s', async (_, setup, limitMs) => {
    const { clock, now } = connectTo(setup);
    await clock.advance(limitMs - 1);
    expect(now()?.name).not.toBe('waiting');
    await clock.advance(1);
    expect(now()?.name).toBe('waiting');
  });

  it('the wait for the welcome', async () => {
    const { clock, room, now } = connectTo({ answers: false });
    await clock.settle();
    room.newest().open();
    await clock.advance(9_999);
    expect(now()).toEqual({ name: 'greeting' });
    await clock.advance(1);
    expect(now()?.name).toBe('waiting');
  });

  it('a ticket that comes too late is called off, and not used', async () => {
    const asked: { signal: AbortSignal; give: (answer: TicketAnswer) => void }[] = [];
    const { clock, counts } = connectTo({
      ticket: (signal) => new Promise((give) => asked.push({ signal, give })),
    });
    await clock.advance(10_000);
    expect(asked[0]?.signal.aborted).toBe(true);
    asked[0]?.give({ ticket: 'late', url: '/room' });
    await clock.settle();
    expect(counts().sockets).toBe(0);
  });
});

describe('coming back', () => {
  it('waits on a ladder with full jitter, from a second to thirty', async () => {
    const { clock, now, waitMs } = connectTo({ ticket: () => Promise.reject(new Error('down')), random: 1 });
    const waits: (number | null)[] = [];
    for (let count = 0; count < 8; count++) {
      await clock.settle();
      waits.push(waitMs());
      await clock.advance(waitMs() ?? 0);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(now()?.name).toBe('waiting');
  });

  it('may come at once by chance', async () => {
    const { room, waitMs } = await live({ random: 0 });
    room.newest().cut(1006);
    expect(waitMs()).toBe(0);
  });

  it('spreads the first tries of a large room', async () => {
    const { clock, room, waitMs } = connectTo({ random: 1 });
    room.members = Array.from({ length: 1_000 }, (_, index) => fakeMember(`user-${index}`));
    await clock.settle();
    room.newest().cut(1006);
    expect(waitMs()).toBe(5_000);
  });

  it('climbs on when connections do not last, and begins anew after one of 10 s', async () => {
    const { clock, room, waitMs } = await live({ random: 1 });
    room.newest().cut(1006);
    await clock.advance(1_000);
    room.newest().cut(1006);
    expect(waitMs()).toBe(2_000);
    await clock.advance(2_000 + 10_000);
    room.newest().cut(1006);
    expect(waitMs()).toBe(1_000);
  });

  it('is slower in a hidden tab, and at once when the tab is shown', async () => {
    const { client, clock, room, world, now, waitMs } = await live();
    world.isHidden = true;
    room.newest().cut(1006);
    expect(waitMs()).toBe(45_000);
    world.isHidden = false;
    client.nudge();
    await clock.settle();
    expect(now()).toEqual({ name: 'live' });
  });

  it('is at once on demand', async () => {
    const { client, clock, room, now } = await live();
    room.newest().cut(CLOSE.full);
    client.tryNow();
    await clock.settle();
    expect(now()).toEqual({ name: 'live' });
  });
});

describe('a close code', () => {
  it('4001: a fresh ticket at once, but on the ladder when that one is refused as well', async () => {
    const { clock, room, counts, waitMs } = await live({ random: 1 });
    room.newest().cut(CLOSE.token);
    expect(waitMs()).toBe(0);
    await clock.advance(0);
    expect(counts()).toEqual({ tickets: 2, sockets: 2 });
    room.newest().cut(CLOSE.token);
    expect(waitMs()).toBe(2_000);
  });

  it.each([
    [CLOSE.forbidden, 'forbidden'],
    [CLOSE.gone, 'gone'],
    [CLOSE.replaced, 'replaced'],
    [CLOSE.badFrame, 'badFrame'],
  ])('%i: stops and says why (%s); a look or the network does not bring it back', async (code, reason) => {
    const { client, clock, room, counts, now } = await live();
    room.newest().cut(code);
    client.nudge();
    await clock.advance(600_000);
    expect(now()).toEqual({ name: 'stopped', reason });
    expect(counts().sockets).toBe(1);
  });

  it.each([CLOSE.slow, CLOSE.heartbeat, 1001, 1006, 1012, 4999])(
    '%i: comes back and resumes',
    async (code) => {
      const { clock, room, waitMs, welcomes } = await live();
      room.newest().cut(code);
      expect(waitMs()).toBe(500);
      await clock.advance(500);
      expect(welcomes).toEqual([false, true]);
    },
  );

  it.each([CLOSE.rate, CLOSE.full])('%i: comes back well later, whoever looks', async (code) => {
    const { client, room, waitMs } = await live();
    room.newest().cut(code);
    client.nudge();
    expect(waitMs()).toBe(22_500);
  });

  it('4090: comes back after the time that the room named', async () => {
    const { client, clock, room, waitMs, welcomes } = await live();
    room.newest().tell({ k: 'drain', after: 3_300 });
    room.newest().cut(CLOSE.drain);
    client.nudge();
    expect(waitMs()).toBe(3_300);
    await clock.advance(3_300);
    expect(welcomes).toEqual([false, true]);
    room.newest().cut(CLOSE.drain);
    expect(waitMs()).toBeLessThanOrEqual(2_000);
  });

  it('R-DRAIN-1: comes back at the time that the room named, though it was not closed', async () => {
    const { clock, room, welcomes } = await live();
    const socket = room.newest();
    socket.tell({ k: 'drain', after: 3_300 });
    await clock.advance(3_299);
    expect(socket.closedWith).toBeNull();
    await clock.advance(1);
    expect(socket.closedWith).toBe(1000);
    await clock.advance(0);
    expect(welcomes).toEqual([false, true]);
    expect(room.newest()).not.toBe(socket);
    await clock.advance(60_000);
    expect(room.newest().closedWith).toBeNull();
  });

  it('4090: comes back no later because it was closed', async () => {
    const { clock, room, waitMs } = await live();
    room.newest().tell({ k: 'drain', after: 3_300 });
    await clock.advance(1_000);
    room.newest().cut(CLOSE.drain);
    expect(waitMs()).toBe(2_300);
  });

  it('4090: not after more than a minute', async () => {
    const { room, waitMs } = await live();
    room.newest().tell({ k: 'drain', after: 1e9 });
    room.newest().cut(CLOSE.drain);
    expect(waitMs()).toBe(60_000);
  });
});

describe('a refused ticket', () => {
  it.each([
    [401, 'signedOut'],
    [403, 'forbidden'],
    [404, 'gone'],
  ])('%i stops (%s), until somebody asks', async (refused, reason) => {
    const { client, clock, counts, now } = connectTo({ ticket: () => Promise.resolve({ refused }) });
    await clock.advance(600_000);
    expect(now()).toEqual({ name: 'stopped', reason });
    expect(counts()).toEqual({ tickets: 1, sockets: 0 });
    client.tryNow();
    expect(counts().tickets).toBe(2);
  });

  it.each([
    [429, 22_500],
    [503, 500],
  ])('%i is asked for again', async (refused, ms) => {
    const { clock, waitMs } = connectTo({ ticket: () => Promise.resolve({ refused }) });
    await clock.settle();
    expect(waitMs()).toBe(ms);
  });
});
