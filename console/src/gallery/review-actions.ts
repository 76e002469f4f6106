import { api } from '../api/endpoints.ts';
import type { Image, ImageFilter, Reviewed, ReviewChange } from '../api/types.ts';
import { applyReviews } from '../state/gallery-store.ts';

/** How a change of many images ended. */
export interface Outcome {
  changed: number;
  /** Images that somebody else changed meanwhile; theirs stands. */
  conflicts: number;
  /** Takes it all back, with its own outcome; null when nothing changed. */
  undo: (() => Promise<Outcome>) | null;
}

export type OnProgress = (changed: number) => void;

/** What one request takes. */
const IMAGES_A_CALL = 500;

interface Tally {
  changed: number;
  conflicts: number;
  /** In the order in which they were made. */
  reviewIds: string[];
}

function newTally(): Tally {
  return { changed: 0, conflicts: 0, reviewIds: [] };
}

/** What can be taken back in each project, the latest at the end; for as long as the console is open. */
const history = new Map<string, Outcome[]>();

function note(projectId: string, tally: Tally, reviewed: Reviewed): void {
  applyReviews(projectId, [...reviewed.images, ...reviewed.conflicts]);
  tally.changed += reviewed.changed;
  tally.conflicts += reviewed.conflicts.length;
  if (reviewed.reviewId !== null) tally.reviewIds.push(reviewed.reviewId);
}

/** Runs a change and remembers how to take it back, also one that broke off half-way. */
async function remember(projectId: string, run: (tally: Tally) => Promise<void>): Promise<Outcome> {
  const tally = newTally();
  const outcomes = history.get(projectId) ?? [];
  history.set(projectId, outcomes);
  const conclude = (): Outcome => {
    const undo = async () => {
      const at = outcomes.indexOf(outcome);
      if (at >= 0) outcomes.splice(at, 1);
      return await undoAll(projectId, tally.reviewIds);
    };
    const outcome = { ...tally, undo: tally.reviewIds.length === 0 ? null : undo };
    if (outcome.undo) outcomes.push(outcome);
    return outcome;
  };
  try {
    await run(tally);
  } catch (error) {
    conclude();
    throw error;
  }
  return conclude();
}

async function undoAll(projectId: string, reviewIds: readonly string[]): Promise<Outcome> {
  const tally = newTally();
  for (const reviewId of reviewIds.toReversed()) note(projectId, tally, await api.undoReview(reviewId));
  return { ...tally, undo: null };
}

/** A list cut into what one request takes. */
export function chunksOf<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / IMAGES_A_CALL) }, (_, chunk) =>
    items.slice(chunk * IMAGES_A_CALL, (chunk + 1) * IMAGES_A_CALL),
  );
}

/** Decides about images, however many. Throws ProblemError; what was changed until then stays changed. */
export async function decide(
  projectId: string,
  images: readonly Pick<Image, 'id' | 'revision'>[],
  change: ReviewChange,
  onProgress: OnProgress = () => {},
): Promise<Outcome> {
  return await remember(projectId, async (tally) => {
    let asked = 0;
    for (const chunk of chunksOf(images)) {
      const named = chunk.map(({ id, revision }) => ({ id, revision }));
      note(projectId, tally, await api.reviewImages(projectId, change, { images: named }));
      asked += chunk.length;
      onProgress(asked);
    }
  });
}

/** Decides about every image that matches, loaded or not. Throws ProblemError as `decide` does. */
export async function decideMatching(
  projectId: string,
  filter: ImageFilter,
  change: ReviewChange,
  onProgress: OnProgress = () => {},
): Promise<Outcome> {
  return await remember(projectId, async (tally) => {
    for (let isComplete = false; !isComplete;) {
      const reviewed = await api.reviewImages(projectId, change, { filter });
      note(projectId, tally, reviewed);
      onProgress(tally.changed);
      isComplete = reviewed.isComplete || reviewed.changed === 0;
    }
  });
}

/** Takes the latest change back; null when there is none. Throws ProblemError. */
export async function undoLast(projectId: string): Promise<Outcome | null> {
  return (await history.get(projectId)?.at(-1)?.undo?.()) ?? null;
}
