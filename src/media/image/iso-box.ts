import type { ByteReader } from './byte-reader.ts';
import { corrupt } from './fault.ts';

/** One box; `start` and `end` are the offsets of its payload. */
export interface Box {
  type: string;
  start: number;
  end: number;
}

const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/**
 * Lists the boxes between two offsets (ISO/IEC 14496-12, section 4.2). Each must lie within its container;
 * only a box at the end of the file may leave its size open. It does not descend: a caller names the
 * containers it enters, so that no file decides how deep the reading goes.
 */
export function* listBoxes(reader: ByteReader, start: number, end: number): Generator<Box, void, undefined> {
  for (let at = start; at < end;) {
    let size = reader.u32(at);
    const type = reader.tag(at + 4);
    let headerBytes = HEADER_BYTES;
    if (size === 1) {
      size = reader.u64(at + HEADER_BYTES);
      headerBytes = LARGE_HEADER_BYTES;
    } else if (size === 0) {
      if (end !== reader.length) throw corrupt(`box ${type} without a size`);
      size = end - at;
    }
    if (size < headerBytes || size > end - at) throw corrupt(`box ${type} of ${size} bytes at byte ${at}`);
    yield { type, start: at + headerBytes, end: at + size };
    at += size;
  }
}

/** The first box of a type between two offsets, or null; all of them are checked. */
export function findBox(reader: ByteReader, start: number, end: number, type: string): Box | null {
  let found: Box | null = null;
  for (const box of listBoxes(reader, start, end)) if (box.type === type) found ??= box;
  return found;
}
