import { newToken } from '../account/session-token.ts';

const PREFIX = 'dk_live_';
/** Shown with the key in lists: enough to tell two keys apart, of 43 characters that are secret. */
const SHOWN_SECRET = 4;

/** A new API key: 256 random bits, whose prefix tells people and scanners what it is. */
export function newApiKey(): { token: string; displayPrefix: string } {
  const token = `${PREFIX}${newToken()}`;
  return { token, displayPrefix: token.slice(0, PREFIX.length + SHOWN_SECRET) };
}

/** Whether a bearer token means to be an API key. */
export function isApiKey(token: string): boolean {
  return token.startsWith(PREFIX);
}
