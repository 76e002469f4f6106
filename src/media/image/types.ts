/** Formats whose structure this code can check and whose pixels it can decode. */
export type ImageFormat = 'jpeg' | 'png';

/** EXIF orientation: how the stored rows must be turned to be shown. 1 is "as stored". */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What the structure of an accepted image says about it. */
export interface ImageInfo {
  format: ImageFormat;
  mime: 'image/jpeg' | 'image/png';
  /** Pixels, after the orientation is applied. */
  width: number;
  /** Pixels, after the orientation is applied. */
  height: number;
  orientation: Orientation;
  /** JPEG: progressive frame. PNG: Adam7 interlace. */
  progressive: boolean;
  /** Samples stored per pixel; a palette counts as one. */
  components: number;
}

/** Eight-bit RGBA, not premultiplied, rows from top to bottom. */
export interface Pixels {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

/** True when the orientation exchanges width and height. */
export function isTransposed(orientation: Orientation): boolean {
  return orientation >= 5;
}
