/** What somebody has seen of the database: everything up to a transaction of it, written `<epoch>.<xid>`. */
export interface Bookmark {
  /** Grows when the database is restored: transactions of different epochs cannot be compared. */
  epoch: number;
  xid: bigint;
}

/** At most 19 digits fit Postgres's xid8. */
const SHAPE = /^([1-9]\d{0,9})\.([1-9]\d{0,18})$/;
const MAX_EPOCH = 2_147_483_647;

/** Null for what is no bookmark. */
export function parseBookmark(text: string): Bookmark | null {
  const [, epoch = '', xid = ''] = SHAPE.exec(text) ?? [];
  return epoch !== '' && Number(epoch) <= MAX_EPOCH ? { epoch: Number(epoch), xid: BigInt(xid) } : null;
}

export function formatBookmark({ epoch, xid }: Bookmark): string {
  return `${epoch}.${xid}`;
}

/** Of two bookmarks the one that has seen more; none has seen nothing. */
export function laterBookmark(one: Bookmark | null, other: Bookmark | null): Bookmark | null {
  if (!one || !other) return one ?? other;
  return isLater(other, one) ? other : one;
}

/** Whether `one` has seen more than `other`. What was before a restore is less than everything after it. */
export function isLater(one: Bookmark, other: Bookmark): boolean {
  return one.epoch === other.epoch ? one.xid > other.xid : one.epoch > other.epoch;
}
