import { describe, expect, it } from 'vitest';
import { laneChunkFor, laneLimitFor } from '../../../src/crawl/lane.ts';

const PACES = [0.1, 5, 10, 50, 10_000];

describe('the chunks of one host', () => {
  it('hold ten URLs at a polite pace, and more where each takes no time', () => {
    expect(PACES.map(laneChunkFor)).toEqual([10, 10, 20, 50, 50]);
  });

  it('are out two at a time, and as many as keep a fast host busy', () => {
    expect(PACES.map(laneLimitFor)).toEqual([2, 2, 2, 2, 400]);
  });
});
