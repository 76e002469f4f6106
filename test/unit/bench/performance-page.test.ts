import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderPage } from '../../../bench/tables/blocks.ts';
import { currentPage, PAGE } from '../../../bench/tables/write-page.ts';

const MARKS = ['trips', 'gate', 'growth', 'size', 'faults']
  .map((name) => `<!-- ${name} -->outdated<!-- end of ${name} -->`)
  .join('\n');
const MACHINE = { cpus: 2, model: 'A processor', memoryGb: 8, os: 'Linux 6', node: '24.0.0', workerd: '1.0' };
const GROWTH = JSON.stringify({
  machine: MACHINE,
  measuredAt: '2026-11-01T10:00:00.000Z',
  sizes: [1_000, 1_000_000],
  listings: [{ name: 'images', ms: [1.5, 1.8], pages: [40, 44], ratio: 1.2, ways: [] }],
});

const faulty = (store: string, firstAddedMs: number[], more: object = {}) => ({
  store,
  routes: {
    'cached read': {
      withoutP50Ms: 2.5,
      firstAddedMs,
      laterP50AddedMs: 1.5,
      laterP95AddedMs: 4,
      recoveryMs: 2_140,
      failed: 0,
      databaseCallsWithout: 0,
      databaseCallsLater: 1,
      ...more,
    },
  },
  writes: { acknowledged: 40, refused: 5, lost: 1 },
});
const FAULTS = JSON.stringify({
  machine: MACHINE,
  measuredAt: '2026-11-01T10:00:00.000Z',
  redisDeadlineMs: 150,
  faults: {
    'Redis is gone': faulty('redis', [151.4, 149, 2, 1, 0]),
    'the replica is gone': faulty('replica', [160, 3], { laterP50AddedMs: 9, failed: 2, recoveryMs: 5_060 }),
  },
});

describe('docs/performance.md', () => {
  it('says what is in bench/results', async () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(await currentPage());
  });

  it('gets a table and the machine for each result, and says where there is none', () => {
    const page = renderPage(MARKS, (name) => (name === 'growth' ? GROWTH : null));
    expect(page).toContain('| images | 1.50 | 1.80 | 1.20 | 40 | 44 |');
    expect(page).toContain('Measured on 2026-11-01: A processor, 2 cores, 8 GB');
    expect(page.match(/Not measured yet\./g)).toHaveLength(3);
    expect(page).not.toContain('outdated');
  });

  it('says what a fault costs, and holds the worst against what was promised', () => {
    const page = renderPage(MARKS, (name) => (name === 'faults' ? FAULTS : null));
    expect(page).toContain(
      '| Redis is gone, cached read | 2.5 | 151, 149, 2, 1, 0 | 1.5 | 4.0 | 0.0, 1.0 | 2.1 | 0 |',
    );
    // Of Redis alone, then of all.
    expect(page).toMatch(/\| a dead Redis, each .* \| 151 \| at most 150 \|/);
    expect(page).toMatch(/\| a dead Redis, p50 .* \| 1.5 \| at most 5 \|/);
    expect(page).toMatch(/\| recovery .* \| 5.1 \| at most 15 \|/);
    expect(page).toContain('| requests that can be served and were not | 2 | 0 |');
    expect(page).toContain('| lost writes, of 80 acknowledged during faults | 2 | 0 |');
  });

  it('is refused without its marks, or with a result of another shape', () => {
    expect(() => renderPage('no marks', () => null)).toThrow('no block');
    expect(() => renderPage(MARKS, () => '{"machine":"of one line"}')).toThrow();
  });
});
