import * as z from 'zod';
import { REVIEWS, SIZES } from '../../db/schema/image.ts';
import { IMAGE_FORMATS } from '../../media/image/types.ts';
import { label, person, reviewFields, tag } from '../review/schema.ts';
import { id, text, timestamp } from '../schema.ts';
import { once } from '../../lib/once.ts';

export const imageParams = once(() => z.object({ imageId: id('img') }));

export const image = once(() =>
  z
    .object({
      id: z.string(),
      projectId: z.string(),
      jobId: z.string().nullable(),
      sha256: z.string(),
      mime: z.enum(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif']),
      bytes: z.int(),
      width: z.int().meta({ description: 'Pixels, after the orientation is applied' }),
      height: z.int(),
      orientation: z.int().meta({ description: 'EXIF orientation of the stored file, 1 to 8' }),
      averageColor: z.string().meta({ example: '#7a7774' }),
      url: z.string().meta({ description: 'Signed address of the original' }),
      thumbnail: z.object({ url: z.string(), width: z.int(), height: z.int() }).nullable().meta({
        description:
          'At most 320 pixels a side; null when the image is too large to decode, or of a format that is not decoded',
      }),
      source: z.object({
        url: z
          .string()
          .meta({ description: 'Where it was found; upload:{name} for a file, with its name URL-encoded' }),
        finalUrl: z.string(),
        fetchedAt: timestamp(),
        uploadedBy: z
          .string()
          .nullable()
          .meta({ description: 'Who sent the file; null for what was fetched' }),
      }),
      host: z.string().nullable().meta({ description: 'Of the address, with its port; null for a file' }),
      license: z.string().nullable().meta({
        description: 'What the page or the file names: cc-by, cc0, pdm, other…',
        example: 'cc-by-sa',
      }),
      ...reviewFields(),
      reviewedBy: person().nullable(),
      reviewedAt: timestamp().nullable(),
      createdAt: timestamp(),
      deletedAt: timestamp().nullable().meta({ description: 'When it was moved to the bin' }),
    })
    .meta({ id: 'Image' }),
);

/** Which images; every part narrows it. */
export const imageFilter = once(() =>
  z.object({
    review: z.enum(REVIEWS).optional(),
    label: label().optional(),
    tag: tag().optional(),
    jobId: id('job').optional(),
    host: text(1, 260).optional(),
    size: z
      .enum(SIZES)
      .optional()
      .meta({ description: 'Longer side: below 640, below 1,920, from there on' }),
    format: z.enum(IMAGE_FORMATS).optional(),
    license: text(1, 40).optional().meta({ description: '`none`: of which none is known' }),
  }),
);

const values = once(() => z.array(z.string()).meta({ description: 'In use, sorted; 100 at most' }));
export const facets = once(() =>
  z.object({ labels: values(), tags: values(), hosts: values(), licenses: values() }).meta({ id: 'Facets' }),
);

export const decided = once(() =>
  image()
    .extend({
      reviewId: z.string().nullable().meta({ description: 'What an undo names; null when nothing changed' }),
    })
    .meta({ id: 'Decided' }),
);

export const upload = once(() =>
  image()
    .extend({ duplicate: z.boolean().meta({ description: 'The project has these bytes already' }) })
    .meta({ id: 'Upload' }),
);

export const uploadQuery = once(() =>
  z.object({
    fileName: text(1, 255).optional().meta({ description: 'What the file was called, kept as its source' }),
  }),
);

const bytes = once(() => ({ schema: z.string().meta({ format: 'binary' }) }));

/** The bytes as they are; readers of the body find them under imageBody. */
export const uploadBody = once(() => ({
  required: true,
  description: 'The bytes of one image, at most 10 MiB',
  content: { 'image/*': bytes(), 'application/octet-stream': bytes() },
}));
