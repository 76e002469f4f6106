import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ITEM_STATUSES, JOB_KINDS, JOB_STATUSES } from '../../../src/db/schema/job.ts';
import type { FetchFailure } from '../../../src/crawl/request.ts';
import type { Inspection } from '../../../src/crawl/inspect/inspect-image.ts';
import { isJob, isSource } from '../../../console/src/api/types.ts';
import type { Counts, ItemStatus, Job } from '../../../console/src/api/types.ts';
import { nextPollDelay } from '../../../console/src/job/poll-delay.ts';
import { failureWords, sourceWords } from '../../../console/src/job/source-words.ts';
import { jobLooks } from '../../../console/src/job/status-looks.ts';
import {
  STATUS_ORDER,
  countNotAdded,
  countsByStatus,
  isUnderWay,
  reasonWords,
  statusWords,
} from '../../../console/src/job/status-words.ts';
import { t } from '../../../console/src/strings.ts';

const counts: Counts = {
  pending: 7,
  deferred: 8,
  stored: 1,
  duplicateExact: 2,
  rejected: 3,
  blocked: 4,
  failed: 5,
  skipped: 6,
};

/** Every text of the strings file; functions are shown as they would be with a count of two. */
function wordsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return [String(value(2, 2))];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsIn) : [];
}

/** Every reason an address may end with. A new one in the crawl makes this list incomplete for the compiler. */
const REASONS: Record<
  | FetchFailure['reason']
  | Extract<Inspection, { ok: false }>['reason']
  | 'too_small'
  | 'aspect'
  | 'dead_letter'
  | 'stopped'
  | 'limit',
  true
> = {
  robots: true,
  noai: true,
  aspect: true,
  stopped: true,
  limit: true,
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

const said = (status: ItemStatus, reason: string | null, detail: string | null = null) =>
  statusWords({ status, reason, detail, retryAt: null });

describe('the words for what happened to an address', () => {
  it.each([
    ['stored', null, 'Added'],
    ['duplicate_exact', null, 'Already in this project'],
    ['failed', 'dns', 'Host not found'],
    ['rejected', 'corrupt', 'File damaged'],
    ['blocked', 'robots', 'Site asks crawlers to stay out'],
    ['blocked', 'noai', 'Site opted out of AI use'],
    ['failed', 'dead_letter', 'Failed delivery'],
    ['skipped', 'limit', 'Over your limit'],
    ['pending', null, 'Waiting'],
  ] as const)('%s (%s) reads "%s"', (status, reason, text) => {
    expect(said(status, reason).text).toBe(text);
  });

  it('say when an address that waits is tried again', () => {
    const retryAt = '2026-03-01T14:05:00Z';
    const { text, hint } = statusWords({ status: 'deferred', reason: 'http_5xx', detail: null, retryAt });
    expect(text).toMatch(/^Waiting, retries at .*05/);
    expect(hint).toBe('Site had an error');
  });

  it('falls back to the status for a reason it does not know', () => {
    expect(said('failed', 'constructor').text).toBe('Not reached');
    expect(said('rejected', 'new_reason').text).toBe('Not usable');
  });

  it('put the note of the service before the general sentence', () => {
    expect(said('failed', 'http_4xx', 'the server answered 404').hint).toBe('the server answered 404');
    expect(said('failed', 'http_4xx').hint).toBe(t.reason.http_4xx.hint);
  });

  it('exist for every reason of the crawl, each its own, and for no other', () => {
    expect(Object.keys(t.reason).sort()).toEqual(Object.keys(REASONS).sort());
    const texts = Object.keys(REASONS).map((reason) => reasonWords('failed', reason).text);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts).not.toContain('Not reached');
  });

  it('are the ones of the glossary', () => {
    const glossary = readFileSync(path.join(import.meta.dirname, '../../../docs/glossary.md'), 'utf8');
    for (const [reason, { text }] of Object.entries(t.reason)) {
      expect(glossary).toMatch(new RegExp(`\\| \`${reason}\` +\\| ${text} +\\|`));
    }
    for (const [status, text] of Object.entries(t.imports.statuses)) {
      expect(glossary).toMatch(new RegExp(`\\| \`${status}\` +\\| ${text} +\\|`));
    }
  });

  it('never shows the inner words of the service', () => {
    const values = wordsIn(t).join('\n');
    expect(values).toContain('Added');
    expect(values).not.toMatch(/\b(chunk|lease|epoch|hold|tenant|isolate|dead letter|picture)s?\b/i);
  });
});

describe('the states that the service knows', () => {
  const job: Job = {
    id: 'job_1',
    projectId: 'prj_1',
    kind: 'urls',
    status: 'draft',
    options: {
      minWidth: undefined,
      minHeight: undefined,
      maxAspect: undefined,
      formats: undefined,
      maxBytes: undefined,
      maxImages: undefined,
    },
    total: 0,
    counts,
    endedBy: null,
    failure: null,
    createdAt: '2026-03-01T14:05:00Z',
    startedAt: null,
    finishedAt: null,
  };

  it('are all read, and have words', () => {
    expect(JOB_STATUSES.filter((status) => !isJob({ ...job, status }))).toEqual([]);
    expect(JOB_KINDS.filter((kind) => !isJob({ ...job, kind }))).toEqual([]);
    expect(Object.keys(t.imports.statuses).sort()).toEqual([...JOB_STATUSES].sort());
    expect(Object.keys(t.status).sort()).toEqual([...ITEM_STATUSES].sort());
  });

  it('leave one out that is not known', () => {
    expect(isJob({ ...job, status: 'paused' })).toBe(false);
    const source = { id: '0', kind: 'page', url: '', reason: null, detail: null, found: 0 };
    expect(isSource({ ...source, status: 'lost' })).toBe(false);
    expect(Object.keys(t.sources.statuses).filter((status) => !isSource({ ...source, status }))).toEqual([]);
  });
});

describe('the counts of an import', () => {
  it('cover every status, each once', () => {
    expect([...STATUS_ORDER].sort()).toEqual([...ITEM_STATUSES].sort());
    expect(STATUS_ORDER.map((status) => countsByStatus(counts)[status])).toEqual([1, 2, 6, 3, 4, 5, 8, 7]);
  });

  it('tell apart what was not added from what is still open', () => {
    expect(countNotAdded(counts)).toBe(2 + 3 + 4 + 5 + 6);
  });
});

describe('the state of an import', () => {
  const none: Counts = { ...counts, stored: 0, pending: 0, deferred: 0 };
  const some = { ...none, stored: 1 };
  const state = { kind: 'urls', endedBy: null, counts: some } as const;

  it('is no plain success when nothing was added', () => {
    const empty = { ...state, counts: none };
    expect(jobLooks({ ...empty, status: 'completed' })).toMatchObject({
      tone: 'warning',
      text: 'Done, nothing added',
    });
    expect(jobLooks({ ...empty, status: 'completed_with_errors' }).text).toBe('Done, nothing added');
    expect(jobLooks({ ...empty, status: 'running' }).text).toBe('Running');
    expect(jobLooks({ ...state, status: 'completed' })).toMatchObject({ tone: 'keep', text: 'Done' });
  });

  it('says that the limit ended it', () => {
    expect(jobLooks({ ...state, status: 'completed', endedBy: 'limit' }).text).toBe('Done, limit reached');
  });

  it('looks for images only where there is something to look in', () => {
    expect(jobLooks({ ...state, status: 'planning', kind: 'pages' }).text).toBe('Looking for images');
    expect(jobLooks({ ...state, status: 'planning' }).text).toBe('Getting ready');
  });

  it('says until when it waits, once there is nothing else to do', () => {
    const waiting = { ...state, status: 'running', waitsUntil: '2026-03-01T14:05:00Z' } as const;
    expect(jobLooks({ ...waiting, counts: { ...some, deferred: 2 } }).text).toMatch(/^Waiting, retries at /);
    expect(jobLooks({ ...waiting, counts: { ...some, deferred: 2, pending: 1 } }).text).toBe('Running');
    expect(jobLooks({ ...waiting, counts: some }).text).toBe('Running');
  });

  it('explains a failure as a whole', () => {
    expect(failureWords('nothing_found')).toBe('No image addresses were found.');
    expect(failureWords('robots')).toBe('Site asks crawlers to stay out.');
    expect(failureWords('unreadable')).toBe('Could not be read.');
    expect(failureWords('something_new')).toBe(t.job.failures.other);
  });
});

describe('what was found in a page or sitemap', () => {
  const source = { kind: 'page', status: 'done', reason: null, detail: null, found: 0 } as const;

  it('is a number, nothing, or why not', () => {
    expect(sourceWords({ ...source, found: 3 }).text).toBe('3 addresses found');
    expect(sourceWords(source).text).toBe('No images found');
    expect(sourceWords({ ...source, status: 'sent' }).text).toBe('Looking');
    expect(sourceWords({ ...source, status: 'failed', reason: 'dns', detail: 'no answer' })).toEqual({
      text: 'Host not found',
      detail: 'no answer',
    });
    expect(sourceWords({ ...source, kind: 'sitemap' }).text).toBe('No images of its own');
    expect(
      sourceWords({ ...source, status: 'failed', reason: 'too_large', detail: 'full', found: 2 }),
    ).toEqual({
      text: 'Too large to read to the end',
      detail: 'full. 2 addresses found before that.',
    });
    expect(sourceWords({ ...source, status: 'blocked' }).text).toBe('Not allowed');
    expect(sourceWords({ ...source, status: 'failed', reason: 'new_reason' }).text).toBe('Not reached');
  });
});

describe('following an import', () => {
  it('goes on for as long as the import moves by itself', () => {
    expect(JOB_STATUSES.filter(isUnderWay)).toEqual(['planning', 'queued', 'running', 'stopping']);
    expect(nextPollDelay({ isFinal: true, failures: 0, isHidden: false })).toBeNull();
    expect(nextPollDelay({ isFinal: true, failures: 3, isHidden: true })).toBeNull();
  });

  it('looks each second, and seldom while nobody sees it', () => {
    expect(nextPollDelay({ isFinal: false, failures: 0, isHidden: false })).toBe(1_000);
    expect(nextPollDelay({ isFinal: false, failures: 0, isHidden: true })).toBe(15_000);
  });

  it('backs off from a service that fails, up to half a minute', () => {
    const delays = [1, 2, 3, 10].map((failures) =>
      nextPollDelay({ isFinal: false, failures, isHidden: false }),
    );
    expect(delays).toEqual([2_000, 4_000, 8_000, 30_000]);
    expect(nextPollDelay({ isFinal: false, failures: 1, isHidden: true })).toBe(15_000);
  });
});
