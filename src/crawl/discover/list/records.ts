import { createCsvReader, type CsvRecord, type Delimiter } from './csv.ts';
import { createLineReader, type Line } from './lines.ts';

export type ListFormat = 'txt' | 'csv' | 'jsonl';

/** The cells of one record by the number of their column, or by the name of their JSON field. */
export type Cells = ReadonlyMap<string, string>;

export interface ListRecord {
  /** Counted from 1. */
  line: number;
  cells: Cells;
  problem: 'line_too_long' | 'unclosed_quote' | 'not_json' | null;
}

export interface RecordReader {
  push(piece: string): ListRecord[];
  finish(): ListRecord[];
}

/** The key of the only cell of a record without columns. */
export const SOLE_CELL = '0';

const MAX_RECORD_LENGTH = 65_536;

/** Reads the records of a list that arrives in pieces; blank lines are none, nor are comments (#) of a text list. */
export function createRecordReader(format: ListFormat, delimiter: Delimiter): RecordReader {
  if (format === 'csv') {
    const reader = createCsvReader(delimiter, MAX_RECORD_LENGTH);
    return {
      push: (piece) => reader.push(piece).map(fromCsv),
      finish: () => reader.finish().map(fromCsv),
    };
  }
  const reader = createLineReader(MAX_RECORD_LENGTH);
  const read = format === 'jsonl' ? fromJson : fromText;
  return {
    push: (piece) => reader.push(piece).flatMap(read),
    finish: () => reader.finish().flatMap(read),
  };
}

function fromCsv({ line, fields, isTooLong, isUnclosed }: CsvRecord): ListRecord {
  const problem = isTooLong ? 'line_too_long' : isUnclosed ? 'unclosed_quote' : null;
  return { line, cells: new Map(fields.map((field, index) => [String(index), field])), problem };
}

function fromText({ number: line, text }: Line): ListRecord[] {
  if (text === null) return [{ line, cells: new Map(), problem: 'line_too_long' }];
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return [];
  return [{ line, cells: new Map([[SOLE_CELL, trimmed]]), problem: null }];
}

function fromJson({ number: line, text }: Line): ListRecord[] {
  if (text === null) return [{ line, cells: new Map(), problem: 'line_too_long' }];
  if (text.trim() === '') return [];
  const cells = readJsonCells(text);
  return [{ line, cells: cells ?? new Map(), problem: cells ? null : 'not_json' }];
}

/** The texts of a JSON object, or a JSON text on its own; null when it is neither. */
export function readJsonCells(text: string): Cells | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'string') return new Map([[SOLE_CELL, value]]);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return new Map(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return null;
  }
}
