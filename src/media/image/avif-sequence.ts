import { ByteReader } from './byte-reader.ts';
import { ImageFault, corrupt } from './fault.ts';
import { type Box, findBox, listBoxes } from './iso-box.ts';

/** An animation: the first track of pictures in a file. */
export interface AvifSequence {
  width: number;
  height: number;
  frames: number;
}

/** Offset of the two-byte dimensions in a sample entry. */
const SIZE_AT = 24;

/**
 * Reads the track of pictures in a `moov` box (ISO/IEC 14496-12, 8.3 to 8.7) and checks that every sample lies
 * within the file. Throws ImageFault.
 */
export function readSequence(reader: ByteReader, movie: Box): AvifSequence {
  for (const track of listBoxes(reader, movie.start, movie.end)) {
    if (track.type !== 'trak') continue;
    const media = enter(reader, track, 'mdia');
    const handler = enter(reader, media, 'hdlr');
    if (reader.until(handler.end).tag(handler.start + 8) !== 'pict') continue;
    const table = enter(reader, enter(reader, media, 'minf'), 'stbl');
    return { ...readEntry(reader, table), frames: countSamples(reader, table) };
  }
  throw corrupt('no track of pictures');
}

function enter(reader: ByteReader, container: Box, type: string): Box {
  const box = findBox(reader, container.start, container.end, type);
  if (box === null) throw corrupt(`no ${type} box`);
  return box;
}

/** The payload of a box of the sample table. */
function open(reader: ByteReader, table: Box, type: string): ByteReader {
  const { start, end } = enter(reader, table, type);
  return new ByteReader(reader.slice(start, end - start));
}

function readEntry(reader: ByteReader, table: Box): { width: number; height: number } {
  const description = enter(reader, table, 'stsd');
  const [entry] = listBoxes(reader, description.start + 8, description.end);
  if (entry === undefined) throw corrupt('no sample entry');
  if (entry.type !== 'av01') throw new ImageFault('format', `image sequence of type ${entry.type}`);
  const fields = reader.until(entry.end);
  const width = fields.u16(entry.start + SIZE_AT);
  const height = fields.u16(entry.start + SIZE_AT + 2);
  if (width === 0 || height === 0) throw corrupt('no dimensions');
  return { width, height };
}

/** Follows the samples through the chunks of the file; each chunk holds as many as its run says. */
function countSamples(reader: ByteReader, table: Box): number {
  const sizes = open(reader, table, 'stsz');
  const commonBytes = sizes.u32(4);
  const count = sizes.u32(8);
  // Chunks that overlap could otherwise hold any number of samples.
  if (count * commonBytes > reader.length) throw corrupt('samples are larger than the file');
  const runs = open(reader, table, 'stsc');
  const isWide = findBox(reader, table.start, table.end, 'stco') === null;
  const chunks = open(reader, table, isWide ? 'co64' : 'stco');
  let run = 0;
  let samples = 0;
  for (let chunk = 1; chunk <= chunks.u32(4); chunk++) {
    while (run < runs.u32(4) && runs.u32(8 + run * 12) <= chunk) run++;
    if (run === 0) throw corrupt('a chunk without samples');
    let end = isWide ? chunks.u64(8 * chunk) : chunks.u32(4 + 4 * chunk);
    for (let left = runs.u32(run * 12); left > 0; left--) {
      if (samples === count) throw corrupt('more samples in the chunks than in the track');
      end += commonBytes === 0 ? sizes.u32(12 + samples * 4) : commonBytes;
      samples++;
      if (end > reader.length) throw corrupt('a sample leaves the file');
    }
  }
  if (samples === 0 || samples < count) throw corrupt(`${samples} of ${count} samples`);
  return samples;
}
