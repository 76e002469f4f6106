import type { ApiKey } from '../api/types.ts';

/** Where an API key is in its life; `expired` ones are listed for a while, so that a failing program is understood. */
export function stateOf(
  { expiresAt }: Pick<ApiKey, 'expiresAt'>,
  now: number = Date.now(),
): 'endless' | 'open' | 'expired' {
  if (expiresAt === null) return 'endless';
  return Date.parse(expiresAt) > now ? 'open' : 'expired';
}

/** Requests a minute as typed: null for none, NaN for what is no whole number above 0. */
export function parseRequests(text: string): number | null {
  const typed = text.trim();
  if (typed === '') return null;
  return /^[1-9]\d{0,6}$/.test(typed) ? Number(typed) : Number.NaN;
}
