import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FetchFailure } from '../../../src/crawl/fetch-image.ts';
import type { Inspection } from '../../../src/crawl/inspect/inspect-image.ts';
import type { Counts, Progress } from '../../../console/src/api/types.ts';
import { nextPollDelay } from '../../../console/src/job/poll-delay.ts';
import { jobLooks } from '../../../console/src/job/status-looks.ts';
import {
  STATUS_ORDER,
  countNotAdded,
  countsByStatus,
  isFinal,
  statusWords,
} from '../../../console/src/job/status-words.ts';
import { t } from '../../../console/src/strings.ts';

const progress: Progress = {
  jobId: 'job_1',
  status: 'running',
  total: 28,
  pending: 7,
  done: 21,
  counts: { stored: 1, duplicateExact: 2, rejected: 3, blocked: 4, failed: 5, skipped: 6 },
  startedAt: null,
  finishedAt: null,
  updatedAt: null,
};

/** Every text of the strings file; functions are shown as they would be with a count of two. */
function wordsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return [String(value(2, 2))];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsIn) : [];
}

/** Every reason an address may end with. A new one in the crawl makes this list incomplete for the compiler. */
const REASONS: Record<
  FetchFailure['reason'] | Extract<Inspection, { ok: false }>['reason'] | 'too_small' | 'dead_letter',
  true
> = {
  private_address: true,
  policy: true,
  too_large: true,
  not_image: true,
  dns: true,
  timeout: true,
  tls: true,
  http_4xx: true,
  http_5xx: true,
  reset: true,
  redirects: true,
  format: true,
  corrupt: true,
  too_small: true,
  dead_letter: true,
};

describe('the words for what happened to an address', () => {
  it.each([
    ['stored', null, 'Added', 'openImage'],
    ['duplicate_exact', null, 'Already in this project', 'openImage'],
    ['failed', 'dns', 'Host not found', 'importAgain'],
    ['rejected', 'corrupt', 'File damaged', 'openSource'],
    ['blocked', 'private_address', 'Private address', 'openSource'],
    ['failed', 'dead_letter', 'Failed delivery', 'importAgain'],
    ['skipped', 'limit', 'Over your limit', 'importAgain'],
    ['pending', null, 'Waiting', 'wait'],
  ] as const)('%s (%s) reads "%s" and offers one step', (status, reason, text, action) => {
    expect(statusWords({ status, reason, detail: null })).toMatchObject({ text, action });
  });

  it('falls back to the status for a reason it does not know', () => {
    const text = (status: 'failed' | 'rejected', reason: string) =>
      statusWords({ status, reason, detail: null }).text;
    expect(text('failed', 'constructor')).toBe('Not reached');
    expect(text('rejected', 'new_reason')).toBe('Not usable');
  });

  it('exist for every reason of the crawl, each its own, and for no other', () => {
    expect(Object.keys(t.reason).sort()).toEqual(Object.keys(REASONS).sort());
    const texts = Object.keys(REASONS).map(
      (reason) => statusWords({ status: 'failed', reason, detail: null }).text,
    );
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts).not.toContain('Not reached');
  });

  it('are the ones of the glossary', () => {
    const glossary = readFileSync(path.join(import.meta.dirname, '../../../docs/glossary.md'), 'utf8');
    for (const [reason, { text }] of Object.entries(t.reason)) {
      expect(glossary).toMatch(new RegExp(`\\| \`${reason}\` +\\| ${text} +\\|`));
    }
  });

  it('tell the HTTP status that a site answered with', () => {
    const hint = (detail: string | null) =>
      statusWords({ status: 'failed', reason: 'http_4xx', detail }).hint;
    expect(hint('the server answered 404')).toMatch(/^The server answered 404\. /);
    expect(hint('12345 bytes')).toBe(hint(null));
  });

  it('never shows the inner words of the service', () => {
    const values = wordsIn(t).join('\n');
    expect(values).toContain('Added');
    expect(values).not.toMatch(/\b(chunk|lease|epoch|hold|tenant|isolate|dead letter|picture)s?\b/i);
  });
});

describe('the counts of an import', () => {
  it('cover every status and add up to the total', () => {
    const counts = countsByStatus(progress);
    expect(Object.keys(counts).sort()).toEqual([...STATUS_ORDER].sort());
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(progress.total);
  });
});

describe('the state of an import', () => {
  const none: Counts = { stored: 0, duplicateExact: 2, rejected: 1, blocked: 1, failed: 1, skipped: 1 };

  it('is no plain success when nothing was added', () => {
    expect(jobLooks('completed', none)).toMatchObject({ tone: 'warning', text: 'Done, nothing added' });
    expect(jobLooks('completed_with_errors', none).text).toBe('Done, nothing added');
    expect(jobLooks('completed', { ...none, stored: 1 })).toMatchObject({ tone: 'keep', text: 'Done' });
  });

  it('stays what it is while the import runs or its counts are not known', () => {
    expect(jobLooks('running', none).text).toBe('Running');
    expect(jobLooks('completed', undefined).text).toBe('Done');
  });

  it('counts as not added everything that came to an end otherwise', () => {
    expect(countNotAdded({ ...none, stored: 5 })).toBe(6);
  });
});

describe('following an import', () => {
  it('stops only when nothing more can happen by itself', () => {
    expect(isFinal('completed') && isFinal('completed_with_errors') && isFinal('failed')).toBe(true);
    expect(isFinal('running') || isFinal('queued') || isFinal('draft')).toBe(false);
    expect(nextPollDelay({ isFinal: true, unchanged: 0, failures: 0 })).toBeNull();
  });

  it('looks each second while things move and less often while they do not', () => {
    expect(nextPollDelay({ isFinal: false, unchanged: 0, failures: 0 })).toBe(1_000);
    expect(nextPollDelay({ isFinal: false, unchanged: 5, failures: 0 })).toBe(1_000);
    expect(nextPollDelay({ isFinal: false, unchanged: 7, failures: 0 })).toBeGreaterThan(2_000);
    expect(nextPollDelay({ isFinal: false, unchanged: 100, failures: 0 })).toBe(5_000);
  });

  it('backs off from a service that fails, up to half a minute', () => {
    const delays = [1, 2, 3, 10].map((failures) => nextPollDelay({ isFinal: false, unchanged: 0, failures }));
    expect(delays).toEqual([2_000, 4_000, 8_000, 30_000]);
  });
});
