/** Formats whose structure this code can check: those that are accepted. */
export const IMAGE_FORMATS = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const;

export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** EXIF orientation: how the stored rows must be turned to be shown. 1 is "as stored". */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What the structure of an accepted image says about it. */
export interface ImageInfo {
  format: ImageFormat;
  mime: `image/${ImageFormat}`;
  /** Pixels, after the orientation is applied. Of an animation, its canvas. */
  width: number;
  /** Pixels, after the orientation is applied. Of an animation, its canvas. */
  height: number;
  orientation: Orientation;
  /** Pictures of an animation; 1 for a still image. */
  frames: number;
  /** JPEG: progressive frame. PNG: Adam7 interlace. GIF: interlaced first frame. */
  progressive: boolean;
  /** Samples stored per pixel; a palette counts as one. */
  components: number;
}

/** Blocks of descriptive metadata as they lie in the file: views of it, not parsed and not checked. */
export interface EmbeddedMetadata {
  /** A TIFF block. */
  exif?: Uint8Array;
  /** An XMP packet: XML, with whatever padding its container adds. */
  xmp?: Uint8Array;
  /** JPEG: Photoshop image resources, which hold the IPTC record. */
  photoshop?: Uint8Array;
  /** PNG: texts by keyword. */
  pngTexts?: Partial<Record<'XML:com.adobe.xmp' | 'Copyright' | 'Author', PngText>>;
}

/** The text of a PNG chunk as it lies in the file. */
export interface PngText {
  bytes: Uint8Array;
  isDeflated: boolean;
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
