import { describe, expect, it } from 'vitest';
import {
  Board,
  type BoardChunk,
  type BoardStorage,
  LEASE_MS,
  MAX_FAULTS,
  MAX_ON_BOARD,
  PARK_LEAD_MS,
  SENT_MS,
  WINDOW,
} from '../../../durable-objects/crawl-coordinator/board.ts';
import type { ChunkItem } from '../../../src/crawl/coordinator.ts';
import { HOLD_MS } from '../../../src/crawl/hold.ts';

const OPTIONS = { minWidth: 10 };

function memory(): BoardStorage & { rows: Map<number, BoardChunk> } {
  const rows = new Map<number, BoardChunk>();
  return {
    rows,
    load: () => [...rows.values()],
    save: (chunk) => void rows.set(chunk.chunk, structuredClone(chunk)),
    remove: (chunk) => void rows.delete(chunk),
    clear: () => rows.clear(),
  };
}

function chunk(number: number, lane = 'http://a.example') {
  return { chunk: number, lane, attempt: 0, items: [{ position: number, url: `${lane}/${number}` }] };
}

function boardWith(...numbers: number[]): { board: Board; storage: ReturnType<typeof memory> } {
  const storage = memory();
  const board = new Board(storage);
  board.add(
    numbers.map((number) => chunk(number)),
    0,
  );
  return { board, storage };
}

describe('a chunk that was sent', () => {
  it('is leased to who comes first, with its URLs and the options', () => {
    const { board } = boardWith(1);
    expect(board.claim(1, 'a', OPTIONS, 10)).toEqual({
      kind: 'run',
      leaseId: 'a',
      attempt: 0,
      items: [{ position: 1, url: 'http://a.example/1' }],
      options: OPTIONS,
      holdMs: HOLD_MS,
    });
    expect(board.claim(1, 'b', OPTIONS, 11)).toEqual({ kind: 'busy' });
  });

  it('is done for who comes after its end', () => {
    const { board } = boardWith(1);
    board.claim(1, 'a', OPTIONS, 10);
    expect(board.finish(1, 'a')).toBe(true);
    expect(board.claim(1, 'b', OPTIONS, 11)).toEqual({ kind: 'done' });
    expect(board.nextDueAt).toBeNull();
  });

  it('is sent again when nobody came for it, which is no fault', () => {
    const { board, storage } = boardWith(1);
    expect(board.takeDue(SENT_MS - 1)).toEqual({ send: [], spent: [] });
    expect(board.takeDue(SENT_MS)).toEqual({ send: [1], spent: [] });
    expect(storage.rows.get(1)).toMatchObject({ state: 'sent', faults: 0, until: 2 * SENT_MS });
  });
});

describe('a lease', () => {
  it('that is prolonged in time stays', () => {
    const { board } = boardWith(1);
    board.claim(1, 'a', OPTIONS, 0);
    expect(board.prolong(1, 'a', LEASE_MS - 1)).toBe(true);
    expect(board.takeDue(LEASE_MS + 1)).toEqual({ send: [], spent: [] });
    expect(board.claim(1, 'b', OPTIONS, LEASE_MS + 1)).toEqual({ kind: 'busy' });
  });

  it('that ran out sends the chunk again, and its late owner is told', () => {
    const { board } = boardWith(1);
    board.claim(1, 'a', OPTIONS, 0);
    expect(board.takeDue(LEASE_MS)).toEqual({ send: [1], spent: [] });
    expect(board.prolong(1, 'a', LEASE_MS + 1)).toBe(false);
    expect(board.finish(1, 'a')).toBe(false);
    expect(board.park(1, 'a', 0, [])).toBe(false);
    expect(board.claim(1, 'b', OPTIONS, LEASE_MS + 2)).toMatchObject({ kind: 'run', leaseId: 'b' });
  });

  it('is given up when its consumer broke too often, but not for outages', () => {
    const { board } = boardWith(1, 2);
    let now = 0;
    for (let round = 0; round < MAX_FAULTS; round++) {
      board.claim(1, 'a', OPTIONS, now);
      board.claim(2, 'a', OPTIONS, now);
      board.fail(2, 'a', true, chunk(2).items, now);
      now += 200_000;
      const { spent } = board.takeDue(now);
      expect(spent.map((one) => one.chunk)).toEqual(round === MAX_FAULTS - 1 ? [1] : []);
    }
  });

  it('that was given back is sent again after a pause that doubles, up to a minute', () => {
    const { board } = boardWith(1);
    let now = 0;
    const pauses: number[] = [];
    for (let round = 0; round < 6; round++) {
      board.claim(1, 'a', OPTIONS, now);
      board.fail(1, 'a', true, chunk(1).items, now);
      pauses.push((board.nextDueAt ?? 0) - now);
      now = board.nextDueAt ?? 0;
      expect(board.takeDue(now).send).toEqual([1]);
    }
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });
});

describe('a chunk that was given back because of a fault', () => {
  it('comes again with what is left of it only', () => {
    const { board } = boardWith(1);
    board.claim(1, 'a', OPTIONS, 0);
    const left = [{ position: 7, url: 'http://a.example/7', notBefore: 90_000 }];
    board.fail(1, 'a', true, left, 0);
    expect(board.takeDue(board.nextDueAt ?? 0).send).toEqual([1]);
    expect(board.claim(1, 'b', OPTIONS, 10_000)).toMatchObject({ kind: 'run', items: left });
  });

  it('comes again to be closed when nothing is left of it', () => {
    const { board } = boardWith(1);
    board.claim(1, 'a', OPTIONS, 0);
    board.fail(1, 'a', true, [], 0);
    expect(board.takeDue(board.nextDueAt ?? 0).send).toEqual([1]);
    expect(board.claim(1, 'b', OPTIONS, 10_000)).toMatchObject({ kind: 'run', items: [] });
    expect(board.finish(1, 'b')).toBe(true);
  });
});

describe('a parked chunk', () => {
  it('is held longer each time that it comes back with nothing done, until something is', () => {
    const storage = memory();
    const board = new Board(storage);
    const two = [1, 2].map((position) => ({ position, url: `http://a.example/${position}` }));
    board.add([{ ...chunk(1), items: two }], 0);
    const holds: number[] = [];
    let now = 0;
    const giveBack = (of: Board, left: ChunkItem[]) => {
      const claim = of.claim(1, 'a', OPTIONS, now);
      if (claim.kind === 'run') holds.push(claim.holdMs);
      of.park(1, 'a', now, left);
      now += PARK_LEAD_MS;
    };
    for (let round = 0; round < 7; round++) giveBack(board, two);
    expect(holds).toEqual([4_000, 8_000, 16_000, 32_000, 64_000, 120_000, 120_000]);
    // Also for an object that was evicted meanwhile.
    const revived = new Board(storage);
    giveBack(revived, two.slice(1));
    giveBack(revived, two.slice(1));
    giveBack(revived, two.slice(1));
    expect(holds.slice(7)).toEqual([120_000, 4_000, 8_000]);
  });

  it('keeps only what is left, is sent shortly before it is due, and is busy until then', () => {
    const { board } = boardWith(1);
    board.claim(1, 'a', OPTIONS, 0);
    const left = [{ position: 7, url: 'http://a.example/7' }];
    expect(board.park(1, 'a', 10_000, left)).toBe(true);
    expect(board.nextDueAt).toBe(10_000 - PARK_LEAD_MS);
    expect(board.claim(1, 'b', OPTIONS, 5_000)).toEqual({ kind: 'busy' });
    expect(board.takeDue(10_000 - PARK_LEAD_MS)).toEqual({ send: [1], spent: [] });
    expect(board.claim(1, 'b', OPTIONS, 9_500)).toMatchObject({ kind: 'run', items: left });
  });

  it('leaves its place in the window to others, but not its place in its lane', () => {
    const { board } = boardWith(1);
    expect(board.room).toBe(WINDOW - 1);
    board.claim(1, 'a', OPTIONS, 0);
    board.park(1, 'a', 10_000, []);
    expect(board.room).toBe(WINDOW);
    expect(board.busyLanes).toEqual({ 'http://a.example': 1 });
  });

  it('counts against the most there may be in all', () => {
    const { board } = boardWith(...Array.from({ length: MAX_ON_BOARD }, (_, number) => number));
    for (let number = 0; number < MAX_ON_BOARD; number++) {
      board.claim(number, 'a', OPTIONS, 0);
      board.park(number, 'a', 10_000, []);
    }
    expect(board.room).toBe(0);
  });
});

describe('the board', () => {
  it('is the same after the object was evicted', () => {
    const { board, storage } = boardWith(1, 2, 3);
    board.claim(1, 'a', OPTIONS, 0);
    board.claim(2, 'a', OPTIONS, 0);
    board.park(2, 'a', 9_000, []);
    const revived = new Board(storage);
    expect(revived.leased).toBe(1);
    expect(revived.busyLanes).toEqual(board.busyLanes);
    expect(revived.nextDueAt).toBe(board.nextDueAt);
    expect(revived.finish(1, 'a')).toBe(true);
  });

  it('gives up what nobody works on, for a stop', () => {
    const { board, storage } = boardWith(1, 2, 3);
    board.claim(2, 'a', OPTIONS, 0);
    expect(board.dropUnleased().map(({ chunk }) => chunk)).toEqual([1, 3]);
    expect([...storage.rows.keys()]).toEqual([2]);
    expect(board.leased).toBe(1);
  });
});

describe('a chunk that ends every consumer', () => {
  it('is given up without those that were worked on beside it', () => {
    const numbers = [1, 2, 3, 4, 5];
    const bad = 3;
    const { board } = boardWith(...numbers);
    const spent: number[] = [];
    const done: number[] = [];
    let sent = numbers;
    for (let now = 0; board.nextDueAt !== null && now < 100 * LEASE_MS; now += LEASE_MS) {
      // A consumer takes what was sent, and along what it can get; a suspect one keeps it from that.
      const hasSuspect = sent.some((number) => board.isSuspect(number));
      const claimed = sent.filter((number) => board.claim(number, 'a', OPTIONS, now).kind === 'run');
      let taken = hasSuspect ? null : board.next('a', OPTIONS, now);
      for (; taken !== null; taken = board.next('a', OPTIONS, now)) claimed.push(taken.chunk);
      // The bad one kills it at once; the others would have been done.
      if (!claimed.includes(bad))
        for (const number of claimed) if (board.finish(number, 'a')) done.push(number);
      const due = board.takeDue(now + LEASE_MS);
      for (const { chunk: number } of due.spent) {
        spent.push(number);
        board.drop(number);
      }
      sent = due.send;
    }
    expect([spent, done.sort()]).toEqual([[bad], [1, 2, 4, 5]]);
  });
});
