import { decodeText } from './metadata-text.ts';

const RESOURCE_SIGNATURE = '8BIM';
const IPTC_RESOURCE = 0x0404;
const TAG_MARKER = 0x1c;
const APPLICATION_RECORD = 2;
const EXTENDED_LENGTH = 0x8000;
const MAX_REPEATS = 16;

/**
 * The texts of the IPTC application record (IIM 4.2, section 6) in a block of Photoshop image resources, by
 * data set number; repeated ones are joined by "; ". Reading ends at the first thing that is odd.
 */
export function readIptcTexts(resources: Uint8Array): Map<number, string> {
  const record = findResource(resources, IPTC_RESOURCE);
  const texts = new Map<number, string[]>();
  for (let at = 0; at + 5 <= record.length && record[at] === TAG_MARKER;) {
    const number = record[at + 2] ?? 0;
    const length = readNumber(record, at + 3, 2);
    if (length >= EXTENDED_LENGTH || at + 5 + length > record.length) break;
    const values = texts.get(number) ?? [];
    if (record[at + 1] === APPLICATION_RECORD && values.length < MAX_REPEATS) {
      texts.set(number, [...values, decodeText(record.subarray(at + 5, at + 5 + length))]);
    }
    at += 5 + length;
  }
  return new Map([...texts].map(([number, values]) => [number, values.join('; ')]));
}

/** The data of an image resource (Adobe Photoshop file formats, "Image resource blocks"); empty when absent. */
function findResource(resources: Uint8Array, wanted: number): Uint8Array {
  for (let at = 0; at + 12 <= resources.length;) {
    if (String.fromCharCode(...resources.subarray(at, at + 4)) !== RESOURCE_SIGNATURE) break;
    // A name with its length before it, padded to an even number of bytes; so are the data.
    const nameBytes = 1 + (resources[at + 6] ?? 0);
    const sizeAt = at + 6 + nameBytes + (nameBytes % 2);
    const size = readNumber(resources, sizeAt, 4);
    const data = resources.subarray(sizeAt + 4, sizeAt + 4 + size);
    if (readNumber(resources, at + 4, 2) === wanted) return data;
    at = sizeAt + 4 + size + (size % 2);
  }
  return new Uint8Array(0);
}

function readNumber(bytes: Uint8Array, at: number, length: number): number {
  return bytes.subarray(at, at + length).reduce((number, byte) => number * 256 + byte, 0);
}
