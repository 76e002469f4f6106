import { describe, expect, it, onTestFinished } from 'vitest';
import { CLOSE } from '../../../src/rooms/protocol.ts';
import type { PresenceData } from '../../../src/rooms/protocol.ts';
import { createLiveRoom } from '../../../console/src/live/create-live-room.ts';
import { connectRoom } from '../../../console/src/live/room-client.ts';
import { fakeClock } from '../../helpers/fakes/clock.ts';
import { fakeMember, fakeRoom } from '../../helpers/fakes/room.ts';

const progressOf = (jobId: string, stored: number) => ({
  jobId,
  status: 'running',
  total: 10,
  pending: 10 - stored,
  done: stored,
  counts: {
    pending: 10 - stored,
    deferred: 0,
    stored,
    duplicateExact: 0,
    rejected: 0,
    blocked: 0,
    failed: 0,
    skipped: 0,
  },
  rate: 1,
  estimatedEndAt: null,
  startedAt: null,
  finishedAt: null,
  updatedAt: '2026-01-01T00:00:00Z',
});

function store() {
  const clock = fakeClock();
  const rooms = new Map([
    ['p1', fakeRoom()],
    ['p2', fakeRoom()],
  ]);
  const room = rooms.get('p1') ?? fakeRoom();
  const world = { canLoad: true, random: 1 };
  const reports: unknown[] = [];
  const live = createLiveRoom({
    after: clock.after,
    now: clock.now,
    report: (error) => reports.push(error),
    load: async () => {
      if (!world.canLoad) throw new Error('no code');
      return (projectId, listeners) =>
        connectRoom(
          'sid',
          {
            after: clock.after,
            now: clock.now,
            random: () => world.random,
            isHidden: () => false,
            see: () => {},
            report: (error) => reports.push(error),
            openSocket: (rooms.get(projectId) ?? fakeRoom()).openSocket,
            fetchTicket: () => Promise.resolve({ ticket: 't', url: '/room' }),
          },
          listeners,
        );
    },
  });
  onTestFinished(live.close);
  return { clock, rooms, room, world, reports, live };
}

async function opened() {
  const all = store();
  all.live.open('p1');
  await all.clock.settle();
  expect(all.live.status.value).toBe('live');
  return all;
}

describe('the room of the open project', () => {
  it('is off, connects, is live, waits with a time, and is off again', async () => {
    const { clock, room, live } = store();
    expect(live.status.value).toBe('off');
    live.open('p1');
    expect(live.status.value).toBe('connecting');
    await clock.settle();
    expect(live.status.value).toBe('live');
    room.newest().cut(1006);
    expect([live.status.value, live.nextTryAt.value]).toEqual(['waiting', clock.now() + 1_000]);
    live.tryNow();
    await clock.settle();
    expect([live.status.value, live.nextTryAt.value]).toEqual(['live', null]);
    live.close();
    expect(live.status.value).toBe('off');
  });

  it('is one at a time: another project leaves the first', async () => {
    const { clock, rooms, room, live } = await opened();
    live.open('p2');
    await clock.settle();
    room.publish();
    expect(room.newest().closedWith).toBe(1000);
    expect(rooms.get('p2')?.sockets).toHaveLength(1);
    live.open('p2');
    await clock.settle();
    expect(rooms.get('p2')?.sockets).toHaveLength(1);
  });

  it('leaves a room that was given up before its code had come', async () => {
    const { clock, room, live } = store();
    live.open('p1');
    live.close();
    await clock.advance(60_000);
    expect(room.sockets).toHaveLength(0);
    expect([live.status.value, clock.pending()]).toEqual(['off', 0]);
  });

  it('tries again when its code does not come', async () => {
    const { clock, world, reports, live } = store();
    world.canLoad = false;
    live.open('p1');
    await clock.settle();
    expect([live.status.value, live.nextTryAt.value, reports.length]).toEqual([
      'waiting',
      clock.now() + 30_000,
      1,
    ]);
    world.canLoad = true;
    live.nudge();
    await clock.settle();
    expect(live.status.value).toBe('live');
  });

  it('says why it has stopped', async () => {
    const { room, live } = await opened();
    room.newest().cut(CLOSE.forbidden);
    expect([live.status.value, live.stopReason.value, live.isAway.value]).toEqual([
      'stopped',
      'forbidden',
      true,
    ]);
  });
});

describe('being away', () => {
  it('is told after 2 s, and not at all after a short cut', async () => {
    const { clock, room, world, live } = await opened();
    world.random = 0.5;
    room.newest().cut(1006);
    await clock.advance(500);
    expect(live.status.value).toBe('live');
    await clock.advance(11_000);
    room.answers = false;
    room.newest().cut(1006);
    await clock.advance(1_999);
    expect(live.isAway.value).toBe(false);
    await clock.advance(1);
    expect([live.isAway.value, live.members.value]).toEqual([true, []]);
    room.newest().open();
    room.newest().tell(room.welcome());
    expect(live.isAway.value).toBe(false);
  });

  it('is told at once when the browser has lost the network, and over as soon as the room is back', async () => {
    const { clock, room, live } = await opened();
    let resyncs = 0;
    live.onResync(() => (resyncs += 1));
    room.answers = false;
    live.cut();
    expect([live.isAway.value, live.status.value, live.members.value]).toEqual([true, 'waiting', []]);
    room.answers = true;
    live.nudge();
    await clock.settle();
    expect([live.isAway.value, live.status.value, resyncs]).toEqual([false, 'live', 1]);
    await clock.advance(10_000);
    expect([live.isAway.value, resyncs]).toEqual([false, 1]);
  });

  it('is nothing that a closed room can be', () => {
    const { clock, live } = store();
    live.cut();
    expect([live.isAway.value, live.status.value, clock.pending()]).toEqual([false, 'off', 0]);
  });

  it('asks the pages to read again at first, after a while away, and when the room does not resume', async () => {
    const { clock, room, live } = store();
    let resyncs = 0;
    live.onResync(() => (resyncs += 1));
    live.open('p1');
    await clock.settle();
    expect(resyncs).toBe(1);
    room.newest().cut(1006);
    await clock.advance(1_000);
    expect([live.status.value, resyncs]).toEqual(['live', 1]);
    room.restore();
    room.newest().cut(1006);
    await clock.advance(2_000);
    expect([live.status.value, resyncs]).toEqual(['live', 2]);
    room.newest().cut(CLOSE.full);
    await clock.advance(30_000);
    expect([live.status.value, resyncs]).toEqual(['live', 3]);
  });
});

describe('events', () => {
  it('go to who asked for their type, until they end it, whoever throws', async () => {
    const { room, reports, live } = await opened();
    const heard: string[][] = [];
    live.onRoomEvent('images.deleted', () => {
      throw new Error('listener');
    });
    const end = live.onRoomEvent('images.deleted', ({ ids }) => heard.push(ids));
    room.publish('images.deleted', { ids: ['a', 'b'] });
    room.publish('project.changed');
    room.publish('unheard.of', { ids: ['x'] });
    end();
    room.publish('images.deleted', { ids: ['c'] });
    expect(heard).toEqual([['a', 'b']]);
    expect(reports).toHaveLength(2);
  });

  it('that cannot be read ask the pages to read again', async () => {
    const { room, live } = await opened();
    let resyncs = 0;
    live.onResync(() => (resyncs += 1));
    live.onRoomEvent('images.reviewed', () => expect.unreachable());
    room.publish('images.reviewed', { reviewId: 7 });
    expect(resyncs).toBe(1);
  });
});

describe('the progress of an import', () => {
  it('is what the room last said of it, and stays the same object until it changes', async () => {
    const { clock, room, live } = store();
    room.latest = [{ key: 'job:j1', data: progressOf('j1', 1) }];
    const first = live.progressOf('j1');
    const seen: (number | undefined)[] = [];
    first.subscribe((progress) => seen.push(progress?.counts.stored));
    live.open('p1');
    await clock.settle();
    room.newest().tell({
      k: 'latest',
      values: [
        { key: 'job:j2', data: progressOf('j2', 5) },
        { key: 'other', data: {} },
      ],
    });
    room.newest().tell({ k: 'latest', values: [{ key: 'job:j1', data: progressOf('j1', 2) }] });
    expect(seen).toEqual([undefined, 1, 2]);
    expect(live.progressOf('j2').value?.counts.stored).toBe(5);
  });
});

describe('who is here', () => {
  const ada = fakeMember('ada', { data: { place: 'image', imageId: 'i1' } });

  it('follows changes, leaves out those of another version, and takes the next whole list', async () => {
    const { room, live } = await opened();
    const users = () => live.members.value.map(({ user }) => user);
    expect([users(), live.selfId.value]).toEqual([['self'], 'self']);
    room.newest().tell({ k: 'presence', from: 1, version: 2, changed: [ada], left: [] });
    expect(users()).toEqual(['self', 'ada']);
    room.newest().tell({ k: 'presence', from: 3, version: 4, changed: [], left: ['ada'] });
    expect(users()).toEqual(['self', 'ada']);
    room.newest().tell({ k: 'members', version: 4, members: [fakeMember('grace')] });
    room.newest().tell({ k: 'presence', from: 4, version: 5, changed: [ada], left: ['grace'] });
    expect(users()).toEqual(['ada']);
  });

  it('ends following with the one who is followed', async () => {
    const { room, live } = await opened();
    room.newest().tell({ k: 'presence', from: 1, version: 2, changed: [ada], left: [] });
    live.followed.value = 'ada';
    room.newest().tell({ k: 'presence', from: 2, version: 3, changed: [fakeMember('self')], left: [] });
    expect(live.followed.value).toBe('ada');
    room.newest().tell({ k: 'presence', from: 3, version: 4, changed: [], left: ['ada'] });
    expect(live.followed.value).toBeNull();
  });
});

describe("one's own presence", () => {
  const at = (letter: string): PresenceData => ({ place: 'image', imageId: `img_${letter.padEnd(26, '0')}` });

  it('is said at most five times a second, the newest last, and not twice', async () => {
    const { clock, room, live } = await opened();
    const said = () =>
      room
        .newest()
        .frames.flatMap((frame) => (frame.k === 'pres' ? [frame.data.imageId?.charAt('img_'.length)] : []));
    for (const id of ['a', 'b', 'c']) live.setPresence(at(id));
    expect(said()).toEqual(['a']);
    await clock.advance(199);
    expect(said()).toEqual(['a']);
    await clock.advance(1);
    expect(said()).toEqual(['a', 'c']);
    live.setPresence(at('c'));
    await clock.advance(1_000);
    expect(said()).toEqual(['a', 'c']);
    live.setPresence(at('d'));
    expect(said()).toEqual(['a', 'c', 'd']);
  });

  it('goes along with the first word when it was known before', async () => {
    const { clock, room, live } = store();
    live.open('p1');
    live.setPresence(at('a'));
    await clock.settle();
    expect(room.newest().frames).toEqual([expect.objectContaining({ k: 'hello', presence: at('a') })]);
  });
});
