/** What anybody may know of an image of a public project. */
export interface PublicImage {
  id: string;
  /** Pixels, after the orientation is applied. */
  width: number;
  height: number;
  hasThumbnail: boolean;
  /** Where it was found; null for a file that was sent. */
  host: string | null;
  pageUrl: string | null;
  /** `cc-by`, `cc0`, `pdm` or `other`, as the page or the file names it. */
  license: string | null;
  licenseUrl: string | null;
  credit: string | null;
}

export interface PublicProject {
  id: string;
  name: string;
  description: string;
  /** Newest first, without those that were rejected. */
  images: PublicImage[];
  nextCursor: string | null;
}
