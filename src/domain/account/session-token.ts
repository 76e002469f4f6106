import { sha256, toBase64Url, toHex } from '../../lib/bytes.ts';

/** Sessions end this long after they were last used. */
export const SESSION_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;
/** Use is written down at most this often, so that reading costs no write. */
export const SESSION_TOUCH_MS = 10 * 60 * 1000;

/** 256 random bits; only their SHA-256 is kept. */
export function newToken(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/** SHA-256 of the token's text, in hexadecimal. */
export async function hashToken(token: string): Promise<string> {
  return toHex(await sha256(token));
}
