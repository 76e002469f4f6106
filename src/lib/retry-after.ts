/** A server that asks for more is asked again after this long all the same, or never; in milliseconds. */
const LONGEST_MS = 24 * 3_600_000;

/** When a Retry-After header (RFC 9110 section 10.2.3) lets one come back, in ms since 1970; null when it says nothing. */
export function readRetryAfter(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  const at = /^\d{1,9}$/.test(text) ? now + Number(text) * 1_000 : Date.parse(text);
  if (Number.isNaN(at) || at <= now) return null;
  return Math.min(at, now + LONGEST_MS);
}
