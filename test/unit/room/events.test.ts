import { describe, expect, it } from 'vitest';
import { LOG_EVENTS } from '../../../durable-objects/room/event-log.ts';
import { CLOSE, LIMITS, type RoomEvent } from '../../../src/rooms/protocol.ts';
import { pub, RoomStage } from '../../helpers/fakes/room-stage.ts';

const seqs = (events: RoomEvent[]) => events.map(({ seq }) => seq);
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('publishing', () => {
  it('R-PUB-1: gives all the same order, whoever speaks', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    const ben = stage.join('ben');
    ada.say(pub('1', 'first'));
    ben.say(pub('1', 'second'));
    stage.publish('obx');
    stage.pass(25);
    expect(ada.texts).toEqual(['first', 'second', undefined]);
    expect(ben.events).toEqual(ada.events);
    expect(ada.events).toMatchObject([
      { seq: 1, user: 'ada', type: 'chat', id: '1' },
      { seq: 2, user: 'ben' },
      { seq: 3, user: null, type: 'project.changed', id: 'obx', data: {} },
    ]);
  });

  it('R-PUB-2: acknowledges what is in the log, and tells the publisher, too', () => {
    const stage = new RoomStage();
    const ada = stage.join();
    ada.say([pub('a'), pub('b')]);
    expect(ada.all('ack')).toEqual([
      { k: 'ack', id: 'a', seq: 1 },
      { k: 'ack', id: 'b', seq: 2 },
    ]);
    expect(stage.storage.bounds()).toEqual({ head: 2, floor: 1 });
    stage.pass(25);
    expect(ada.texts).toEqual(['a', 'b']);
  });

  it('R-PUB-3: takes an id of a user once, also after an eviction, and the same id of another', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    const ben = stage.join('ben');
    ada.say(pub('x'));
    ada.say(pub('x', 'again'));
    stage.pass(100);
    stage.evict();
    ada.say(pub('x', 'once more'));
    ben.say(pub('x', 'of ben'));
    stage.publish('obx');
    stage.publish('obx');
    stage.pass(25);
    expect(ada.all('ack')).toEqual([
      { k: 'ack', id: 'x', seq: 1 },
      { k: 'ack', id: 'x', seq: 1, dup: true },
      { k: 'ack', id: 'x', seq: 1, dup: true },
    ]);
    expect(ben.texts).toEqual(['x', 'of ben', undefined]);
  });

  it.each(['image', 'images.reviewed', 'jobs', 'job.done', 'members.changed', 'project.changed'])(
    'R-PUB-4: lets no client say %s',
    (type) => {
      const stage = new RoomStage();
      const owner = stage.join('ada', { role: 'owner' });
      owner.say(pub('1', '', type));
      expect(owner.all('nack')).toMatchObject([{ id: '1', code: 'forbidden' }]);
      expect(stage.storage.bounds().head).toBe(0);
    },
  );

  it('R-PUB-4: lets viewers only look', () => {
    const stage = new RoomStage();
    const viewer = stage.join('ada', { role: 'viewer' });
    viewer.say(pub('1'));
    expect(viewer.all('nack')).toMatchObject([{ id: '1', code: 'forbidden' }]);
    expect(viewer.all('nack')[0]).not.toHaveProperty('retry');
    stage.join('ben', { role: 'reviewer' }).say(pub('1'));
    expect(viewer.texts).toEqual(['1']);
  });

  it('R-FLUSH-1: sends the first at once, and what follows together', () => {
    const stage = new RoomStage();
    const ada = stage.join();
    const before = ada.all('events').length;
    for (const id of ['1', '2', '3']) stage.publish(id);
    expect(ada.events).toHaveLength(1);
    stage.pass(24);
    expect(ada.events).toHaveLength(1);
    stage.pass(1);
    expect(seqs(ada.events)).toEqual([1, 2, 3]);
    expect(ada.all('events').length - before).toBe(2);
    stage.pass(100);
    expect(stage.isQuiet).toBe(true);
  });
});

describe('the log', () => {
  it('R-LOG-1: keeps the newest, and says where it begins', () => {
    const stage = new RoomStage();
    for (const seq of numbers(1, LOG_EVENTS + 250)) stage.publish(String(seq));
    const { head, floor } = stage.accept().hello();
    expect(head).toBe(LOG_EVENTS + 250);
    expect(head - floor).toBeGreaterThanOrEqual(LOG_EVENTS - 1);
    expect(head - floor).toBeLessThan(LOG_EVENTS + 100);
    expect(stage.storage.bounds()).toEqual({ head, floor });
  });
});

describe('resuming', () => {
  /** Somebody who has the first ten events, and another five that they missed. */
  function missedFive() {
    const stage = new RoomStage();
    const first = stage.join('ada', { sid: 's' });
    const { epoch } = first.all('welcome')[0] ?? {};
    for (const seq of numbers(1, 10)) stage.publish(String(seq));
    stage.pass(25);
    first.cut();
    for (const seq of numbers(11, 15)) stage.publish(String(seq));
    stage.pass(25);
    return { stage, epoch: epoch ?? '' };
  }

  it('R-RESUME-1: sends everything after the last, and nothing twice', () => {
    const { stage, epoch } = missedFive();
    stage.publish('waits for its flush');
    stage.publish('waits as well');
    const back = stage.accept();
    expect(back.hello({ sid: 's', epoch, last: 10 })).toMatchObject({ resumed: true, head: 17, floor: 1 });
    stage.pass(25);
    stage.publish('live');
    stage.pass(25);
    expect(seqs(back.events)).toEqual(numbers(11, 18));
    expect(back.all('events').map(({ live }) => live)).toEqual([true, true]);
  });

  it('R-RESUME-1: says with an empty page that nothing was missed', () => {
    const { stage, epoch } = missedFive();
    const back = stage.accept();
    expect(back.hello({ epoch, last: 15 })).toMatchObject({ resumed: true });
    expect(back.all('events')).toEqual([{ k: 'events', events: [], live: true }]);
  });

  it.each([
    ['new', {}],
    ['new', { last: 3 }],
    ['new', { epoch: 'another' }],
    ['epoch', { epoch: 'another', last: 3 }],
    ['ahead', { last: 16, isOwnEpoch: true }],
  ])(
    'R-RESUME-2: says %s to %j, and shows the newest',
    (why, { isOwnEpoch, ...hello }: Record<string, unknown>) => {
      const { stage, epoch } = missedFive();
      for (const seq of numbers(16, 70)) stage.publish(String(seq));
      const last = isOwnEpoch ? { last: 71, epoch } : hello;
      const back = stage.accept();
      expect(back.hello(last)).toMatchObject({ resumed: false, why });
      expect(seqs(back.events)).toEqual(numbers(21, 70));
      stage.pass(25);
      stage.publish('live');
      stage.pass(25);
      expect(seqs(back.events)).toEqual(numbers(21, 71));
    },
  );

  it('R-RESUME-2: says floor where events are gone, and not to the one who has all before them', () => {
    const { stage, epoch } = missedFive();
    for (const seq of numbers(16, LOG_EVENTS + 200)) stage.publish(String(seq));
    const { floor } = stage.storage.bounds();
    expect(stage.accept('ada').hello({ epoch, last: floor - 2 })).toMatchObject({
      resumed: false,
      why: 'floor',
    });
    const other = stage.accept('ben');
    expect(other.hello({ epoch, last: floor - 1 })).toMatchObject({ resumed: true });
    expect(other.events[0]?.seq).toBe(floor);
  });

  it('R-RESUME-3: pages what was missed, and skips who catches up in live flushes', () => {
    const { stage, epoch } = missedFive();
    for (const seq of numbers(16, 510)) stage.publish(String(seq));
    const back = stage.accept();
    back.hello({ sid: 's', epoch, last: 10 });
    stage.publish('511');
    stage.pass(100);
    stage.publish('512');
    stage.pass(25);
    expect(seqs(back.events)).toEqual(numbers(11, 512));
    expect(back.all('events').map(({ live, events }) => [live, events.length])).toEqual([
      [false, LIMITS.pageEvents],
      [false, LIMITS.pageEvents],
      [true, 101],
      [true, 1],
    ]);
  });

  it('R-RESUME-3: keeps a page below 256 KiB', () => {
    const stage = new RoomStage();
    const { epoch } = stage.join().all('welcome')[0] ?? {};
    const text = 'ü'.repeat(30_000);
    for (const seq of numbers(1, 12)) stage.publish(String(seq), 'project.changed', { text });
    const back = stage.accept('ben');
    back.hello({ epoch: epoch ?? '', last: 0 });
    stage.pass(200);
    expect(seqs(back.events)).toEqual(numbers(1, 12));
    expect(back.all('events').map(({ events }) => events.length)).toEqual([4, 4, 4]);
  });

  it('R-SEEN-1: sends no more to who does not say how far it is, and closes it', () => {
    const stage = new RoomStage();
    const { epoch } = stage.join().all('welcome')[0] ?? {};
    for (const seq of numbers(1, 5_000)) stage.publish(String(seq));
    const back = stage.accept('ben');
    back.hello({ epoch: epoch ?? '', last: 0 });
    stage.pass(5_000);
    expect(back.events).toHaveLength(LIMITS.unseenEvents);
    stage.evict();
    stage.publish('unheard');
    back.say({ k: 'seen', seq: 1_000 });
    stage.pass(5_000);
    stage.publish('live');
    stage.pass(25);
    expect(seqs(back.events)).toEqual(numbers(1, LIMITS.unseenEvents + 1_000));
    stage.pass(24_974);
    expect(back.closed).toBeNull();
    stage.pass(1);
    expect(back.closed).toMatchObject({ code: CLOSE.slow });
    const again = stage.accept('ben');
    expect(again.hello({ epoch: epoch ?? '', last: 3_000 })).toMatchObject({ resumed: true });
  });

  it('R-SEEN-1: takes who is far behind out of the live flushes until it is up to date', () => {
    const stage = new RoomStage();
    const slow = stage.join('ada');
    const fast = stage.join('ben');
    for (const lot of numbers(0, 29)) {
      for (const seq of numbers(1, 100)) stage.publish(`${lot}.${seq}`);
      stage.pass(25);
      fast.say({ k: 'seen', seq: (lot + 1) * 100 });
    }
    expect(fast.events).toHaveLength(3_000);
    expect(slow.events.length).toBeLessThanOrEqual(LIMITS.unseenEvents);
    stage.pass(20_000);
    for (let seen = 0; seen < 3_000; stage.pass(100)) {
      seen = slow.events.length;
      slow.say({ k: 'seen', seq: seen });
    }
    stage.publish('live');
    stage.pass(25);
    expect(seqs(slow.events)).toEqual(numbers(1, 3_001));
    stage.pass(40_000);
    expect([slow.closed, fast.closed]).toEqual([null, null]);
  });
});

describe('what nobody reads', () => {
  const text = 'x'.repeat(62 * 1024);
  const big = (stage: RoomStage, from: number, to: number) => {
    for (const seq of numbers(from, to)) stage.publish(String(seq), 'project.changed', { text });
  };
  const bytesOf = ({ messages }: { messages: string[] }) =>
    messages.reduce((sum, message) => sum + message.length, 0);

  it('R-SEEN-2: is no more than 1 MiB of a socket, which is closed then and can resume in portions', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    const { epoch } = ada.all('welcome')[0] ?? {};
    for (let second = 0; second < 29; second++) {
      big(stage, second * 5 + 1, second * 5 + 5);
      stage.pass(1_000);
    }
    expect(bytesOf(ada)).toBeLessThan(LIMITS.unseenBytes + 10_000);
    stage.pass(31_000);
    expect(ada.closed).toMatchObject({ code: CLOSE.slow });

    const back = stage.accept('ada');
    back.hello({ epoch: epoch ?? '', last: ada.events.length });
    let heard = ada.events.length;
    for (let turn = 0; turn < 20; turn++) {
      const before = bytesOf(back);
      stage.pass(5_000);
      expect(bytesOf(back) - before).toBeLessThan(LIMITS.unseenBytes + 10_000);
      heard = back.events.at(-1)?.seq ?? heard;
      back.say({ k: 'seen', seq: heard });
    }
    expect(seqs([...ada.events, ...back.events])).toEqual(numbers(1, 145));
    stage.publish('live');
    stage.pass(25);
    expect(back.events.at(-1)?.seq).toBe(146);
    expect(back.closed).toBeNull();
  });

  it('R-SEEN-2: is counted on when hello is said again, also after an eviction', () => {
    const stage = new RoomStage();
    big(stage, 1, 12);
    const ada = stage.join('ada');
    const { epoch } = ada.all('welcome')[0] ?? {};
    for (let second = 0; second < 60 && !ada.closed; second++) {
      stage.pass(1_000);
      if (stage.isQuiet) stage.evict();
      if (!ada.closed) ada.say({ k: 'hello', v: 1, sid: 's', epoch: epoch ?? '', last: 2 });
    }
    expect(ada.closed).toMatchObject({ code: CLOSE.slow });
    expect(bytesOf(ada)).toBeLessThan(3 * LIMITS.unseenBytes);
  });

  it('R-SEEN-3: is no more than 32 MiB of a room, whose slowest go first', () => {
    const stage = new RoomStage();
    const reader = stage.join('reader');
    const slow = numbers(1, 60).map((nth) => stage.join(`slow ${nth}`));
    let most = 0;
    for (const lot of numbers(0, 24)) {
      big(stage, lot + 1, lot + 1);
      stage.pass(200);
      reader.say({ k: 'seen', seq: lot + 1 });
      const open = slow.filter(({ closed }) => !closed);
      most = Math.max(
        most,
        open.reduce((sum, socket) => sum + bytesOf(socket), 0),
      );
    }
    expect(most).toBeGreaterThan(LIMITS.roomUnseenBytes / 2);
    expect(most).toBeLessThan(LIMITS.roomUnseenBytes + 1_000_000);
    expect(seqs(reader.events)).toEqual(numbers(1, 25));
    expect(reader.closed).toBeNull();
  });

  it('R-SEEN-1: says seen of nothing that it was not sent', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    big(stage, 1, 40);
    stage.pass(1_000);
    ada.say({ k: 'seen', seq: 40 });
    stage.pass(1_000);
    expect(bytesOf(ada)).toBeLessThan(LIMITS.unseenBytes + 10_000);
  });
});
