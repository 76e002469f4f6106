import sharp from 'sharp';
import { PHOTOGRAPHS, pathOfPhotograph } from '../../../../dev/site/photographs.ts';

/** A thumbnail as the service makes them, of an original six times as large. */
export interface Picture {
  bytes: Buffer;
  width: number;
  height: number;
  averageColor: string;
}

const LONG_SIDE = 320;
const ASPECTS = [3 / 2, 2 / 3, 1, 16 / 9, 4 / 5, 4 / 3];
/** Red, green and blue of the inks; the photographs have none of their own. */
const INKS = [
  [255, 244, 226],
  [226, 240, 255],
  [255, 226, 214],
  [228, 250, 232],
  [250, 236, 255],
] as const;

/** So many different crops of the sample photographs, the same ones each time. */
export async function makePictures(count: number): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (let number = 0; number < count; number += 1) pictures.push(await makePicture(number));
  return pictures;
}

async function makePicture(number: number): Promise<Picture> {
  const photograph = PHOTOGRAPHS[number % PHOTOGRAPHS.length];
  const aspect = ASPECTS[(number * 5) % ASPECTS.length] ?? 1;
  if (!photograph) throw new Error('there are no photographs');
  const file = pathOfPhotograph(photograph);
  const { width: fullWidth = 0, height: fullHeight = 0 } = await sharp(file).metadata();
  // Between a half and all of what the shape allows, at a place that the number tells.
  const room = Math.min(fullWidth, fullHeight * aspect) * (0.5 + ((number * 7) % 10) / 20);
  const [width, height] = [Math.floor(room), Math.floor(room / aspect)];
  const left = Math.floor((fullWidth - width) * (((number * 13) % 17) / 17));
  const top = Math.floor((fullHeight - height) * (((number * 29) % 11) / 11));
  const scale = LONG_SIDE / Math.max(width, height);
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const [red, green, blue] = INKS[number % INKS.length] ?? INKS[0];
  const print = sharp(file)
    .extract({ left, top, width, height })
    .resize(size.width, size.height)
    .removeAlpha();
  const toned = await print.toColourspace('srgb').tint({ r: red, g: green, b: blue }).png().toBuffer();
  const { channels } = await sharp(toned).stats();
  const colour = channels.slice(0, 3).map(({ mean }) => Math.round(mean).toString(16).padStart(2, '0'));
  return {
    bytes: await sharp(toned).webp({ quality: 75 }).toBuffer(),
    ...size,
    averageColor: `#${colour.join('')}`,
  };
}
