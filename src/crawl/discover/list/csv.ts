export type Delimiter = ',' | ';' | '\t';

export interface CsvRecord {
  /** The line it begins on, counted from 1. */
  line: number;
  /** Empty when the record is longer than the limit. */
  fields: string[];
  isTooLong: boolean;
  /** The text ended within quotes. */
  isUnclosed: boolean;
}

export interface CsvReader {
  push(piece: string): CsvRecord[];
  finish(): CsvRecord[];
}

/** A sign that may mean something, or all up to the next. */
const SIGNS = /[",;\t\r\n]|[^",;\t\r\n]+/g;

/**
 * Reads RFC 4180 that arrives in pieces, with any line ends; blank lines are none. Tolerant: a quote within a bare
 * field stands for itself, and so does what follows a closing quote. A record longer than `maxLength`
 * characters, such as one with a stray quote, ends at the next line end.
 */
export function createCsvReader(delimiter: Delimiter, maxLength: number): CsvReader {
  let state: 'start' | 'bare' | 'quoted' | 'quoteInQuotes' | 'skipped' = 'start';
  let fields: string[] = [];
  let field = '';
  let length = 0;
  let line = 1;
  let startLine = 1;
  let isAfterReturn = false;

  function endField(): void {
    fields.push(field);
    field = '';
    state = 'start';
  }

  function endRecord(records: CsvRecord[], isUnclosed: boolean): void {
    const isTooLong = state === 'skipped';
    endField();
    const isBlank = !isTooLong && !isUnclosed && fields.every((text) => text.trim() === '');
    if (!isBlank) records.push({ line: startLine, fields: isTooLong ? [] : fields, isTooLong, isUnclosed });
    fields = [];
    length = 0;
    startLine = line;
  }

  function take(sign: string): void {
    length += sign.length;
    if (length > maxLength) {
      state = 'skipped';
      fields = [];
      field = '';
    } else if (state === 'quoted' && sign === '"') state = 'quoteInQuotes';
    else if (state === 'quoted') field += sign;
    else if (state === 'quoteInQuotes' && sign === '"') {
      field += '"';
      state = 'quoted';
    } else if (sign === delimiter) endField();
    else if (state === 'start' && sign === '"') state = 'quoted';
    else {
      field += sign;
      state = 'bare';
    }
  }

  return {
    push(piece) {
      const records: CsvRecord[] = [];
      for (const sign of piece.match(SIGNS) ?? []) {
        const isEnd = sign === '\n' || sign === '\r';
        const isSecondHalf = sign === '\n' && isAfterReturn;
        isAfterReturn = sign === '\r';
        if (isEnd && !isSecondHalf) line += 1;
        if (!isEnd || state === 'quoted') take(sign);
        else if (!isSecondHalf) endRecord(records, false);
      }
      return records;
    },
    finish() {
      const records: CsvRecord[] = [];
      if (length > 0) endRecord(records, state === 'quoted');
      return records;
    },
  };
}
