/** The segments of a JPEG up to its first scan; `start` is the offset of the marker. */
export interface Segment {
  marker: number;
  start: number;
  end: number;
}

/** Lists the segments from SOI (excluded) to the first SOS (included, without its scan data). */
export function listSegments(jpeg: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  for (let at = 2; ;) {
    const marker = jpeg[at + 1] ?? 0;
    const end = at + 2 + (jpeg[at + 2] ?? 0) * 256 + (jpeg[at + 3] ?? 0);
    segments.push({ marker, start: at, end });
    if (marker === 0xda || end >= jpeg.length) return segments;
    at = end;
  }
}

export function findSegment(jpeg: Uint8Array, marker: number): Segment {
  const segment = listSegments(jpeg).find((candidate) => candidate.marker === marker);
  if (segment === undefined) throw new Error(`no segment ${marker.toString(16)}`);
  return segment;
}

/** A copy with one byte changed. */
export function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = value;
  return copy;
}

/** A copy without the segments of one kind. */
export function withoutSegments(jpeg: Uint8Array, marker: number): Uint8Array {
  const kept = listSegments(jpeg).filter((segment) => segment.marker !== marker);
  const scanData = jpeg.subarray(findSegment(jpeg, 0xda).end);
  return Buffer.concat([
    jpeg.subarray(0, 2),
    ...kept.map(({ start, end }) => jpeg.subarray(start, end)),
    scanData,
  ]);
}

/** A copy with one more segment at its beginning. */
export function withSegment(jpeg: Uint8Array, marker: number, payload: Uint8Array): Uint8Array {
  const length = payload.length + 2;
  return Buffer.concat([
    jpeg.subarray(0, 2),
    Uint8Array.of(0xff, marker, length >> 8, length & 255),
    payload,
    jpeg.subarray(2),
  ]);
}

/** A copy with an EXIF segment that holds the given TIFF block. */
export function withExif(jpeg: Uint8Array, tiff: Uint8Array): Uint8Array {
  return withSegment(jpeg, 0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]));
}

/** A TIFF block with one orientation entry. */
export function orientationTiff(orientation: number, isLittle = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(26));
  view.setUint16(0, isLittle ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, isLittle);
  view.setUint32(4, 8, isLittle);
  view.setUint16(8, 1, isLittle);
  view.setUint16(10, 0x0112, isLittle);
  view.setUint16(12, 3, isLittle);
  view.setUint32(14, 1, isLittle);
  view.setUint16(18, orientation, isLittle);
  return new Uint8Array(view.buffer);
}
