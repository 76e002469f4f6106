import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOf, justifyRows, rowOf, rowsBetween } from '../../../console/src/gallery/justify.ts';

const options = { width: 1000, targetHeight: 160, gap: 4 };
const shapes = [
  { width: 600, height: 400 },
  { width: 400, height: 600 },
  { width: 500, height: 500 },
  { width: 1600, height: 900 },
];
const many = Array.from(
  { length: 203 },
  (_, index) => shapes[(index * 7) % shapes.length] ?? { width: 1, height: 1 },
);

/** Each row with its cells. */
function place(images: readonly { width: number; height: number }[]) {
  const layout = justifyRows(images, options);
  return layout.rows.map((row) => ({ ...row, cells: cellsOf(layout, row) }));
}

function rightEdges(images = many) {
  return place(images).map(({ cells }) =>
    cells.reduce((edge, { left, width }) => Math.max(edge, left + width), 0),
  );
}

describe('justified rows', () => {
  it('fills every row but the last to the exact width', () => {
    const edges = rightEdges();
    expect(edges.length).toBeGreaterThan(10);
    expect(edges.slice(0, -1).every((edge) => edge === options.width)).toBe(true);
    expect(edges.at(-1)).toBeLessThanOrEqual(options.width);
  });

  it('keeps the aspect of each image within the rounding of a row', () => {
    for (const { cells, height } of place(many)) {
      for (const { index, width } of cells) {
        const image = many[index];
        expect(image).toBeDefined();
        if (!image) continue;
        const wanted = (image.width / image.height) * height;
        expect(Math.abs(width - wanted)).toBeLessThan(cells.length + 2);
      }
    }
  });

  it('never makes a row higher than the target', () => {
    const { rows } = justifyRows(many, options);
    expect(rows.every(({ height }) => height <= options.targetHeight && height > 0)).toBe(true);
  });

  it('leaves exactly the gap between rows and between images', () => {
    const rows = place(many);
    rows.slice(1).forEach((row, index) => {
      const above = rows[index];
      expect(above && row.top - (above.top + above.height)).toBe(options.gap);
    });
    const [first, second] = rows[0]?.cells ?? [];
    expect(first && second && second.left - (first.left + first.width)).toBe(options.gap);
  });

  it('places each image once and in order', () => {
    expect(place(many).flatMap(({ cells }) => cells.map(({ index }) => index))).toEqual([...many.keys()]);
  });

  it('does not move an earlier full row when more images are appended', () => {
    const before = justifyRows(many.slice(0, 100), options).rows.slice(0, -1);
    const after = justifyRows(many, options).rows.slice(0, before.length);
    expect(after).toEqual(before);
  });

  it('keeps the last row at the target height instead of blowing it up', () => {
    const images = [{ width: 400, height: 400 }];
    const cells = [{ index: 0, left: 0, width: 160 }];
    expect(place(images)).toEqual([{ top: 0, height: 160, start: 0, end: 1, cells }]);
    expect(justifyRows(images, options).height).toBe(160);
  });

  it('gives a panorama and a sliver a size that can be hit', () => {
    const rows = place([
      { width: 9000, height: 10 },
      { width: 10, height: 9000 },
    ]);
    expect(rows[0]?.cells).toHaveLength(2);
    expect(rows[0]?.cells.every(({ width }) => width >= 44)).toBe(true);
  });

  it('survives sizes of zero and an empty list', () => {
    expect(justifyRows([], options)).toMatchObject({ rows: [], height: 0 });
    expect(place([{ width: 0, height: 0 }])[0]?.cells[0]?.width).toBe(160);
  });
});

describe('rows of a list that changes', () => {
  const side = fc.integer({ min: 1, max: 4000 });
  const shape = fc.record({ width: side, height: side });
  const list = fc.array(shape, { maxLength: 120 });
  const size = fc.record({
    width: fc.integer({ min: 1, max: 2000 }),
    targetHeight: fc.constantFrom(96, 160, 240),
    gap: fc.constantFrom(0, 4),
  });

  it('are those of the whole list laid out anew, whatever was added, taken out or put in', () => {
    fc.assert(
      fc.property(list, list, list, list, size, (head, gone, come, tail, options) => {
        const before = justifyRows([...head, ...gone, ...tail], options);
        const now = [...head, ...come, ...tail];
        expect(justifyRows(now, options, before)).toEqual(justifyRows(now, options));
      }),
    );
  });

  it('are those of the whole list laid out anew after page upon page', () => {
    fc.assert(
      fc.property(fc.array(list, { maxLength: 5 }), size, (pages, options) => {
        const shown = [];
        let layout = justifyRows([], options);
        for (const page of pages) {
          shown.push(...page);
          layout = justifyRows(shown, options, layout);
        }
        expect(layout).toEqual(justifyRows(pages.flat(), options));
      }),
    );
  });

  it('are laid out anew when the width or the row height is another', () => {
    fc.assert(
      fc.property(list, size, size, (images, one, other) => {
        const before = justifyRows(images, one);
        expect(justifyRows(images, other, before)).toEqual(justifyRows(images, other));
      }),
    );
  });

  it('takes over every full row when a page is added', () => {
    const before = justifyRows(many.slice(0, 100), options);
    const after = justifyRows(many, options, before);
    before.rows.slice(0, -1).forEach((row, index) => expect(after.rows[index]).toBe(row));
  });
});

describe('rows in sight', () => {
  const { rows, height } = justifyRows(many, options);

  it('finds the rows that touch a part of the page, as a plain scan would', () => {
    for (const [from, to] of [
      [0, 300],
      [500, 900],
      [height - 10, height + 500],
    ] as const) {
      const [first, end] = rowsBetween(rows, from, to);
      const scanned = rows.filter((row) => row.top + row.height >= from && row.top <= to);
      expect(rows.slice(first, end)).toEqual(scanned);
    }
  });

  it('finds nothing below the last row', () => {
    const [first, end] = rowsBetween(rows, height + 1, height + 100);
    expect(rows.slice(first, end)).toEqual([]);
  });

  it('knows the row of an image, and that an unknown one has none', () => {
    const { start = -1, end = -1 } = rows[3] ?? {};
    expect([rowOf(rows, start), rowOf(rows, end - 1), rowOf(rows, end)]).toEqual([3, 3, 4]);
    expect([rowOf(rows, many.length), rowOf(rows, -1), rowOf([], 0)]).toEqual([-1, -1, -1]);
  });
});
