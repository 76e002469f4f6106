import type { ListColumn } from './list/columns.ts';
import { createRecordReader } from './list/records.ts';
import { createRowMaker, type ListRow } from './list/row.ts';
import { detectShape, type ListOptions, type ListShape } from './list/shape.ts';

/** What is looked at to find out the shape of a list. */
const SAMPLE_BYTES = 65_536;
const PREVIEW_ROWS = 20;

/** Reads a list of addresses that arrives in pieces. */
export interface ListReader {
  /** The rows that are complete; none before 64 KiB have arrived. The chunk may be used again. */
  push(chunk: Uint8Array): ListRow[];
  /** The rows that are left. */
  finish(): ListRow[];
}

/**
 * A reader of text (one address a line, `#` comments), CSV (RFC 4180; comma, semicolon or tab) or JSON lines (texts
 * or objects), in UTF-8 or marked UTF-16. Every row has an address or the problem with it; none ends the reading. What
 * `options` leaves out is found out from the first 64 KiB; the `shape` of a preview leaves nothing out. Holds at
 * most the sample and a line of 64 KiB. Runs in browsers too.
 */
export function createListReader(options: ListOptions = {}): ListReader {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let started: ListReader | null = null;

  function start(): { reader: ListReader; rows: ListRow[] } {
    const head = joined(held, heldBytes);
    held = [];
    const encoding = encodingOf(head);
    started = startReader(detect(head, encoding, options).shape, encoding);
    return { reader: started, rows: started.push(head) };
  }

  return {
    push(chunk) {
      if (started) return started.push(chunk);
      held.push(chunk.slice());
      heldBytes += chunk.length;
      return heldBytes < SAMPLE_BYTES ? [] : start().rows;
    },
    finish() {
      if (started) return started.finish();
      const { reader, rows } = start();
      return rows.concat(reader.finish());
    },
  };
}

/** What a list looks like, before it is read. */
export interface ListPreview {
  /** As detected, to be shown, changed and given to createListReader. */
  shape: ListShape;
  /** All columns of the list, to choose from. */
  columns: ListColumn[];
  /** The first PREVIEW_ROWS rows by that shape. */
  rows: ListRow[];
}

/** Looks at the first 64 KiB of a list; `bytes` may be no more than that, or all of it. */
export function previewList(bytes: Uint8Array, options: ListOptions = {}): ListPreview {
  const { shape, columns } = detect(bytes, encodingOf(bytes), options);
  const reader = createListReader(shape);
  const rows = reader.push(bytes.subarray(0, SAMPLE_BYTES));
  if (bytes.length < SAMPLE_BYTES) rows.push(...reader.finish());
  return { shape, columns, rows: rows.slice(0, PREVIEW_ROWS) };
}

function startReader(shape: ListShape, encoding: string): ListReader {
  const decoder = new TextDecoder(encoding);
  const records = createRecordReader(shape.format, shape.delimiter);
  const toRows = createRowMaker(shape);
  return {
    push: (chunk) => records.push(decoder.decode(chunk, { stream: true })).flatMap(toRows),
    finish: () => records.push(decoder.decode()).concat(records.finish()).flatMap(toRows),
  };
}

function detect(
  head: Uint8Array,
  encoding: string,
  options: ListOptions,
): { shape: ListShape; columns: ListColumn[] } {
  const sample = new TextDecoder(encoding).decode(head.subarray(0, SAMPLE_BYTES));
  return detectShape(sample, head.length < SAMPLE_BYTES, options);
}

/** What spreadsheets call Unicode text is UTF-16 with a byte order mark. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}
