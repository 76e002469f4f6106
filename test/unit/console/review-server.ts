import { ProblemError, unreachableProblem } from '../../../console/src/api/problem.ts';
import type { ReviewChange, Reviewed } from '../../../console/src/api/types.ts';
import { applyChange, decidedOf, isSameChoice, stateOf } from '../../../console/src/review/image-state.ts';
import type { Decided, ImageState, Person } from '../../../console/src/review/image-state.ts';
import type { ReviewCalls } from '../../../console/src/review/send-decision.ts';

interface Row {
  reviewId: string;
  imageId: string;
  before: Decided;
  /** The review whose outcome stood before, and the one that stands since. */
  stood: string | null;
  stands: string | null;
}

/** What becomes of a call: nothing arrives, the answer is lost, the service is busy, or all goes well. */
export type Fate = 'lost' | 'unanswered' | 'busy' | 'fine';

interface Call {
  run: () => Reviewed;
  resolve: (reply: Reviewed) => void;
  reject: (error: unknown) => void;
}

export const ME: Person = { id: 'usr_me', name: 'Grace' };
export const TEAMMATE: Person = { id: 'usr_ada', name: 'Ada' };

export function newImage(id: string, parts: Partial<ImageState> = {}): ImageState {
  return {
    id,
    review: 'undecided',
    label: null,
    tags: [],
    revision: 0,
    reviewedBy: null,
    reviewedAt: null,
    ...parts,
  };
}

function problem(status: number, code: string, retryable = false): ProblemError {
  const parts = { detail: null, requestId: null, errors: [], state: null };
  return new ProblemError({ ...parts, status, code, title: code, retryable });
}

/**
 * The service as the console sees it: revisions are compared before they are changed, an Idempotency-Key gives the
 * first answer again, and calls wait on the wire until the test decides what becomes of them.
 */
export class ReviewServer {
  readonly images = new Map<string, ImageState>();
  readonly wire: Call[] = [];
  /** How often each key was acted on, not merely answered. */
  readonly acts = new Map<string, number>();
  readonly deleted = new Set<string>();
  private readonly rows: Row[] = [];
  private readonly standing = new Map<string, string | null>();
  private readonly replies = new Map<string, { body: string; reply: Reviewed }>();
  private reviews = 0;

  constructor(images: readonly ImageState[]) {
    for (const image of images) this.images.set(image.id, image);
  }

  readonly calls: ReviewCalls = {
    review: (projectId, change, of, key) =>
      this.queue(key, JSON.stringify({ projectId, change, of }), () => {
        if ('filter' in of) return this.changeMatching(change);
        return this.change(change, of.images, ME);
      }),
    undo: (reviewId, key) => this.queue(key, reviewId, () => this.undo(reviewId)),
    look: (imageId) => {
      const image = this.images.get(imageId);
      if (!image || this.deleted.has(imageId)) return Promise.reject(problem(404, 'not_found'));
      return Promise.resolve(image);
    },
  };

  private queue(key: string, body: string, act: () => Reviewed): Promise<Reviewed> {
    const run = () => {
      const known = this.replies.get(key);
      if (known && known.body !== body) throw new Error(`key ${key} came with another body`);
      if (known) return known.reply;
      this.acts.set(key, (this.acts.get(key) ?? 0) + 1);
      const reply = act();
      this.replies.set(key, { body, reply });
      return reply;
    };
    return new Promise((resolve, reject) => this.wire.push({ run, resolve, reject }));
  }

  /** Decides about a call on the wire and lets what follows from its answer happen. */
  async deliver(at = 0, fate: Fate = 'fine'): Promise<void> {
    const call = this.wire.splice(at, 1)[0];
    if (!call) return;
    if (fate === 'busy') call.reject(problem(503, 'unavailable', true));
    else {
      try {
        const reply = fate === 'lost' ? null : call.run();
        if (reply && fate === 'fine') call.resolve(structuredClone(reply));
        else call.reject(new ProblemError(unreachableProblem()));
      } catch (error) {
        call.reject(error);
      }
    }
    await settlePromises();
  }

  refuse(status: number, code: string, isRetryable = false): Promise<void> {
    this.wire.shift()?.reject(problem(status, code, isRetryable));
    return settlePromises();
  }

  /** A change by somebody else; what the room would tell of it. */
  changeByTeammate(imageId: string, change: ReviewChange): ImageState | null {
    const image = this.images.get(imageId);
    if (!image) return null;
    this.change(change, [{ id: imageId, revision: image.revision }], TEAMMATE);
    return this.images.get(imageId) ?? null;
  }

  private put(
    reviewId: string,
    imageId: string,
    { decided, stands, by }: { decided: Decided; stands: string | null; by: Person },
  ): ImageState {
    const image = this.images.get(imageId);
    if (!image) throw problem(404, 'not_found');
    const revision = image.revision + 1;
    const stood = this.standing.get(imageId) ?? null;
    this.rows.push({ reviewId, imageId, before: decidedOf(image), stood, stands });
    this.standing.set(imageId, stands);
    const next = {
      ...image,
      ...decided,
      revision,
      reviewedBy: by,
      reviewedAt: `2026-01-01T00:00:${revision}Z`,
    };
    this.images.set(imageId, next);
    return next;
  }

  private nextReview(): string {
    this.reviews += 1;
    return `rev_${this.reviews}`;
  }

  private change(
    change: ReviewChange,
    targets: readonly { id: string; revision: number }[],
    by: Person,
  ): Reviewed {
    const reviewId = this.nextReview();
    const applied: ImageState[] = [];
    const conflicts: ImageState[] = [];
    let changed = 0;
    for (const { id, revision } of targets) {
      const image = this.images.get(id);
      if (!image || this.deleted.has(id)) continue;
      const decided = applyChange(image, change);
      if (image.revision !== revision) conflicts.push(stateOf(image));
      else if (isSameChoice(image, decided)) applied.push(image);
      else {
        applied.push(this.put(reviewId, id, { decided, stands: reviewId, by }));
        changed += 1;
      }
    }
    return {
      reviewId: changed > 0 ? reviewId : null,
      changed,
      isComplete: true,
      images: applied.map(({ id, review, label, tags, revision }) => ({ id, review, label, tags, revision })),
      conflicts,
    };
  }

  /** Two images a call, so that going on is seen. */
  private changeMatching(change: ReviewChange): Reviewed {
    const left = [...this.images.values()].filter(
      (image) => !isSameChoice(image, applyChange(image, change)),
    );
    const reply = this.change(change, left.slice(0, 2), ME);
    return { ...reply, images: [], isComplete: left.length <= 2 };
  }

  private undo(undone: string): Reviewed {
    const reviewId = this.nextReview();
    const applied: ImageState[] = [];
    const conflicts: ImageState[] = [];
    for (const row of this.rows.filter((row) => row.reviewId === undone)) {
      const image = this.images.get(row.imageId);
      if (!image) continue;
      if ((this.standing.get(image.id) ?? null) !== row.stands) {
        conflicts.push(stateOf(image));
        continue;
      }
      applied.push(this.put(reviewId, image.id, { decided: row.before, stands: row.stood, by: ME }));
    }
    const images = applied.map(stateOf);
    const changed = applied.length;
    return { reviewId: changed > 0 ? reviewId : null, changed, isComplete: true, images, conflicts };
  }
}

/** Lets every promise that can go on go on. */
export async function settlePromises(): Promise<void> {
  for (let round = 0; round < 12; round += 1) await Promise.resolve();
}
