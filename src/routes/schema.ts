import * as z from 'zod';
import { decodeCursor } from '../lib/cursor.ts';
import { type IdPrefix, idPattern } from '../lib/id.ts';
import { once } from '../lib/once.ts';

// Control characters except tab and line breaks: Postgres refuses NUL, and no name needs the others.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * Text that a person typed: trimmed, without control characters or half surrogates. `form` brings it into the form that
 * is kept, whose length counts.
 */
export function text(min: number, max: number, form = z.string().trim()) {
  return form
    .min(min)
    .max(max)
    .refine(
      (value) => !CONTROL.test(value) && value.isWellFormed(),
      'contains characters that cannot be stored',
    );
}

export function id(prefix: IdPrefix) {
  return z.string().regex(idPattern(prefix), `is not an id of the form ${prefix}_…`);
}

export const timestamp = once(() => z.iso.datetime().meta({ description: 'RFC 3339, UTC' }));

const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 50;

/** `limit` and `cursor` of a keyset list whose sort key matches `key`; parsed to `limit` and `after`. */
export function pageQuery(key: RegExp) {
  return z.object({
    limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
    cursor: z
      .string()
      .max(200)
      .optional()
      .refine(
        (cursor) => cursor === undefined || decodeCursor(cursor, key) !== null,
        'is not a cursor of this list',
      )
      .meta({ description: 'nextCursor of the page before' }),
  });
}

/** The parsed query as the domain takes it. */
export function toPageInput(query: { limit: number; cursor?: string | undefined }, key: RegExp) {
  return { limit: query.limit, after: query.cursor === undefined ? null : decodeCursor(query.cursor, key) };
}

export function page<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}

const problem = once(() =>
  z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      code: z.string(),
      detail: z.string().optional(),
      instance: z.string(),
      requestId: z.string(),
      retryable: z.boolean(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      state: z.string().optional(),
      current: z.looseObject({}).optional().meta({
        description: 'With stale_revision: what was decided meanwhile; of /health/ready: its report',
      }),
    })
    .meta({ id: 'Problem' }),
);

/** What every operation may answer besides its success. */
export const problems = once(
  () =>
    ({
      '4XX': {
        description: 'The request cannot be served as it is',
        content: { 'application/problem+json': { schema: problem() } },
      },
      '5XX': {
        description: 'Darkroom or a part of it failed',
        content: { 'application/problem+json': { schema: problem() } },
      },
    }) as const,
);

/** Security of what an API key may not do for its owner. */
export const forPersons = [{ session: [] }, { program: [] }];

/** Security of what is for the administrators of an installation, and for its operator. */
export const forAdmins = [...forPersons, { operator: [] }];

export const noContent = { 204: { description: 'Done' } } as const;

export function json<T extends z.ZodType>(schema: T, description = 'OK') {
  return { description, content: { 'application/json': { schema } } };
}

export function body<T extends z.ZodType>(schema: T) {
  return { body: { required: true, content: { 'application/json': { schema } } } } as const;
}
