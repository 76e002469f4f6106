/** How long what was deleted stays in the bin. */
const BIN_DAYS = 30;

/** When something that was moved to the bin is gone for good; RFC 3339, as `deletedAt`. */
export function goneAt(deletedAt: string): string {
  return new Date(Date.parse(deletedAt) + BIN_DAYS * 86_400_000).toISOString();
}
