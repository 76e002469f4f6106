/** What a job asks of its images. */
export interface JobOptions {
  /** Smaller images are rejected (`too_small`); pixels, after orientation. */
  minWidth?: number | undefined;
  minHeight?: number | undefined;
}
