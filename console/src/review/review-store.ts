import { computed, signal } from '@preact/signals';
import { api, newKey } from '../api/endpoints.ts';
import type { Image, ImageFilter, ReviewChange } from '../api/types.ts';
import { nameOfSource } from '../components/tile.tsx';
import { dropImages, findImage, onImagesRead, patchImages } from '../state/gallery-store.ts';
import { currentProject } from '../state/project.ts';
import { dismissToast, showToast } from '../state/toasts.ts';
import { t } from '../strings.ts';
import type { Decision } from './decision.ts';
import type { ImageState, Person } from './image-state.ts';
import { stateOf } from './image-state.ts';
import { keepDecisions } from './keep-decisions.ts';
import type { DecisionKeeper } from './keep-decisions.ts';
import { createReviewer } from './reviewer.ts';
import { describeChange, tellConflict, tellFailure, tellGone, tellReverted } from './tell.ts';

let person: Person | null = null;
let keeper: DecisionKeeper | null = null;
const wideListeners = new Set<(projectId: string) => void>();

/** The names of loaded images: by the time that an answer comes, the reader looks at another one. */
function nameIn(projectId: string): (imageId: string) => string | null {
  return (imageId) => {
    const image = findImage(projectId, imageId);
    return image ? nameOfSource(image.source.url) : null;
  };
}

/** The notes about decisions on many images, by the decisions. */
const notes = new Map<string, number>();

function dropNote(decisionId: string): boolean {
  const note = notes.get(decisionId);
  if (note !== undefined) dismissToast(note);
  return notes.delete(decisionId);
}

/** Says what was decided about many images, with Undo if anything was. */
function note({ id, projectId }: Pick<Decision, 'id' | 'projectId'>, text: string, canBeUndone = true): void {
  const parts = canBeUndone ? { undo: () => void undo(projectId, id) } : {};
  notes.set(id, showToast(text, parts));
}

/** How many images matched only the answer tells; one that was undone meanwhile is not told of. */
function tellWideDone(decision: Decision): void {
  if (decision.kind !== 'matching' || !dropNote(decision.id)) return;
  const count = decision.changed ?? 0;
  note(decision, describeChange(decision.change, count), count > 0);
}

/** Grows whenever anything here is another; reading it subscribes to what the reviewer, which knows no signals, says. */
const changes = signal(0);

/** Decisions without an answer. */
export const pendingDecisions = signal(0);
/** Whether they wait for the network, rather than for their turn. */
export const isNetworkAway = signal(false);

const reviewer = createReviewer({
  calls: {
    review: (projectId, change, of, key) => api.reviewImages(projectId, change, of, key),
    undo: (reviewId, key) => api.undoReview(reviewId, key),
    look: async (imageId) => stateOf(await api.image(imageId)),
  },
  newKey,
  now: () => new Date().toISOString(),
  me: () => person,
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
  keep: {
    save: (decision) => keeper?.save(decision),
    remove: (id) => keeper?.remove(id),
  },
  onShown: (projectId, states) => {
    patchImages(projectId, states);
    changes.value += 1;
  },
  onGone: (projectId, imageIds) => {
    dropImages(projectId, imageIds);
    tellGone(imageIds.length);
  },
  onConflict: ({ projectId, images, change, before }) => {
    const own = images.filter(({ reviewedBy }) => reviewedBy !== null && reviewedBy.id === person?.id);
    // Nobody is to be protected from themselves: what was decided last, perhaps in another tab, holds.
    if (change) reviewer.decide(projectId, own, change);
    const others = images.filter((image) => !own.includes(image));
    tellConflict({ images: others, change, before }, nameIn(projectId), () => {
      if (change) reviewer.decide(projectId, others, change);
    });
  },
  onFailed: ({ id }, problem) => {
    dropNote(id);
    tellFailure(problem);
  },
  onWideDone: (decision) => {
    tellWideDone(decision);
    wideListeners.forEach((listener) => listener(decision.projectId));
  },
  onChanged: () => {
    pendingDecisions.value = reviewer.pending();
    isNetworkAway.value = reviewer.isAway();
    changes.value += 1;
  },
});

onImagesRead((image) => ({ ...image, ...reviewer.see(stateOf(image)) }));

const projectId = computed(() => currentProject.value?.projectId ?? '');
/** Whether there is something to undo, or to redo, in the project that is open. */
export const canUndo = computed(() => changes.value >= 0 && reviewer.canUndo(projectId.value));
export const canRedo = computed(() => changes.value >= 0 && reviewer.canRedo(projectId.value));

/** An image with its newest state, own open decisions included. Subscribes the component that calls it. */
export function withNewestState(image: Image): Image {
  return changes.value >= 0 ? { ...image, ...reviewer.see(stateOf(image)) } : image;
}

/** Decides about images, shows it everywhere at once and sends it. Many at once get a toast with Undo. */
export function decide(projectId: string, images: readonly ImageState[], change: ReviewChange): void {
  const decisionId = reviewer.decide(projectId, images, change);
  if (decisionId === null || images.length < 2) return;
  note({ id: decisionId, projectId }, describeChange(change, images.length));
}

/** Decides about every image that matches a filter, those that are not loaded included. */
export function decideMatching(projectId: string, filter: ImageFilter, change: ReviewChange): void {
  const id = reviewer.decideMatching(projectId, filter, change);
  note({ id, projectId }, describeChange(change, null));
}

/** Takes back the last action, or the one that is named. Returns the images that it was about, if any. */
export function undo(projectId: string, decisionId?: string): string[] | null {
  const reverted = reviewer.undo(projectId, decisionId);
  if (!reverted) return null;
  reverted.of.forEach(dropNote);
  tellReverted(reverted, t.review.undone);
  return reverted.images;
}

/** Does again what was undone last. Returns the images that it is about, if any. */
export function redo(projectId: string): string[] | null {
  const reverted = reviewer.redo(projectId);
  if (!reverted) return null;
  tellReverted(reverted, t.review.redone);
  return reverted.images;
}

/** Takes in what a teammate decided; states older than what is known, and open own decisions, stay. */
export function applyRemote(projectId: string, states: readonly ImageState[]): void {
  reviewer.applyRemote(projectId, states);
}

/** Calls `listener` when a decision about matching images has ended: lists that show them are to be read again. */
export function onMatchingDecided(listener: (projectId: string) => void): () => void {
  wideListeners.add(listener);
  return () => void wideListeners.delete(listener);
}

/** Resolves when nothing is open any more for these images, or for any. */
export const settledDecisions = reviewer.settled;

/** Tries at once to send what waits. */
export const sendNow = reviewer.retryNow;

/** Begins for a person who has signed in, with what they left open in this tab. */
export function openReviews(user: Person): void {
  if (person?.id === user.id) return;
  person = { id: user.id, name: user.name };
  keeper = keepDecisions(sessionStorage, user.id);
  const left: Decision[] = keeper.load();
  reviewer.clear();
  reviewer.resume(left);
}

/** Ends for the person; what is kept stays for their return, unless they signed out themselves. */
export function closeReviews(): void {
  person = null;
  keeper = null;
  notes.clear();
  reviewer.clear();
}
