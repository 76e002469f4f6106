import { createHmac } from 'node:crypto';
import { toHex } from '../../lib/bytes.ts';

/** A program's session ends this long after its last refresh, and each refresh token this long after it was made. */
export const REFRESH_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;
/** For how long a used refresh token may come again, from a program that lost the answer. */
export const REFRESH_GRACE_SECONDS = 10;

const SEED_BYTES = 32;

/** Hexadecimal; good for one successor. */
export function newSeed(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(SEED_BYTES)));
}

/**
 * The refresh token after `token`, 256 bits. Whoever holds the token is given the same successor again as long as the
 * seed is kept; the seed alone, which is all that is stored besides hashes, leads to none.
 */
export function successorOf(token: string, seed: string): string {
  return createHmac('sha256', token).update(Buffer.from(seed, 'hex')).digest('base64url');
}
