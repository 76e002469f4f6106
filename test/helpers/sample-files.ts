import sharp, { type Sharp } from 'sharp';
import type { ImageFormat } from '../../src/media/image/types.ts';
import { paintScene } from './images.ts';

/** A file made by a real encoder. */
export interface Sample {
  name: string;
  format: ImageFormat;
  bytes: Uint8Array;
}

/** Files of all accepted formats: the kinds of each, odd sizes, alpha, animations, orientations. */
export async function makeSamples(): Promise<Sample[]> {
  const scene = paintScene(301, 201);
  const clear = sharp(await scene.clone().png().toBuffer()).ensureAlpha(0.5);
  const small = paintScene(37, 61);
  const moving = await animate(90, 61, 4);
  const turned = (orientation: number) => paintScene(90, 50).withMetadata({ orientation });
  const recipes = {
    'jpeg baseline': scene.clone().jpeg(),
    'jpeg progressive': scene.clone().jpeg({ progressive: true }),
    'jpeg 4:4:4': small.clone().jpeg({ chromaSubsampling: '4:4:4' }),
    'jpeg grey': small.clone().toColourspace('b-w').jpeg(),
    'jpeg turned': turned(6).jpeg(),
    'png plain': scene.clone().png(),
    'png interlaced': scene.clone().png({ progressive: true }),
    'png palette': small.clone().png({ palette: true }),
    'png alpha': clear.clone().png(),
    'png turned': turned(8).png(),
    'webp lossy': scene.clone().webp(),
    'webp lossless': scene.clone().webp({ lossless: true }),
    'webp alpha': clear.clone().webp(),
    'webp lossless alpha': clear.clone().webp({ lossless: true }),
    'webp odd': small.clone().webp({ quality: 3 }),
    'webp animated': moving.clone().webp(),
    'webp animated lossless': moving.clone().webp({ lossless: true }),
    'webp turned': turned(5).webp(),
    'gif plain': scene.clone().gif(),
    'gif interlaced': scene.clone().gif({ progressive: true }),
    'gif alpha': clear.clone().gif(),
    'gif two colours': small.clone().gif({ colours: 2 }),
    'gif animated': moving.clone().gif(),
    'avif 4:2:0': scene.clone().avif({ chromaSubsampling: '4:2:0' }),
    'avif 4:4:4': small.clone().avif({ chromaSubsampling: '4:4:4' }),
    'avif alpha': clear.clone().avif(),
    'avif lossless': small.clone().avif({ lossless: true }),
    'avif turned': turned(6).avif(),
    'avif mirrored': turned(5).avif(),
  };
  return Promise.all(
    Object.entries(recipes).map(async ([name, picture]) => ({
      name,
      format: formatOf(name),
      bytes: Uint8Array.from(await picture.toBuffer()),
    })),
  );
}

/** Frames of one size, each of other colours. */
export async function animate(width: number, height: number, count: number): Promise<Sharp> {
  const frames = Array.from({ length: count }, (_, index) =>
    paintScene(width, height)
      .modulate({ hue: index * 60 })
      .png()
      .toBuffer(),
  );
  return sharp(await Promise.all(frames), { join: { animated: true } });
}

function formatOf(name: string): ImageFormat {
  const formats = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const;
  const format = formats.find((candidate) => name.startsWith(candidate));
  if (format === undefined) throw new Error(name);
  return format;
}
