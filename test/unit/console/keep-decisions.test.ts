import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../console/src/review/decision.ts';
import { dropKeptDecisions, keepDecisions } from '../../../console/src/review/keep-decisions.ts';

/** The part of Storage that counts: its own keys are what it holds. */
function newStorage(isFull = false): Storage {
  const methods = {
    getItem(this: Record<string, string>, key: string) {
      return Object.hasOwn(this, key) ? this[key] : null;
    },
    setItem(this: Record<string, string>, key: string, value: string) {
      if (isFull) throw new DOMException('full', 'QuotaExceededError');
      this[key] = value;
    },
    removeItem(this: Record<string, string>, key: string) {
      delete this[key];
    },
  };
  return Object.create(methods) as Storage;
}

function decision(id: string): Decision {
  return {
    id,
    projectId: 'prj_1',
    at: '2026-01-01T00:00:00Z',
    images: [{ id: 'img_a', revision: null }],
    isWide: false,
    done: [],
    kind: 'change',
    change: { review: 'keep' },
  };
}

describe('kept decisions', () => {
  it('come back in their order, and go on in it', () => {
    const storage = newStorage();
    const first = keepDecisions(storage, 'usr_1');
    for (let count = 1; count <= 12; count += 1) first.save(decision(`d${count}`));
    first.remove('d1');
    first.save({ ...decision('d2'), done: ['rev_1'] });

    const second = keepDecisions(storage, 'usr_1');
    expect(second.load().map(({ id }) => id)).toEqual(
      Array.from({ length: 11 }, (_, index) => `d${index + 2}`),
    );
    expect(second.load()[0]?.done).toEqual(['rev_1']);
    second.save(decision('d13'));
    second.remove('d2');
    expect(
      keepDecisions(storage, 'usr_1')
        .load()
        .map(({ id }) => id)
        .at(-1),
    ).toBe('d13');
  });

  it('are those of one person', () => {
    const storage = newStorage();
    keepDecisions(storage, 'usr_1').save(decision('d1'));
    expect(keepDecisions(storage, 'usr_2').load()).toEqual([]);
    dropKeptDecisions(storage);
    expect(keepDecisions(storage, 'usr_1').load()).toEqual([]);
  });

  it('of another shape are passed over, and a full storage keeps none', () => {
    const storage = newStorage();
    storage.setItem('darkroom-decision:usr_1:000000001', '{"kind":"change"}');
    storage.setItem('darkroom-decision:usr_1:000000002', 'not json');
    expect(keepDecisions(storage, 'usr_1').load()).toEqual([]);
    const full = keepDecisions(newStorage(true), 'usr_1');
    full.save(decision('d1'));
    expect(full.load()).toEqual([]);
  });
});
