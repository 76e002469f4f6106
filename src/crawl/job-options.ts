import type { ImageFormat } from '../media/image/types.ts';

/** What a job asks of its images. */
export interface JobOptions {
  /** Smaller images are rejected (`too_small`); pixels, after orientation. */
  minWidth?: number | undefined;
  minHeight?: number | undefined;
  /** Long side by short side; more elongated images are rejected (`aspect`). */
  maxAspect?: number | undefined;
  /** Other formats are rejected (`format`). */
  formats?: ImageFormat[] | undefined;
  /** Larger files are rejected (`too_large`); at most, and unless given, MAX_IMAGE_BYTES. */
  maxBytes?: number | undefined;
  /** The job ends when it has added so many; what is left is skipped (`limit`). */
  maxImages?: number | undefined;
}
