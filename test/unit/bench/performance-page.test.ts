import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderPage } from '../../../bench/tables/blocks.ts';
import { currentPage, PAGE } from '../../../bench/tables/write-page.ts';

const MARKS = ['trips', 'gate', 'growth', 'size']
  .map((name) => `<!-- ${name} -->outdated<!-- end of ${name} -->`)
  .join('\n');
const MACHINE = { cpus: 2, model: 'A processor', memoryGb: 8, os: 'Linux 6', node: '24.0.0', workerd: '1.0' };
const GROWTH = JSON.stringify({
  machine: MACHINE,
  measuredAt: '2026-11-01T10:00:00.000Z',
  sizes: [1_000, 1_000_000],
  listings: [{ name: 'images', ms: [1.5, 1.8], pages: [40, 44], ratio: 1.2, ways: [] }],
});

describe('docs/performance.md', () => {
  it('says what is in bench/results', async () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(await currentPage());
  });

  it('gets a table and the machine for each result, and says where there is none', () => {
    const page = renderPage(MARKS, (name) => (name === 'growth' ? GROWTH : null));
    expect(page).toContain('| images | 1.50 | 1.80 | 1.20 | 40 | 44 |');
    expect(page).toContain('Measured on 2026-11-01: A processor, 2 cores, 8 GB');
    expect(page.match(/Not measured yet\./g)).toHaveLength(2);
    expect(page).not.toContain('outdated');
  });

  it('is refused without its marks, or with a result of another shape', () => {
    expect(() => renderPage('no marks', () => null)).toThrow('no block');
    expect(() => renderPage(MARKS, () => '{"machine":"of one line"}')).toThrow();
  });
});
