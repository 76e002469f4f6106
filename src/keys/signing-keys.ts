import type { JWK } from 'jose';
import * as z from 'zod';
import { once } from '../lib/once.ts';

const MIN_KEYS = 1;
/** Enough for a rotation; a set of keys is read by every program. */
const MAX_KEYS = 5;

const coordinate = once(() => z.string().regex(/^[A-Za-z0-9_-]{43}$/));

const signingKey = once(() =>
  z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    kid: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
    x: coordinate(),
    y: coordinate(),
    d: coordinate(),
  }),
);
export type SigningKey = z.infer<ReturnType<typeof signingKey>>;

const signingKeys = once(() =>
  z
    .array(signingKey())
    .min(MIN_KEYS)
    .max(MAX_KEYS)
    .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length),
);

/** The private keys in a variable, or null: an array of JWKs for ES256, each with a `kid` of its own. */
export function parseSigningKeys(text: string): SigningKey[] | null {
  try {
    return signingKeys().parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The half of a key that everybody may know (RFC 7517). */
export function toPublicKey({ kty, crv, kid, x, y }: SigningKey): JWK & { kid: string } {
  return { kty, crv, kid, x, y, alg: 'ES256', use: 'sig' };
}
