import * as z from 'zod';
import { API_KEY_SCOPES } from '../../context.ts';
import { id, text, timestamp } from '../schema.ts';
import { once } from '../../lib/once.ts';

const MAX_DAYS = 365;
const DEFAULT_DAYS = 90;
const MAX_REQUESTS = 1_000_000;

const scopes = once(() =>
  z
    .array(z.enum(API_KEY_SCOPES))
    .min(1)
    .max(API_KEY_SCOPES.length)
    .refine((list) => new Set(list).size === list.length, 'names a scope twice')
    .meta({ description: 'read: GET and HEAD; write: everything else, also a ticket to a room' }),
);

export const apiKeyParams = once(() => z.object({ keyId: id('key') }));

export const createApiKeyBody = once(() =>
  z.strictObject({
    name: text(1, 100),
    scopes: scopes(),
    expiresInDays: z
      .int()
      .min(1)
      .max(MAX_DAYS)
      .nullable()
      .default(DEFAULT_DAYS)
      .meta({ description: 'null for never' }),
    requestsPerMinute: z
      .int()
      .min(1)
      .max(MAX_REQUESTS)
      .nullable()
      .default(null)
      .meta({ description: 'At most what the plan allows; null for that' }),
  }),
);

export const apiKey = once(() =>
  z
    .object({
      id: z.string(),
      name: z.string(),
      prefix: z.string().meta({ description: 'The first characters of the key' }),
      scopes: z.array(z.enum(API_KEY_SCOPES)),
      requestsPerMinute: z.int().nullable(),
      createdAt: timestamp(),
      expiresAt: timestamp().nullable(),
      lastUsedAt: timestamp().nullable().meta({ description: 'Noted every ten minutes' }),
    })
    .meta({ id: 'ApiKey' }),
);

export const madeApiKey = once(() =>
  apiKey().extend({
    token: z.string().meta({ description: 'For `Authorization: Bearer`; in this reply only' }),
  }),
);
