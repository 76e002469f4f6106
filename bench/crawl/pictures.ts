import sharp from 'sharp';
import { pathOfPhotograph, PHOTOGRAPHS } from '../../dev/site/photographs.ts';

export const PICTURES = 100;
const WIDTH = 640;
const HEIGHT = 480;
const TARGET_BYTES = 62_000;
/** Of a recompressed copy; it has about half the bytes. */
const COPY_QUALITY = 60;
const QUALITIES = [70, 78, 84, 88, 92, 95] as const;
const COMMENT_DIGITS = 12;

/** One motif in two compressions. */
export interface Picture {
  /** About 62 KB. */
  first: Buffer;
  again: Buffer;
}

/** Crops of the photographs that come with the repository, from a grid of places and sizes: the same in every run. */
export async function makePictures(count: number): Promise<Picture[]> {
  return await Promise.all(Array.from({ length: count }, async (_, number) => await makePicture(number)));
}

async function makePicture(number: number): Promise<Picture> {
  const photograph = PHOTOGRAPHS[number % PHOTOGRAPHS.length];
  if (!photograph) throw new Error('There are no photographs.');
  const place = Math.floor(number / PHOTOGRAPHS.length);
  const source = sharp(pathOfPhotograph(photograph));
  const metadata = await source.metadata();
  const roomX = metadata.width - 2 * photograph.inset;
  const roomY = metadata.height - 2 * photograph.inset;
  const width = Math.floor(Math.min(roomX, (roomY * WIDTH) / HEIGHT) * (0.5 + 0.1 * (place % 5)));
  const height = Math.floor((width * HEIGHT) / WIDTH);
  const pixels = await source
    .extract({
      left: photograph.inset + Math.floor(((roomX - width) * (place % 4)) / 3),
      top: photograph.inset + Math.floor(((roomY - height) * (Math.floor(place / 4) % 4)) / 3),
      width,
      height,
    })
    .resize(WIDTH, HEIGHT)
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width: pixelWidth, height: pixelHeight, channels } = pixels.info;
  const encode = async (quality: number) =>
    await sharp(pixels.data, { raw: { width: pixelWidth, height: pixelHeight, channels } })
      .jpeg({ quality })
      .toBuffer();
  const tries = await Promise.all(QUALITIES.map(encode));
  const distance = (file: Buffer) => Math.abs(file.length - TARGET_BYTES);
  const first = tries.reduce((best, file) => (distance(file) < distance(best) ? file : best));
  return { first, again: await encode(COPY_QUALITY) };
}

/** The file with a comment behind its first marker: another number makes other bytes of the same picture. */
export function numbered(jpeg: Buffer, number: number): Buffer {
  const comment = Buffer.alloc(4 + COMMENT_DIGITS);
  comment.writeUInt16BE(0xfffe);
  comment.writeUInt16BE(2 + COMMENT_DIGITS, 2);
  comment.write(String(number).padStart(COMMENT_DIGITS, '0'), 4, 'latin1');
  return Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]);
}
