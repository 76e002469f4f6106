import { canonicalUrl } from '../../canonical-url.ts';
import { chooseColumns, type ColumnName, isUrlName, type ListColumn, type ListColumns } from './columns.ts';
import type { Delimiter } from './csv.ts';
import {
  type Cells,
  createRecordReader,
  type ListFormat,
  type ListRecord,
  readJsonCells,
  SOLE_CELL,
} from './records.ts';

/** All that has to be known to read a list; plain data. */
export interface ListShape {
  format: ListFormat;
  /** Of CSV. */
  delimiter: Delimiter;
  /** Of CSV. */
  hasHeader: boolean;
  columns: ListColumns;
}

/** What is given is taken; the rest is found out. */
export interface ListOptions {
  /** The name of the file, for its extension. */
  name?: string;
  format?: ListFormat;
  delimiter?: Delimiter;
  hasHeader?: boolean;
  columns?: Partial<ListColumns>;
}

const SAMPLE_RECORDS = 100;
const MAX_COLUMNS = 100;
const DELIMITERS: readonly Delimiter[] = [',', ';', '\t'];

/** Finds out the shape of a list from its first characters. `isWhole`: there are no more. */
export function detectShape(
  sample: string,
  isWhole: boolean,
  options: ListOptions,
): { shape: ListShape; columns: ListColumn[] } {
  const extension = /\.([a-z]+)$/i.exec(options.name ?? '')?.[1]?.toLowerCase() ?? '';
  const format = options.format ?? detectFormat(sample, extension);
  const delimiter = options.delimiter ?? (extension === 'tsv' ? '\t' : detectDelimiter(sample, isWhole));
  const records = readSample(sample, isWhole, format, delimiter);
  const isNamed = typeof options.columns?.url === 'string';
  const hasHeader = format === 'csv' && (options.hasHeader ?? (isNamed || detectHeader(records)));
  const header = hasHeader ? headerOf(records[0]?.cells ?? new Map()) : [];
  const body = records.slice(hasHeader ? 1 : 0).map(({ cells }) => cells);
  const { columns, chosen } = chooseColumns(body, nameColumns(format, header, body));
  return { shape: { format, delimiter, hasHeader, columns: { ...chosen, ...options.columns } }, columns };
}

/** The names that the first record of a CSV gives its columns. */
export function headerOf(cells: Cells): string[] {
  return [...cells.values()].map((name) => name.trim());
}

function detectFormat(sample: string, extension: string): ListFormat {
  if (['csv', 'tsv', 'tab'].includes(extension)) return 'csv';
  if (['jsonl', 'ndjson'].includes(extension)) return 'jsonl';
  const lines = sample
    .split(/[\r\n]+/, SAMPLE_RECORDS)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const first = lines[0] ?? '';
  if (readJsonCells(first)) return 'jsonl';
  if (lines.some((line) => line.includes('\t'))) return 'csv';
  // Commas and semicolons are common within addresses; white space and quotes are not.
  const hasDelimiter = lines.some((line) => /[,;]/.test(line));
  const isTable = canonicalUrl(first) === null || lines.some((line) => /[\s"]/.test(line.trim()));
  return hasDelimiter && isTable ? 'csv' : 'txt';
}

/** The one by which most records have as many fields as the first, and more than one. */
function detectDelimiter(sample: string, isWhole: boolean): Delimiter {
  const counts = DELIMITERS.map((delimiter) => {
    const records = readSample(sample, isWhole, 'csv', delimiter);
    const width = records[0]?.cells.size ?? 0;
    return width < 2 ? 0 : records.filter(({ cells }) => cells.size === width).length / records.length;
  });
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

function detectHeader(records: readonly ListRecord[]): boolean {
  const hasUrl = ({ cells }: ListRecord) => [...cells.values()].some((value) => canonicalUrl(value) !== null);
  const [first, ...others] = records;
  if (!first || hasUrl(first)) return false;
  return others.some(hasUrl) || headerOf(first.cells).some(isUrlName);
}

/** The last record of a longer list may be cut, and is left out. */
function readSample(
  sample: string,
  isWhole: boolean,
  format: ListFormat,
  delimiter: Delimiter,
): ListRecord[] {
  const reader = createRecordReader(format, delimiter);
  const records = reader.push(sample);
  if (isWhole) records.push(...reader.finish());
  return records.slice(0, SAMPLE_RECORDS);
}

function nameColumns(format: ListFormat, header: readonly string[], body: readonly Cells[]): ColumnName[] {
  const cells = [...new Set([...header.keys()].map(String).concat(body.flatMap((row) => [...row.keys()])))];
  return cells.slice(0, MAX_COLUMNS).map((cell) => {
    if (format === 'jsonl' && cell !== SOLE_CELL) return { cell, key: cell, name: cell };
    const name = header[Number(cell)] ?? '';
    const isUnique = name !== '' && header.indexOf(name) === header.lastIndexOf(name);
    return { cell, key: isUnique ? name : Number(cell), name: name === '' ? null : name };
  });
}
