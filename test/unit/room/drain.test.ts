import { describe, expect, it } from 'vitest';
import { CLOSE, LEAVE_GRACE_MS } from '../../../src/rooms/protocol.ts';
import { RoomStage, type StageSocket } from '../../helpers/fakes/room-stage.ts';

const TIMEOUT_MS = 30_000;
const asked = (socket: StageSocket) => socket.all('drain').map(({ after }) => after);
const keepAlive = (stage: RoomStage) => {
  for (const socket of stage.sockets) socket.pingedAt = stage.now;
};

describe('a room that is drained', () => {
  it('R-DRAIN-1: asks everybody to come back, each at another time before the time-out', () => {
    const stage = new RoomStage();
    const people = Array.from({ length: 40 }, (_, index) => stage.join(`user-${index}`));
    expect(stage.room.drain('drn_1', TIMEOUT_MS)).toBe(40);
    const times = people.flatMap(asked);
    expect(times).toHaveLength(40);
    expect(Math.max(...times)).toBeLessThan(TIMEOUT_MS);
    expect(new Set(times).size).toBeGreaterThan(20);
    expect(people.every(({ closed }) => closed === null)).toBe(true);
  });

  it('R-DRAIN-1: names no time after the one up to which clients believe it', () => {
    const stage = new RoomStage();
    const people = Array.from({ length: 40 }, (_, index) => stage.join(`user-${index}`));
    stage.room.drain('drn_1', 600_000);
    expect(Math.max(...people.flatMap(asked))).toBeLessThan(50_000);
  });

  it('R-DRAIN-2: closes at the time-out who has not gone, and nobody who came since', () => {
    const stage = new RoomStage();
    const [ada, ben] = [stage.join('ada'), stage.join('ben')];
    stage.pass(1);
    stage.room.drain('drn_1', TIMEOUT_MS);
    stage.pass(1_000);
    ada.cut();
    const again = stage.join('ada');
    expect(asked(again)).toEqual([]);
    stage.pass(TIMEOUT_MS - 1_001);
    expect(ben.closed).toBeNull();
    stage.pass(1);
    expect(ben.closed).toMatchObject({ code: CLOSE.drain });
    expect(again.closed).toBeNull();
    expect(stage.drained).toEqual([{ id: 'drn_1', sockets: 2, cut: 1 }]);
    stage.pass(LEAVE_GRACE_MS);
    expect(again.closed).toBeNull();
  });

  it('R-DRAIN-2: keeps its time-out through an eviction', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    stage.room.drain('drn_1', TIMEOUT_MS);
    stage.pass(1_000);
    stage.evict();
    stage.pass(TIMEOUT_MS);
    expect(ada.closed).toMatchObject({ code: CLOSE.drain });
    expect(stage.drained).toEqual([{ id: 'drn_1', sockets: 1, cut: 1 }]);
  });

  it('asks nobody a second time for the same drain, neither before nor after its time-out', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    expect(stage.room.drain('drn_1', TIMEOUT_MS)).toBe(1);
    stage.evict();
    expect(stage.room.drain('drn_1', TIMEOUT_MS)).toBe(1);
    expect(asked(ada)).toHaveLength(1);
    stage.pass(TIMEOUT_MS);
    const again = stage.join('ada');
    expect(stage.room.drain('drn_1', TIMEOUT_MS)).toBe(1);
    stage.pass(TIMEOUT_MS);
    expect(asked(again)).toEqual([]);
    expect(again.closed).toBeNull();
    expect(stage.room.drain('drn_2', TIMEOUT_MS)).toBe(1);
    expect(asked(again)).toHaveLength(1);
  });

  it('closes nobody once the drain has been ended', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    stage.room.drain('drn_1', TIMEOUT_MS);
    stage.room.stopDrain('drn_0');
    stage.room.stopDrain('drn_1');
    stage.pass(TIMEOUT_MS);
    expect(ada.closed).toBeNull();
    expect(stage.drained).toEqual([]);
  });

  it('has nothing to tell when nobody was there', () => {
    const stage = new RoomStage();
    expect(stage.room.drain('drn_1', TIMEOUT_MS)).toBe(0);
    stage.pass(TIMEOUT_MS);
    expect(stage.drained).toEqual([]);
  });
});

describe('the count of open sockets', () => {
  it('is told when the first comes and when the last goes', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    const ben = stage.join('ben');
    expect(stage.counts).toEqual([1]);
    ada.cut();
    ben.say({ k: 'bye' });
    expect(stage.counts).toEqual([1, 0]);
    stage.pass(600_000);
    expect(stage.counts).toEqual([1, 0]);
  });

  it('is told at most once a minute between, and at least every two', () => {
    const stage = new RoomStage();
    stage.join('ada');
    for (let second = 0; second < 30; second++) {
      stage.pass(1_000);
      stage.join(`user-${second}`).cut();
    }
    stage.join('ben');
    expect(stage.counts).toEqual([1]);
    const times: number[] = [];
    for (let second = 30; second < 600; second++) {
      const before = stage.counts.length;
      if (second % 30 === 0) keepAlive(stage);
      stage.pass(1_000);
      if (stage.counts.length > before) times.push(second);
    }
    expect(new Set(stage.counts.slice(1))).toEqual(new Set([2]));
    const gaps = times.map((at, index) => at - (times[index - 1] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(120);
  });

  it('is not told anew because the object was evicted', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    stage.pass(1_000);
    stage.evict();
    ada.say({ k: 'pres', data: {} });
    stage.pass(1_000);
    stage.join('ben');
    expect(stage.counts).toEqual([1]);
  });
});
