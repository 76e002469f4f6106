import type { Decision } from './decision.ts';
import { isDecision } from './decision.ts';

const KEY_PREFIX = 'darkroom-decision:';

export type DecisionKeeper = ReturnType<typeof keepDecisions>;

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

/** The open decisions of a person in this tab, in the order in which they were made; they outlive a reload. */
export function keepDecisions(storage: Storage, userId: string) {
  const prefix = `${KEY_PREFIX}${userId}:`;
  const keys = new Map<string, string>();
  let count = 0;

  function stored(): { key: string; decision: Decision }[] {
    const names = Object.keys(storage).filter((name) => name.startsWith(prefix));
    return names.sort().flatMap((key) => {
      const decision = parse(storage.getItem(key));
      return isDecision(decision) ? [{ key, decision }] : [];
    });
  }

  return {
    save(decision: Decision): void {
      try {
        const known = keys.get(decision.id);
        const key = known ?? prefix + String((count += 1)).padStart(9, '0');
        keys.set(decision.id, key);
        storage.setItem(key, JSON.stringify(decision));
      } catch {
        // Storage may be forbidden or full; the decision then lasts until the page is left.
      }
    },
    remove(id: string): void {
      try {
        const key = keys.get(id);
        if (key !== undefined) storage.removeItem(key);
        keys.delete(id);
      } catch {
        // Where storage is forbidden nothing was kept.
      }
    },
    /** What was open when the page was left. */
    load(): Decision[] {
      try {
        const found = stored();
        for (const { key, decision } of found) keys.set(decision.id, key);
        count = Number(found.at(-1)?.key.slice(prefix.length) ?? 0);
        return found.map(({ decision }) => decision);
      } catch {
        return [];
      }
    },
  };
}

/** Forgets what everybody left open: the next person at this tab must not read it. */
export function dropKeptDecisions(storage: Storage): void {
  try {
    for (const key of Object.keys(storage)) if (key.startsWith(KEY_PREFIX)) storage.removeItem(key);
  } catch {
    // Where storage is forbidden nothing was kept.
  }
}
