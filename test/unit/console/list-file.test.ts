import { describe, expect, it } from 'vitest';
import type { ListProblem } from '../../../src/crawl/discover/list/row.ts';
import { previewList } from '../../../src/crawl/discover/read-list.ts';
import { problemOf } from '../../../console/src/api/problem.ts';
import { readRows } from '../../../console/src/import-list/read-rows.ts';
import { NOT_SCANNED, addToScan } from '../../../console/src/import-list/scan-list.ts';
import { t } from '../../../console/src/strings.ts';

const shapeOf = (text: string, name: string) => previewList(new TextEncoder().encode(text), { name }).shape;
const signal = new AbortController().signal;

/** All of a list, counted as the console does. */
async function scan(file: Blob, shape: ReturnType<typeof shapeOf>, stop = signal) {
  let found = NOT_SCANNED;
  for await (const { rows, readBytes } of readRows(file, shape, stop))
    found = addToScan(found, rows, readBytes);
  return found;
}

describe('a list file', () => {
  it('is read to its end, however long it is', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `https://a.example/${index}.jpg`);
    const file = new Blob([lines.join('\n')]);
    const found = await scan(file, shapeOf(lines.slice(0, 10).join('\n'), 'list.txt'));
    expect(found).toMatchObject({ ready: 20_000, notUsable: 0, readBytes: file.size });
  });

  it('is counted by problem, with the first lines of each', async () => {
    const text = [
      'image,words',
      'https://a.example/1.jpg,one',
      ...Array(7).fill('nothing,two'),
      ',three',
    ].join('\n');
    const found = await scan(new Blob([text]), shapeOf(text, 'list.csv'));
    expect(found).toMatchObject({ ready: 1, notUsable: 8 });
    expect(Object.fromEntries(found.problems)).toEqual({
      not_a_url: { count: 7, lines: [3, 4, 5, 6, 7] },
      empty: { count: 1, lines: [10] },
    });
  });

  it('is read the same when it is gone through again', async () => {
    const text = 'https://a.example/1.jpg\nhttps://a.example/2.jpg';
    const file = new Blob([text]);
    const shape = shapeOf(text, 'list.txt');
    expect(await scan(file, shape)).toEqual(await scan(file, shape));
  });

  it('is left alone as soon as nobody wants it', async () => {
    const abort = new AbortController();
    abort.abort(new Error('left'));
    const text = 'https://a.example/1.jpg';
    await expect(scan(new Blob([text]), shapeOf(text, 'list.txt'), abort.signal)).rejects.toThrow('left');
  });

  it('that cannot be read any more is a problem with words of its own', async () => {
    const file = new Blob(['x']);
    file.stream = () =>
      new ReadableStream({
        pull() {
          throw new Error('NotReadableError');
        },
      });
    const error = await scan(file, shapeOf('x', 'list.txt')).catch((thrown: unknown) => thrown);
    expect(problemOf(error)).toMatchObject({ code: 'file_unreadable', title: t.listFile.unreadableTitle });
  });

  it('has words for every problem of a row', () => {
    const problems: Record<ListProblem, true> = {
      line_too_long: true,
      unclosed_quote: true,
      not_json: true,
      no_column: true,
      empty: true,
      too_long: true,
      credentials: true,
      scheme: true,
      encoding: true,
      not_a_url: true,
    };
    expect(Object.keys(t.listFile.problems).sort()).toEqual(Object.keys(problems).sort());
  });
});
