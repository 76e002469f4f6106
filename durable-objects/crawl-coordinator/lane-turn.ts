import type { TakenChunks } from '../../src/domain/crawl/take-chunks.ts';

/** A turn round the lanes of a job that takes several calls, as one looks only at so many of them. */
export interface LaneTurn {
  /** Times that the last lane was passed since a chunk was found. */
  ends: number;
  /** The earliest time, ms since 1970, at which any call expected a chunk; it may have passed the lane by then. */
  dueAt: number | null;
  /**
   * Whether a lane may have more than one chunk out. Not in the first turn: the second one of a host, which waits for the
   * first, would take the place of a host that nobody asks yet. From then on one URL that does not answer keeps the first
   * chunk of its host waiting, and not the host.
   */
  isDeep: boolean;
}

/** The first turn of a run. */
export const FIRST_TURN: LaneTurn = { ends: 0, dueAt: null, isDeep: false };
export const NEW_TURN: LaneTurn = { ...FIRST_TURN, isDeep: true };

/**
 * The turn after another call that had `room` for chunks, and when the next one should come: now, when lanes are left to
 * look at, or when each has one chunk out and may have more. It is over when the last lane was passed twice and nothing
 * was found, as every lane was looked at in between.
 */
export function goOn(
  turn: LaneTurn,
  taken: Pick<TakenChunks, 'chunks' | 'more' | 'hasWrapped' | 'nextDueAt'>,
  room: number,
): { turn: LaneTurn; isOver: boolean; nextAt: number | null } {
  const { isDeep } = turn;
  const before = taken.chunks.length > 0 ? { ...NEW_TURN, isDeep } : turn;
  const ends = before.ends + (taken.hasWrapped === true && taken.chunks.length === 0 ? 1 : 0);
  const times = [before.dueAt, taken.nextDueAt ?? null].filter((time) => time !== null);
  const dueAt = times.length === 0 ? null : Math.min(...times);
  if (taken.more === true && ends < 2) return { turn: { ends, dueAt, isDeep }, isOver: false, nextAt: 0 };
  if (!isDeep && taken.chunks.length < room) return { turn: NEW_TURN, isOver: false, nextAt: 0 };
  return { turn: NEW_TURN, isOver: true, nextAt: dueAt };
}
