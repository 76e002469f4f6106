import * as z from 'zod';
import { REVIEWS } from '../../db/schema/image.ts';
import { id, text, timestamp } from '../schema.ts';
import { once } from '../../lib/once.ts';

/** A class of the project's schema. */
export const label = once(() => text(1, 40));
/**
 * A free mark: case, space around it and how its accents are encoded make no other tag. Composed once more, as a lower
 * case letter may have a composition that its capital lacks.
 */
export const tag = once(() => text(1, 40, z.string().normalize().toLowerCase().normalize().trim()));

export const MAX_TAGS = 20;
const tags = once(() => z.array(tag()).max(MAX_TAGS));

export const person = once(() => z.object({ id: z.string(), name: z.string() }));

export const reviewFields = once(() => ({
  review: z.enum(REVIEWS),
  label: z.string().nullable(),
  tags: z.array(z.string()).meta({ description: 'Sorted' }),
  revision: z.int().meta({ description: 'Raised by every decision; the next one names it' }),
}));

const names = (change: object) => Object.keys(change).some((key) => key !== 'revision');

/** What a column of Postgres holds. */
const MAX_REVISION = 2 ** 31 - 1;
const seenRevision = once(() =>
  z.int().min(0).max(MAX_REVISION).meta({ description: 'The revision that was seen' }),
);

export const decideBody = once(() =>
  z
    .strictObject({
      revision: seenRevision(),
      review: z.enum(REVIEWS).optional(),
      label: label().nullable().optional(),
      tags: tags().optional(),
    })
    .refine(names, 'names nothing to change'),
);

export const changeOfMany = once(() =>
  z
    .strictObject({
      review: z.enum(REVIEWS).optional(),
      label: label().nullable().optional(),
      addTags: tags().optional(),
      removeTags: tags().optional(),
    })
    .refine(names, 'names nothing to change'),
);

/** Images decided about in one call. */
const MAX_IMAGES = 500;

export const imageIds = once(() => z.array(id('img')).min(1).max(MAX_IMAGES));

export const seenImages = once(() =>
  z
    .array(z.strictObject({ id: id('img'), revision: seenRevision() }))
    .min(1)
    .max(MAX_IMAGES)
    .refine(
      (images) => new Set(images.map((image) => image.id)).size === images.length,
      'names an image twice',
    ),
);

const state = once(() => z.object({ id: z.string(), ...reviewFields() }));

export const reviewed = once(() =>
  z
    .object({
      reviewId: z.string().nullable().meta({ description: 'What an undo names; null when nothing changed' }),
      changed: z.int(),
      isComplete: z.boolean().meta({
        description: 'Whether all that matched were changed; if not, the same call goes on',
      }),
      images: z.array(state()).meta({ description: 'As they are now, if they are 500 or fewer' }),
      conflicts: z
        .array(state().extend({ reviewedBy: person().nullish(), reviewedAt: timestamp().nullish() }))
        .meta({ description: 'Left alone: somebody else decided meanwhile' }),
      missing: z.array(z.string()).meta({ description: 'Deleted meanwhile' }),
    })
    .meta({ id: 'Reviewed' }),
);

export const reviewParams = once(() => z.object({ reviewId: id('rev') }));
