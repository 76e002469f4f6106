/** How long the service keeps what is in the bin. */
const KEPT_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;

/** Days, a begun one too, until something that was deleted at an RFC 3339 time is gone for good; null when it was not. */
export function daysLeft(deletedAt: string | null, now: number): number | null {
  if (deletedAt === null) return null;
  return Math.max(0, Math.ceil((Date.parse(deletedAt) + KEPT_MS - now) / DAY_MS));
}
