import { problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import type { ImageFilter, ReviewChange, Reviewed } from '../api/types.ts';
import type { Decision } from './decision.ts';
import { createHistory } from './history.ts';
import type { Step } from './history.ts';
import { applyChange, decidedOf, isSameChoice } from './image-state.ts';
import type { Decided, ImageState, Person } from './image-state.ts';
import { createLedger } from './ledger.ts';
import { createQueue } from './queue.ts';
import { sendDecision } from './send-decision.ts';
import type { ReviewCalls } from './send-decision.ts';

/** As many images as one call takes. */
const MAX_IMAGES = 500;

/** Images that somebody else changed before an own decision arrived. */
export interface Conflict {
  projectId: string;
  images: ImageState[];
  /** What the reader wanted; null for an undo, which has nothing left to take back. */
  change: ReviewChange | null;
  /** What the reader had seen, by image; null after a reload. */
  before: Readonly<Record<string, Decided>> | null;
}

/** What an undo or a redo has begun. */
export interface Reverted {
  images: string[];
  /** How many images it is about; null while the decision that it takes back, about all that match, has no answer. */
  count: number | null;
  /** The decisions that it takes back. */
  of: string[];
}

export interface ReviewerParts {
  calls: ReviewCalls;
  newKey: () => string;
  /** The time, RFC 3339. */
  now: () => string;
  me: () => Person | null;
  after: (ms: number, run: () => void) => () => void;
  random: () => number;
  /** Keeps open decisions for the case of a reload. */
  keep: { save: (decision: Decision) => void; remove: (id: string) => void };
  onShown: (projectId: string, states: readonly ImageState[]) => void;
  onGone: (projectId: string, imageIds: readonly string[]) => void;
  onConflict: (conflict: Conflict) => void;
  onFailed: (decision: Decision, problem: Problem) => void;
  /** A wide decision has ended; only a new read of the lists shows what it changed. */
  onWideDone: (decision: Decision) => void;
  /** The number of open decisions, the network or the history is another. */
  onChanged: () => void;
}

export type Reviewer = ReturnType<typeof createReviewer>;

/**
 * Decides about images: shows a decision at once, sends it once, and takes it back. It knows no DOM; the network,
 * the clock and the timers come from outside.
 */
export function createReviewer(parts: ReviewerParts) {
  const ledger = createLedger(parts.me);
  const history = createHistory();
  const settling = new Set<{ imageIds: ReadonlySet<string> | null; resolve: () => void }>();
  const queue = createQueue({
    send: async (decision) => {
      const reply = await sendDecision(decision, parts.calls, ledger, parts.keep.save);
      // Signed out, or another person meanwhile.
      if (!queue.has(decision.id)) return true;
      return onReply(decision, reply);
    },
    problemOf,
    onFailed: (decision, problem) => {
      end(decision, ledger.close(decision, idsOf(decision)));
      if (problem.status === 404 && decision.images.length === 1) {
        parts.onGone(decision.projectId, idsOf(decision));
      } else parts.onFailed(decision, problem);
    },
    onChanged: () => {
      parts.onChanged();
      settle();
    },
    after: parts.after,
    random: parts.random,
  });

  const idsOf = ({ images }: Decision): string[] => images.map(({ id }) => id);
  const isOpen = (imageIds: ReadonlySet<string> | null): boolean =>
    queue.list().some(({ images }) => imageIds === null || images.some(({ id }) => imageIds.has(id)));

  function settle(): void {
    for (const wait of settling) {
      if (isOpen(wait.imageIds)) continue;
      settling.delete(wait);
      wait.resolve();
    }
  }

  /** True when the decision needs no further call. */
  function onReply(decision: Decision, reply: Reviewed): boolean {
    if (reply.reviewId !== null) decision.done.push(reply.reviewId);
    decision.changed = (decision.changed ?? 0) + reply.changed;
    const conflicts = reply.conflicts.map((state) => ({
      ...state,
      reviewedBy: state.reviewedBy ?? null,
      reviewedAt: state.reviewedAt ?? null,
    }));
    const signature = { reviewedBy: parts.me(), reviewedAt: parts.now() };
    const applied = reply.images.map((state) => ({ ...state, ...signature }));
    // An incomplete answer that changed nothing would be asked for without end.
    const isRepeated = !reply.isComplete && reply.reviewId !== null;
    if (decision.kind === 'undo' && !isRepeated) decision.todo = (decision.todo ?? []).slice(0, -1);
    const goesOn =
      decision.kind === 'undo'
        ? (decision.todo ?? []).length > 0
        : decision.kind === 'matching' && isRepeated;
    if (decision.isWide) parts.onShown(decision.projectId, ledger.learn([...applied, ...conflicts]));
    if (goesOn) {
      parts.keep.save(decision);
      return false;
    }
    const answered = new Set([...applied, ...conflicts].map(({ id }) => id));
    const missing = idsOf(decision).filter((id) => !answered.has(id));
    const shown = decision.isWide ? [] : ledger.close(decision, idsOf(decision), applied, conflicts);
    // An end forgets what changed nothing.
    const before = history.beforeOf(decision);
    const hasChanged = new Set(applied.map(({ id }) => id));
    decision.images = decision.images.filter(({ id }) => hasChanged.has(id));
    end(decision, shown);
    if (conflicts.length > 0) {
      const change = decision.kind === 'undo' ? null : decision.change;
      parts.onConflict({ projectId: decision.projectId, images: conflicts, change, before });
    }
    if (decision.isWide) parts.onWideDone(decision);
    else for (const id of missing) void lookAgain(decision.projectId, id);
    return true;
  }

  /** An answer that leaves an image out: it may be in the bin. */
  async function lookAgain(projectId: string, imageId: string): Promise<void> {
    try {
      parts.onShown(projectId, ledger.learn([await parts.calls.look(imageId)]));
    } catch (error) {
      // Without an answer the image stays as it is shown; the next read of the list puts it right.
      if (problemOf(error).status === 404) parts.onGone(projectId, [imageId]);
    }
  }

  /** Takes leave of a decision, and tells the undo that may wait for it. */
  function end(decision: Decision, shown: readonly ImageState[]): void {
    parts.keep.remove(decision.id);
    if (decision.done.length === 0) history.forget(decision);
    const left = new Set(idsOf(decision));
    const alsoShown = queue.list().flatMap((waiting) => {
      if (waiting.kind !== 'undo' || waiting.of !== decision.id) return [];
      const pointless = idsOf(waiting).filter((id) => !left.has(id));
      waiting.images = waiting.images.filter(({ id }) => left.has(id));
      waiting.todo = [...decision.done];
      const states = ledger.close(waiting, pointless);
      if (decision.done.length > 0) parts.keep.save(waiting);
      else {
        queue.drop(waiting);
        states.push(...ledger.close(waiting, idsOf(waiting)));
        waiting.images = [];
        end(waiting, []);
      }
      return states;
    });
    const ids = [...shown, ...alsoShown].map(({ id }) => id);
    if (ids.length > 0) parts.onShown(decision.projectId, ledger.shown([...new Set(ids)]));
  }

  function blank(projectId: string, imageIds: readonly string[], isWide: boolean) {
    const images = imageIds.map((id) => ({ id, revision: null }));
    return { id: parts.newKey(), projectId, at: parts.now(), images, isWide, done: [] };
  }

  /** Opens decisions as one step, and shows what they make of their images. */
  function begin(projectId: string, decisions: readonly Decision[], states: readonly ImageState[]): Step {
    const known = new Map(states.map((state) => [state.id, state]));
    const steps = decisions.map((decision) => {
      const before: Record<string, Decided> = {};
      const own = idsOf(decision).flatMap((id) => known.get(id) ?? []);
      for (const state of own) before[state.id] = decidedOf(state);
      const opened = ledger.open(decision, own);
      parts.keep.save(decision);
      return { step: { decision, before }, opened };
    });
    const shown = steps.flatMap(({ opened }) => opened);
    if (shown.length > 0) parts.onShown(projectId, shown);
    return { parts: steps.map(({ step }) => step) };
  }

  /** Takes a step back; the step that this makes is what a redo takes back. */
  function revert(projectId: string, step: Step): Step {
    const decisions = step.parts.toReversed().map(({ decision, before }): Decision => ({
      ...blank(projectId, idsOf(decision), decision.isWide),
      kind: 'undo',
      of: decision.id,
      todo: queue.has(decision.id) ? null : [...decision.done],
      restore: before,
    }));
    const shown = ledger.shown(decisions.flatMap(idsOf));
    return begin(projectId, decisions, shown);
  }

  /** What a step is about; to be asked before its decisions go on. */
  function revertedBy(step: Step, back: Step): Reverted {
    const images = back.parts.flatMap(({ decision }) => idsOf(decision));
    const counts = step.parts.map(({ decision }) =>
      decision.isWide ? decision.changed : decision.images.length,
    );
    const isKnown = step.parts.every(({ decision }) => !decision.isWide || !queue.has(decision.id));
    const count = isKnown ? counts.reduce<number>((sum, changed) => sum + (changed ?? 0), 0) : null;
    return { images, count, of: step.parts.map(({ decision }) => decision.id) };
  }

  return {
    /** Decides about images; those that the change leaves as they are stay out. Returns its id, or null. */
    decide(projectId: string, images: readonly ImageState[], change: ReviewChange): string | null {
      const states = images
        .map((image) => ledger.see(image))
        .filter((state) => !isSameChoice(state, applyChange(state, change)));
      if (states.length === 0) return null;
      const decisions: Decision[] = [];
      for (let at = 0; at < states.length; at += MAX_IMAGES) {
        const ids = states.slice(at, at + MAX_IMAGES).map(({ id }) => id);
        decisions.push({ ...blank(projectId, ids, false), kind: 'change', change });
      }
      history.add(projectId, begin(projectId, decisions, states));
      queue.add(...decisions);
      return decisions[0]?.id ?? null;
    },

    /** Decides about all images that match, also those that no list holds. Returns its id. */
    decideMatching(projectId: string, filter: ImageFilter, change: ReviewChange): string {
      const decision: Decision = { ...blank(projectId, [], true), kind: 'matching', change, filter };
      history.add(projectId, begin(projectId, [decision], []));
      queue.add(decision);
      return decision.id;
    },

    /** Takes back the last action, or the one that `decisionId` names; null without one. */
    undo(projectId: string, decisionId?: string): Reverted | null {
      const step = history.takeUndo(projectId, decisionId);
      if (!step) return null;
      const back = revert(projectId, step);
      const reverted = revertedBy(step, back);
      history.pushRedo(projectId, back);
      queue.add(...back.parts.map(({ decision }) => decision));
      return reverted;
    },

    /** Does again what was undone last; null when there is nothing. */
    redo(projectId: string): Reverted | null {
      const step = history.takeRedo(projectId);
      if (!step) return null;
      const again = revert(projectId, step);
      const reverted = revertedBy(step, again);
      history.pushUndo(projectId, again);
      queue.add(...again.parts.map(({ decision }) => decision));
      return reverted;
    },

    /** Takes in what teammates decided; an older revision, and an image with an open own decision, stay. */
    applyRemote(projectId: string, states: readonly ImageState[]): void {
      parts.onShown(projectId, ledger.learn(states));
    },

    /** What to show of an image that has just been read. */
    see: ledger.see,

    /** Takes up what was open before a reload. */
    resume(decisions: readonly Decision[]): void {
      const ids = new Set(decisions.map(({ id }) => id));
      const live = decisions.filter(
        (decision) => decision.kind !== 'undo' || decision.todo !== null || ids.has(decision.of),
      );
      for (const decision of live) ledger.open(decision, []);
      queue.add(...live);
    },

    /** Resolves when nothing is open any more for these images, or for any. */
    settled(imageIds: readonly string[] | null): Promise<void> {
      return new Promise((resolve) => {
        settling.add({ imageIds: imageIds && new Set(imageIds), resolve });
        settle();
      });
    },

    pending: () => queue.list().length,
    isAway: queue.isAway,
    retryNow: queue.retryNow,
    canUndo: history.canUndo,
    canRedo: history.canRedo,

    /** Forgets everything here; what is kept for a reload stays. */
    clear(): void {
      queue.clear();
      history.clear();
      ledger.clear();
      settle();
      parts.onChanged();
    },
  };
}
