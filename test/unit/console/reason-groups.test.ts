import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { retryJobBody } from '../../../src/routes/job/schema.ts';
import type { Counts, Item } from '../../../console/src/api/types.ts';
import { filterOf, groupReasons, retryOf } from '../../../console/src/job/reason-groups.ts';
import type { Tallies } from '../../../console/src/job/reason-groups.ts';
import { tallyReasons } from '../../../console/src/job/tally-reasons.ts';
import { t } from '../../../console/src/strings.ts';

/** Each reason with its status and the one thing to do about it once the import has ended. */
const NEXT = [
  ['failed', 'dns', 'retry'],
  ['failed', 'timeout', 'retry'],
  ['failed', 'tls', 'show'],
  ['failed', 'http_4xx', 'show'],
  ['failed', 'http_5xx', 'retry'],
  ['failed', 'reset', 'retry'],
  ['failed', 'redirects', 'show'],
  ['failed', 'dead_letter', 'retry'],
  ['blocked', 'robots', 'show'],
  ['blocked', 'noai', 'show'],
  ['blocked', 'private_address', 'show'],
  ['blocked', 'policy', 'show'],
  ['rejected', 'too_small', 'show'],
  ['rejected', 'aspect', 'show'],
  ['rejected', 'format', 'show'],
  ['rejected', 'too_large', 'show'],
  ['rejected', 'corrupt', 'show'],
  ['rejected', 'not_image', 'show'],
  ['skipped', 'stopped', 'goOn'],
  ['skipped', 'limit', 'importRest'],
] as const;

const none: Counts = {
  pending: 0,
  deferred: 0,
  stored: 0,
  duplicateExact: 0,
  rejected: 0,
  blocked: 0,
  failed: 0,
  skipped: 0,
};
const ended = { endedBy: null, canRetry: true } as const;

function tally(byReason: Record<string, number>, isComplete = true) {
  return { byReason: new Map(Object.entries(byReason)), isComplete, firstRetryAt: null };
}

/** The group of one address with this status and reason. */
function groupFor(status: (typeof NEXT)[number][0], reason: string, canRetry = true) {
  const tallies: Tallies = status === 'skipped' ? {} : { [status]: tally({ [reason]: 1 }) };
  const endedBy = reason === 'stopped' || reason === 'limit' ? reason : null;
  return groupReasons({ ...none, [status]: 1 }, tallies, { endedBy, canRetry })[0];
}

describe('addresses that were not added, grouped by reason', () => {
  it('know every reason there are words for', () => {
    expect(NEXT.map(([, reason]) => reason).sort()).toEqual(Object.keys(t.reason).sort());
  });

  it('lead to what the glossary says', () => {
    const glossary = readFileSync(path.join(import.meta.dirname, '../../../docs/glossary.md'), 'utf8');
    for (const [status, reason, step] of NEXT) {
      const row = `\\| \`${status}\` +\\| \`${reason}\` +\\| ${t.reason[reason].text} +\\| ${t.reasons.steps[step]} +\\|`;
      expect(glossary).toMatch(new RegExp(row));
    }
  });

  it.each(NEXT)('%s (%s) offers one step: %s', (status, reason, step) => {
    expect(groupFor(status, reason)).toMatchObject({ status, reason, count: 1, step });
  });

  it.each(NEXT)('%s (%s) is only shown while nothing can be taken up again', (status, reason) => {
    expect(groupFor(status, reason, false)?.step).toBe('show');
  });

  it('show a reason that is not known, and never retry it', () => {
    expect(groupFor('failed', 'new_reason')).toMatchObject({ reason: 'new_reason', step: 'show' });
    expect(groupFor('failed', 'constructor')?.step).toBe('show');
  });

  it('keep their places while their numbers grow', () => {
    const counts = { ...none, failed: 9, rejected: 2 };
    const order = (failed: Record<string, number>) =>
      groupReasons(counts, { failed: tally(failed), rejected: tally({ corrupt: 2 }) }, ended).map(
        ({ reason }) => reason,
      );
    expect(order({ timeout: 1, dns: 8 })).toEqual(['dns', 'timeout', 'corrupt']);
    expect(order({ dns: 1, timeout: 8 })).toEqual(['dns', 'timeout', 'corrupt']);
  });

  it('say when there may be more than were counted', () => {
    const groups = groupReasons({ ...none, failed: 9_000 }, { failed: tally({ dns: 2_000 }, false) }, ended);
    expect(groups).toMatchObject([{ count: 2_000, isAtLeast: true }]);
    expect(t.reasons.count(2_000, true)).toMatch(/\+$/);
  });

  it('forget a status that has no addresses any more', () => {
    expect(groupReasons(none, { failed: tally({ dns: 2 }) }, ended)).toEqual([]);
  });

  it('count what waits or was skipped without looking at each', () => {
    const groups = groupReasons(
      { ...none, deferred: 3, skipped: 999_000 },
      {},
      { ...ended, endedBy: 'stopped' },
    );
    expect(groups).toMatchObject([
      { status: 'deferred', reason: null, count: 3, step: 'show' },
      { status: 'skipped', reason: 'stopped', count: 999_000, step: 'goOn' },
    ]);
  });

  it.each(NEXT)('%s (%s) is taken up again by a request that the service accepts', (status, reason) => {
    const group = groupFor(status, reason);
    const request = group && retryOf(group);
    expect(request?.statuses).toEqual([status]);
    expect(request?.reasons).toEqual(status === 'skipped' ? null : [reason]);
    expect(retryJobBody().safeParse(request).success).toBe(true);
  });

  it('list all skipped addresses at once: they share their reason', () => {
    const group = groupFor('skipped', 'stopped');
    expect(group && filterOf(group)).toEqual({ status: 'skipped', reason: null });
  });
});

describe('counting reasons', () => {
  const item = (reason: string | null, retryAt: string | null = null): Item => ({
    id: '0',
    url: 'https://a.example/',
    status: 'failed',
    reason,
    detail: null,
    retryAt,
    context: null,
    imageId: null,
  });
  const pages = (...lists: Item[][]) => {
    const cursors: (string | null)[] = [];
    const load = async (cursor: string | null) => {
      cursors.push(cursor);
      const index = Number(cursor ?? 0);
      const nextCursor = index + 1 < lists.length ? String(index + 1) : null;
      return await Promise.resolve({ data: lists[index] ?? [], nextCursor });
    };
    return { load, cursors };
  };

  it('goes through the pages to the end', async () => {
    const { load } = pages([item('dns'), item('tls')], [item('dns'), item(null)]);
    const { byReason, isComplete } = await tallyReasons(load, 10);
    expect(Object.fromEntries(byReason)).toEqual({ dns: 2, tls: 1, '': 1 });
    expect(isComplete).toBe(true);
  });

  it('stops after so many pages and says so', async () => {
    const { load, cursors } = pages([item('dns')], [item('dns')], [item('dns')]);
    expect(await tallyReasons(load, 2)).toMatchObject({ isComplete: false });
    expect(cursors).toEqual([null, '1']);
  });

  it('finds the earliest time of another try', async () => {
    const { load } = pages([item('dns', '2026-03-01T14:05:00Z'), item('dns', '2026-03-01T14:04:59.5Z')]);
    expect((await tallyReasons(load, 1)).firstRetryAt).toBe('2026-03-01T14:04:59.5Z');
  });
});
