import { describe, expect, it } from 'vitest';
import {
  FIRST_TURN,
  goOn,
  type LaneTurn,
  NEW_TURN,
} from '../../../durable-objects/crawl-coordinator/lane-turn.ts';

const found = (count: number) =>
  Array.from({ length: count }, (_, chunk) => ({ chunk, lane: '', attempt: 0, items: [] }));
const ROOM = 4;
const nothing = { chunks: [], more: true, hasWrapped: false, nextDueAt: null };

describe('a turn round the lanes', () => {
  it('goes on at once while lanes are left to look at', () => {
    expect(goOn(NEW_TURN, { ...nothing, chunks: found(2), nextDueAt: 9_000 }, ROOM)).toMatchObject({
      isOver: false,
      nextAt: 0,
    });
    expect(goOn(NEW_TURN, { ...nothing, nextDueAt: 9_000 }, ROOM)).toMatchObject({
      isOver: false,
      nextAt: 0,
    });
  });

  it('is over when one call has looked at all of them', () => {
    expect(goOn(NEW_TURN, { ...nothing, more: false, hasWrapped: true, nextDueAt: 9_000 }, ROOM)).toEqual({
      turn: NEW_TURN,
      isOver: true,
      nextAt: 9_000,
    });
    expect(goOn(NEW_TURN, { ...nothing, more: false }, ROOM)).toMatchObject({ nextAt: null });
  });

  it('is over when every lane was looked at in vain, and then waits for what is due first', () => {
    let turn: LaneTurn = NEW_TURN;
    // Due at 3,000 in a lane that was passed before.
    for (const nextDueAt of [3_000, 9_000]) {
      const next = goOn(turn, { ...nothing, hasWrapped: nextDueAt === 9_000, nextDueAt }, ROOM);
      expect(next.isOver).toBe(false);
      turn = next.turn;
    }
    expect(goOn(turn, { ...nothing, hasWrapped: true, nextDueAt: 9_000 }, ROOM)).toEqual({
      turn: NEW_TURN,
      isOver: true,
      nextAt: 3_000,
    });
  });

  it('begins anew with every chunk that is found', () => {
    const once = goOn(NEW_TURN, { ...nothing, hasWrapped: true }, ROOM).turn;
    const again = goOn(once, { ...nothing, chunks: found(1), hasWrapped: true }, ROOM).turn;
    expect(goOn(again, { ...nothing, hasWrapped: true }, ROOM)).toMatchObject({ isOver: false });
  });

  it('gives every lane one chunk before any gets another', () => {
    const all = { ...nothing, more: false, hasWrapped: true };
    const full = goOn(FIRST_TURN, { ...all, chunks: found(ROOM) }, ROOM);
    expect(full).toEqual({ turn: NEW_TURN, isOver: true, nextAt: null });
    // What is due comes after what may go out now.
    const spread = goOn(FIRST_TURN, { ...all, chunks: found(ROOM - 1), nextDueAt: 9_000 }, ROOM);
    expect(spread).toEqual({ turn: NEW_TURN, isOver: false, nextAt: 0 });
    expect(goOn(spread.turn, { ...all, nextDueAt: 9_000 }, 1)).toEqual({
      turn: NEW_TURN,
      isOver: true,
      nextAt: 9_000,
    });
    // With lanes that nobody has looked at it is not known yet.
    expect(goOn(FIRST_TURN, nothing, ROOM)).toEqual({ turn: FIRST_TURN, isOver: false, nextAt: 0 });
  });
});
