import type { Problem } from '../../../console/src/api/problem.ts';
import type { Decision } from '../../../console/src/review/decision.ts';
import type { ImageState } from '../../../console/src/review/image-state.ts';
import { createReviewer } from '../../../console/src/review/reviewer.ts';
import type { Conflict } from '../../../console/src/review/reviewer.ts';
import { ME, type ReviewServer, settlePromises } from './review-server.ts';

export const PROJECT = 'prj_1';

/** Over all tabs, as a real key is. */
let keys = 0;

/** A tab at a server: what it shows, what it keeps, and a clock that the test turns. */
export function openTab(server: ReviewServer, kept = new Map<string, string>(), random = () => 0.5) {
  const shown = new Map<string, ImageState>([...server.images].map(([id, image]) => [id, image]));
  const timers: { ms: number; run: () => void }[] = [];
  const conflicts: Conflict[] = [];
  const failed: { decision: Decision; problem: Problem }[] = [];
  const gone: string[] = [];
  const wideDone: Decision[] = [];
  const reviewer = createReviewer({
    calls: server.calls,
    newKey: () => {
      keys += 1;
      return `key${keys}`;
    },
    now: () => '2026-01-01T12:00:00Z',
    me: () => ME,
    random,
    after: (ms, run) => {
      const timer = { ms, run };
      timers.push(timer);
      return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
    },
    keep: {
      save: (decision) => void kept.set(decision.id, JSON.stringify(decision)),
      remove: (id) => void kept.delete(id),
    },
    onShown: (_, states) => {
      // As the stores do it: an older revision never replaces a newer one.
      for (const state of states) {
        if (state.revision >= (shown.get(state.id)?.revision ?? 0)) shown.set(state.id, state);
      }
    },
    onGone: (_, ids) => void gone.push(...ids),
    onConflict: (conflict) => void conflicts.push(conflict),
    onFailed: (decision, problem) => void failed.push({ decision, problem }),
    onWideDone: (decision) => void wideDone.push(decision),
    onChanged: () => undefined,
  });
  for (const [id, image] of shown) shown.set(id, reviewer.see(image));

  const image = (id: string): ImageState => {
    const found = shown.get(id);
    if (!found) throw new Error(`no image ${id}`);
    return found;
  };
  /** Lets everything arrive that is on its way or waits for its turn. */
  const settle = async () => {
    for (let round = 0; reviewer.pending() > 0; round += 1) {
      if (round > 100_000) throw new Error('the queue never empties');
      if (server.wire.length > 0) await server.deliver();
      else timers.shift()?.run();
      await settlePromises();
    }
    await settlePromises();
  };
  const images = (...ids: string[]) => ids.map(image);
  return { reviewer, shown, image, images, timers, conflicts, failed, gone, wideDone, kept, settle };
}
