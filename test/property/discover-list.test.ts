import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListRow } from '../../src/crawl/discover/list/row.ts';
import { createListReader } from '../../src/crawl/discover/read-list.ts';
import { utf8 } from '../../src/lib/bytes.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);

const url = fc.constantFrom(
  'https://a.example/1.jpg',
  'http://bücher.example/ä,ö.png',
  'ftp://x/',
  'nothing',
  '',
);
const text = fc.string({
  unit: fc.constantFrom('a', 'é', '😀', '"', ',', ';', '\t', '\n', '\r', '#', '\\'),
  maxLength: 20,
});
const lineEnd = fc.constantFrom('\n', '\r\n', '\r', '\n\n');
const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;

const line = fc.oneof(
  url,
  text,
  fc.tuple(url, text).map(([address, words]) => `${address},${quoted(words)}`),
  fc.tuple(url, text).map(([address, words]) => JSON.stringify({ url: address, caption: words })),
);
/** Before it has this much, the reader only gathers. */
const SAMPLE_BYTES = 65_536;
const sample = fc.constantFrom('', 'https://a.example/0.jpg\n'.repeat(3_000), `${'x'.repeat(70_000)}\n`);
const list = fc
  .tuple(fc.constantFrom('', '\ufeff'), sample, fc.array(fc.tuple(line, lineEnd), { maxLength: 12 }))
  .map(([mark, sample, lines]) => utf8(mark + sample + lines.map((pair) => pair.join('')).join('')));
const format = fc.constantFrom('txt', 'csv', 'jsonl', undefined);
const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 });

function readIn(bytes: Uint8Array, sizes: readonly number[], format?: 'txt' | 'csv' | 'jsonl'): ListRow[] {
  const reader = createListReader(format ? { format } : {});
  const rows: ListRow[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size =
      at < SAMPLE_BYTES && bytes.length > SAMPLE_BYTES ? SAMPLE_BYTES : (sizes[turn % sizes.length] ?? 1);
    // The reader must not keep a chunk that its owner fills again.
    const chunk = bytes.slice(at, at + size);
    rows.push(...reader.push(chunk));
    chunk.fill(0);
    at += size;
  }
  return rows.concat(reader.finish());
}

describe('a list', () => {
  it('has the same rows however its bytes arrive', () => {
    fc.assert(
      fc.property(list, format, sizes, (bytes, format, sizes) => {
        expect(readIn(bytes, sizes, format)).toEqual(readIn(bytes, [bytes.length], format));
      }),
      { numRuns },
    );
  });

  it('gives back the addresses and words that were written as RFC 4180 says', () => {
    const words = text.map((value) => value.replaceAll(/\s+/g, ' ').trim());
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 30 }), lineEnd, (captions, lineEnd) => {
        const rows = captions.map((caption, n) => `https://a.example/${n}.jpg,${quoted(caption)}`);
        const read = readIn(utf8(['url,caption', ...rows].join(lineEnd)), [7], 'csv');
        expect(read.map(({ url, context }) => [url, context.caption ?? ''])).toEqual(
          captions.map((caption, n) => [`https://a.example/${n}.jpg`, caption]),
        );
      }),
      { numRuns },
    );
  });

  it('gives every row an address or a problem, never both, on lines that only grow', () => {
    fc.assert(
      fc.property(fc.oneof(list, fc.uint8Array({ maxLength: 3_000 })), format, (bytes, format) => {
        const rows = readIn(bytes, [1_000], format);
        for (const { url, problem } of rows) expect(url === null).toBe(problem !== null);
        const lines = rows.map(({ line }) => line);
        expect(lines).toEqual([...new Set(lines)].sort((one, two) => one - two));
      }),
      { numRuns },
    );
  });
});
