import * as z from 'zod';
import { id, text, timestamp } from '../schema.ts';

export const imageParams = z.object({ imageId: id('img') });

export const image = z
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
      fetchedAt: timestamp,
      uploadedBy: z.string().nullable().meta({ description: 'Who sent the file; null for what was fetched' }),
    }),
    createdAt: timestamp,
  })
  .meta({ id: 'Image' });

export const upload = image
  .extend({ duplicate: z.boolean().meta({ description: 'The project has these bytes already' }) })
  .meta({ id: 'Upload' });

export const uploadQuery = z.object({
  fileName: text(1, 255).optional().meta({ description: 'What the file was called, kept as its source' }),
});

const bytes = { schema: z.string().meta({ format: 'binary' }) };

/** The bytes as they are; readers of the body find them under imageBody. */
export const uploadBody = {
  required: true,
  description: 'The bytes of one image, at most 10 MiB',
  content: { 'image/*': bytes, 'application/octet-stream': bytes },
};
