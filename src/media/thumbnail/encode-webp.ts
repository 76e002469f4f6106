import encode, { init } from '@jsquash/webp/encode.js';
import type { Pixels } from '../image/types.ts';

const QUALITY = 75;

/** Isolate lifetime: the encoder is instantiated once, its memory stays at that of one thumbnail. */
let ready: { module: WebAssembly.Module; done: Promise<unknown> } | null = null;

/** Encodes as lossy WebP of quality 75, alpha included. A failure means the encoder, not the image. */
export async function encodeWebp(pixels: Pixels, module: WebAssembly.Module): Promise<Uint8Array> {
  if (ready?.module !== module) ready = { module, done: init(module) };
  try {
    await ready.done;
    return new Uint8Array(await encode(pixels, { quality: QUALITY }));
  } catch (error) {
    // A trapped instance must not serve the next image.
    ready = null;
    throw error;
  }
}
