import { applyChange } from './image-state.ts';
import type { ImageState, Person } from './image-state.ts';
import type { Decision } from './decision.ts';

interface Entry {
  /** The newest that the service has said; null after a reload, until a list brings the image. */
  confirmed: ImageState | null;
  /** What the open decisions are shown on: a teammate's change waits here until they are answered. */
  base: ImageState | null;
  /** The revision that the next decision to be sent is made on. */
  seen: number | null;
  open: Decision[];
}

/** Settled images that are remembered: enough to put right what an older list brings. */
const MAX_SETTLED = 5_000;

function newer(one: ImageState | null, other: ImageState): ImageState {
  return one !== null && one.revision >= other.revision ? one : other;
}

export type Ledger = ReturnType<typeof createLedger>;

/** Per image: what the service has confirmed, and which own decisions are still open. `me` signs these. */
export function createLedger(me: () => Person | null) {
  const entries = new Map<string, Entry>();

  function show(entry: Entry): ImageState | null {
    const { base } = entry;
    if (base === null) return null;
    return entry.open.reduce<ImageState>((state, decision) => {
      const signed = { ...state, reviewedBy: me(), reviewedAt: decision.at };
      if (decision.kind === 'undo') return { ...signed, ...decision.restore[state.id] };
      return { ...signed, ...applyChange(state, decision.change) };
    }, base);
  }

  function enter(id: string): Entry {
    const known = entries.get(id);
    if (known) return known;
    const entry: Entry = { confirmed: null, base: null, seen: null, open: [] };
    entries.set(id, entry);
    return entry;
  }

  function confirm(entry: Entry, state: ImageState): void {
    entry.confirmed = newer(entry.confirmed, state);
    if (entry.open.length === 0) entry.base = entry.confirmed;
    entry.base ??= state;
  }

  function trim(): void {
    for (const [id, entry] of entries) {
      if (entries.size <= MAX_SETTLED) return;
      if (entry.open.length === 0) entries.delete(id);
    }
  }

  const shownOf = (ids: readonly string[]): ImageState[] =>
    ids.flatMap((id) => {
      const entry = entries.get(id);
      const state = entry ? show(entry) : null;
      return state ? [state] : [];
    });

  return {
    /** What to show of an image that a list or an answer brings. */
    see(state: ImageState): ImageState {
      const entry = entries.get(state.id);
      if (!entry) return state;
      confirm(entry, state);
      return show(entry) ?? state;
    },

    /** Takes what the service or a teammate says, and gives what is to be shown. */
    learn(states: readonly ImageState[]): ImageState[] {
      for (const state of states) confirm(enter(state.id), state);
      const shown = shownOf(states.map(({ id }) => id));
      trim();
      return shown;
    },

    /** Opens a decision. `states`: its images as they are shown; none of them when it comes out of a reload. */
    open(decision: Decision, states: readonly ImageState[]): ImageState[] {
      for (const state of states) confirm(enter(state.id), state);
      for (const target of decision.images) {
        const entry = enter(target.id);
        if (entry.open.length === 0) {
          entry.base = entry.confirmed;
          entry.seen = target.revision ?? entry.confirmed?.revision ?? null;
          target.revision = entry.seen;
        }
        entry.open.push(decision);
      }
      return shownOf(decision.images.map(({ id }) => id));
    },

    /** Writes down the revisions that a decision is sent with; they stay for all its attempts. */
    seal(decision: Decision): { id: string; revision: number }[] {
      return decision.images.map((target) => {
        const entry = entries.get(target.id);
        target.revision ??= entry?.seen ?? entry?.confirmed?.revision ?? 0;
        return { id: target.id, revision: target.revision };
      });
    },

    /**
     * Closes a decision on `ids`. `applied`: those as it left them. `current`: those where it came too late. A later
     * decision on one of these keeps the revision that the reader saw, so the service judges it as late too.
     */
    close(
      decision: Decision,
      ids: readonly string[],
      applied: readonly ImageState[] = [],
      current: readonly ImageState[] = [],
    ): ImageState[] {
      for (const id of ids) {
        const entry = enter(id);
        entry.open = entry.open.filter((other) => other !== decision);
      }
      for (const state of applied) {
        const entry = enter(state.id);
        entry.seen = state.revision;
        entry.base = state;
        confirm(entry, state);
      }
      for (const state of current) {
        const entry = enter(state.id);
        entry.base = state;
        confirm(entry, state);
      }
      for (const id of ids) {
        const entry = enter(id);
        if (entry.open.length === 0) entry.base = entry.confirmed;
      }
      const shown = shownOf(ids);
      trim();
      return shown;
    },

    shown: shownOf,

    clear: () => entries.clear(),
  };
}
