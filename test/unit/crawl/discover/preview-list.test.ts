import { describe, expect, it } from 'vitest';
import { createListReader, previewList } from '../../../../src/crawl/discover/read-list.ts';
import { utf8 } from '../../../../src/lib/bytes.ts';

const A = 'https://a.example/1.jpg';

describe('the preview of a list', () => {
  it('shows the shape, the columns with samples, and the first rows', () => {
    const list = `id;page;image;license\n1;https://a.example/p;${A};https://a.example/l\n2;https://a.example/p;nothing;\n`;
    expect(previewList(utf8(list), { name: 'cats.csv' })).toEqual({
      shape: {
        format: 'csv',
        delimiter: ';',
        hasHeader: true,
        columns: { url: 'image', alt: null, caption: null, license: 'license' },
      },
      columns: [
        { key: 'id', name: 'id', samples: ['1', '2'], urlShare: 0 },
        { key: 'page', name: 'page', samples: ['https://a.example/p', 'https://a.example/p'], urlShare: 1 },
        { key: 'image', name: 'image', samples: [A, 'nothing'], urlShare: 0.5 },
        { key: 'license', name: 'license', samples: ['https://a.example/l'], urlShare: 1 },
      ],
      rows: [
        {
          line: 2,
          url: A,
          problem: null,
          context: { alt: null, caption: null, licenseUrl: 'https://a.example/l' },
        },
        { line: 3, url: null, problem: 'not_a_url', context: { alt: null, caption: null, licenseUrl: null } },
      ],
    });
  });

  it('leaves nothing for the reader to find out', () => {
    const list = utf8(`a,b\n${A},x\n`);
    const { shape, rows } = previewList(list);
    const reader = createListReader(shape);
    expect(reader.push(list).concat(reader.finish())).toEqual(rows);
  });

  it('can be had again with another choice', () => {
    const list = utf8(`big,small\n${A},https://b.example/2.jpg\n`);
    const { rows, columns } = previewList(list, { columns: { url: 'small' } });
    expect(rows.map(({ url }) => url)).toEqual(['https://b.example/2.jpg']);
    expect(columns.map(({ key }) => key)).toEqual(['big', 'small']);
  });

  it.each([
    ['more image files', 'u,v\nhttps://a.example/p,https://a.example/1.jpg', 'v'],
    ['more addresses', 'u,v\nx,https://a.example/1', 'v'],
    ['a name for images', 'url,image_url\nhttps://a.example/1,https://a.example/2', 'image_url'],
    ['a name that is not of pages', 'page_url,x\nhttps://a.example/1,https://a.example/2', 'x'],
    ['the first place', 'u,v\nhttps://a.example/1,https://a.example/2', 'u'],
    ['the first of two of a name', 'url,url\nhttps://a.example/1,https://a.example/2', 0],
  ])('prefers the column with %s', (_why, list, column) => {
    expect(previewList(utf8(list)).shape.columns.url).toBe(column);
  });

  it.each([
    ['a.tsv', 'url', 'csv'],
    ['a.ndjson', '', 'jsonl'],
    ['a.txt', A, 'txt'],
    ['a.txt', `url,caption\n${A},cat`, 'csv'],
    ['a.txt', `${A}\tcat`, 'csv'],
    ['a.txt', `${A},a cat`, 'csv'],
    ['', `{"url":"${A}"}`, 'jsonl'],
    ['', `"${A}"`, 'jsonl'],
    ['', `"${A}","cat"`, 'csv'],
    ['', `${A}?a=1,2;3`, 'txt'],
    ['', '', 'txt'],
  ])('of %j that holds %j tells the format', (name, list, format) => {
    expect(previewList(utf8(list), { name }).shape.format).toBe(format);
  });

  it('looks at the first 64 KiB only, and shows no row that is cut there', () => {
    const line = `https://a.example/${'x'.repeat(1_981)}`;
    const lines = utf8(`${line}\n`.repeat(1_000));
    const short = previewList(lines);
    expect(short.rows).toHaveLength(20);
    const wide = utf8(`{"url":"${A}","text":"${'x'.repeat(30_000)}"}\n`.repeat(10));
    const preview = previewList(wide);
    expect(preview.rows.map(({ url }) => url)).toEqual([A, A]);
    expect(preview.columns[1]?.samples[0]).toHaveLength(200);
    expect(previewList(wide.subarray(0, 65_536))).toEqual(preview);
  });

  it('of bytes that are no list at all is harmless', () => {
    const bytes = new Uint8Array(100_000).map((_, index) => (index * 31) ^ (index >> 3));
    expect(previewList(bytes).rows.every(({ url }) => url === null)).toBe(true);
    expect(previewList(new Uint8Array(100_000)).rows).toEqual([]);
  });
});
