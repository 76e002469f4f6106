export interface Line {
  /** Counted from 1. */
  number: number;
  /** Without its end; null when it is longer than the limit. */
  text: string | null;
}

/** Cuts text that arrives in pieces into lines, which end with LF, CR or CRLF; holds no more than one. */
export interface LineReader {
  push(piece: string): Line[];
  /** The last line, when it has no end. */
  finish(): Line[];
}

export function createLineReader(maxLength: number): LineReader {
  let number = 1;
  let line = '';
  let isTooLong = false;
  let isAfterReturn = false;

  function extend(text: string): void {
    isTooLong ||= line.length + text.length > maxLength;
    line = isTooLong ? '' : line + text;
  }
  function take(): Line {
    const taken = { number, text: isTooLong ? null : line };
    number += 1;
    line = '';
    isTooLong = false;
    return taken;
  }

  return {
    push(piece) {
      if (piece === '') return [];
      const text = isAfterReturn && piece.startsWith('\n') ? piece.slice(1) : piece;
      isAfterReturn = piece.endsWith('\r');
      const parts = text.split(/\r\n|\r|\n/);
      const last = parts.pop() ?? '';
      const lines = parts.map((part) => {
        extend(part);
        return take();
      });
      extend(last);
      return lines;
    },
    finish: () => (line === '' && !isTooLong ? [] : [take()]),
  };
}
