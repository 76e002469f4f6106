import type { Invitation } from '../api/types.ts';

/** Where an invitation stands at `now`, in ms since 1970. */
export function stateOf(
  { usedAt, expiresAt }: Pick<Invitation, 'usedAt' | 'expiresAt'>,
  now: number = Date.now(),
): 'open' | 'used' | 'expired' {
  if (usedAt !== null) return 'used';
  return Date.parse(expiresAt) <= now ? 'expired' : 'open';
}
