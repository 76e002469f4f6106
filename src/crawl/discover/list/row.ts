import { canonicalUrl, MAX_URL_LENGTH } from '../../canonical-url.ts';
import { foldText } from '../candidate.ts';
import type { ListColumns } from './columns.ts';
import { type ListRecord, SOLE_CELL } from './records.ts';
import { headerOf, type ListShape } from './shape.ts';

/** Why a row has no address. */
export type ListProblem =
  | NonNullable<ListRecord['problem']>
  /** The list has no such column. */
  | 'no_column'
  | 'empty'
  | 'too_long'
  | 'credentials'
  /** Neither http nor https. */
  | 'scheme'
  /** Bytes that are not UTF-8. */
  | 'encoding'
  | 'not_a_url';

/** One row of a list: an address, canonical, or the problem with it. */
export interface ListRow {
  /** The line it begins on, counted from 1. */
  line: number;
  url: string | null;
  problem: ListProblem | null;
  context: { alt: string | null; caption: string | null; licenseUrl: string | null };
}

/** Makes rows of records; the first record of a list with a header names the columns and makes none. */
export function createRowMaker(shape: ListShape): (record: ListRecord) => ListRow[] {
  let keys: CellKeys | null = null;

  return (record) => {
    const isHeader = shape.hasHeader && keys === null;
    keys ??= findKeys(shape, shape.hasHeader ? headerOf(record.cells) : []);
    return isHeader ? [] : [toRow(record, keys)];
  };
}

type CellKeys = Record<keyof ListColumns, string | null>;

function findKeys({ format, columns }: ListShape, header: readonly string[]): CellKeys {
  const lower = header.map((name) => name.toLowerCase());
  const find = (column: string | number | null): string | null => {
    if (column === null) return null;
    if (typeof column === 'number' || format === 'jsonl') return String(column);
    const exact = header.indexOf(column);
    const index = exact < 0 ? lower.indexOf(column.toLowerCase()) : exact;
    return index < 0 ? null : String(index);
  };
  const { url, alt, caption, license } = columns;
  return { url: find(url), alt: find(alt), caption: find(caption), license: find(license) };
}

function toRow({ line, cells, problem }: ListRecord, keys: CellKeys): ListRow {
  const textOf = (key: string | null) => (key === null ? '' : (cells.get(key) ?? ''));
  const context = {
    alt: foldText(textOf(keys.alt)),
    caption: foldText(textOf(keys.caption)),
    licenseUrl: canonicalUrl(textOf(keys.license)),
  };
  if (problem !== null || keys.url === null)
    return { line, url: null, problem: problem ?? 'no_column', context };
  // A line of JSON may be the address alone.
  const text = cells.get(keys.url) ?? (cells.size === 1 ? textOf(SOLE_CELL) : '');
  return { line, ...readUrl(text.trim()), context };
}

function readUrl(text: string): Pick<ListRow, 'url' | 'problem'> {
  const url = text.includes('\ufffd') ? null : canonicalUrl(text);
  return { url, problem: url === null ? explainUrl(text) : null };
}

function explainUrl(text: string): ListProblem {
  if (text === '') return 'empty';
  if (text.length > MAX_URL_LENGTH) return 'too_long';
  if (text.includes('\ufffd')) return 'encoding';
  if (!URL.canParse(text)) return 'not_a_url';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'scheme';
  return url.username || url.password ? 'credentials' : 'too_long';
}
