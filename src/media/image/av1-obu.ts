import { ByteReader } from './byte-reader.ts';
import { corrupt } from './fault.ts';

const SEQUENCE_HEADER = 1;
const FRAME_HEADER = 3;
const FRAME = 6;
const MAX_LENGTH_BYTES = 8;

/**
 * Walks the units of coded AV1 data (AV1 specification, 5.3): each must lie within the data, and among them
 * must be a sequence header and a frame. Throws ImageFault `corrupt`.
 */
export function checkObus(data: Uint8Array): void {
  const reader = new ByteReader(data);
  let hasSequenceHeader = false;
  let hasFrame = false;
  for (let at = 0; at < data.length;) {
    const header = reader.u8(at);
    if ((header & 0x80) !== 0) throw corrupt('AV1 unit header');
    const hasExtension = (header & 4) !== 0;
    const hasLength = (header & 2) !== 0;
    const type = (header >> 3) & 15;
    at += hasExtension ? 2 : 1;
    const { value: length, end } = hasLength ? readLeb128(reader, at) : { value: data.length - at, end: at };
    if (length > data.length - end) throw corrupt('AV1 unit is longer than its data');
    hasSequenceHeader ||= type === SEQUENCE_HEADER;
    hasFrame ||= type === FRAME || type === FRAME_HEADER;
    at = end + length;
  }
  if (!hasSequenceHeader || !hasFrame) throw corrupt('AV1 data without a picture');
}

/** AV1 specification, 4.10.5: seven bits a byte, the lowest first. */
function readLeb128(reader: ByteReader, start: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < MAX_LENGTH_BYTES; index++) {
    const byte = reader.u8(start + index);
    value += (byte & 0x7f) * 128 ** index;
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  throw corrupt('AV1 unit length');
}
