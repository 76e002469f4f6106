import { describe, expect, it } from 'vitest';
import { crawlMessage } from '../../../src/queues/messages.ts';
import { textArray } from '../../../src/db/statement.ts';

const message = { v: 1, jobId: 'job_1', epoch: 1, chunk: 0, requestId: null };

describe('a crawl message', () => {
  it('names a job, its run and one of its chunks', () => {
    expect(crawlMessage().parse(message)).toEqual(message);
    expect(crawlMessage().safeParse({ ...message, requestId: 'r' }).success).toBe(true);
  });

  it.each([
    { v: 2 },
    { jobId: 7 },
    { epoch: 0 },
    { epoch: 1.5 },
    { chunk: -1 },
    { chunk: '0' },
    { requestId: undefined },
  ])('is not one with %j', (change) => {
    expect(crawlMessage().safeParse({ ...message, ...change }).success).toBe(false);
  });
});

describe('a Postgres array literal', () => {
  it('quotes every item, so that none can end the array or begin another', () => {
    expect(textArray([])).toBe('{}');
    expect(textArray(['a', 'b,c', '', 'NULL', '}'])).toBe('{"a","b,c","","NULL","}"}');
    expect(textArray(['"', '\\'])).toBe('{"\\"","\\\\"}');
  });
});
