import type { TakenChunks } from '../../src/domain/crawl/take-chunks.ts';

/** A turn round the lanes of a job that takes several calls, as one looks only at so many of them. */
export interface LaneTurn {
  /** Times that the last lane was passed since a chunk was found. */
  ends: number;
  /** The earliest time, ms since 1970, at which any call expected a chunk; it may have passed the lane by then. */
  dueAt: number | null;
}

export const NEW_TURN: LaneTurn = { ends: 0, dueAt: null };

/**
 * The turn after another call, and when the next one should come: now, when lanes are left to look at. It is over when
 * the last lane was passed twice and nothing was found, as every lane was looked at in between.
 */
export function goOn(
  turn: LaneTurn,
  taken: Pick<TakenChunks, 'chunks' | 'more' | 'hasWrapped' | 'nextDueAt'>,
): { turn: LaneTurn; isOver: boolean; nextAt: number | null } {
  const before = taken.chunks.length > 0 ? NEW_TURN : turn;
  const ends = before.ends + (taken.hasWrapped === true && taken.chunks.length === 0 ? 1 : 0);
  const times = [before.dueAt, taken.nextDueAt ?? null].filter((time) => time !== null);
  const dueAt = times.length === 0 ? null : Math.min(...times);
  if (taken.more === true && ends < 2) return { turn: { ends, dueAt }, isOver: false, nextAt: 0 };
  return { turn: NEW_TURN, isOver: true, nextAt: dueAt };
}
