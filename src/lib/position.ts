/**
 * A place in the database's history: the transaction `xid` of the epoch that a restore begins anew. As text
 * `<epoch>.<xid>`.
 */
export interface Position {
  epoch: number;
  xid: bigint;
}

/** xid8 has 20 digits at most, an epoch is a positive integer of Postgres. */
const POSITION = /^([1-9]\d{0,9})\.(\d{1,20})$/;
const MAX_XID = 2n ** 64n - 1n;
const MAX_EPOCH = 2 ** 31 - 1;

/** Null for a text that is no position. */
export function parsePosition(text: string): Position | null {
  const [, epoch = '', xid = ''] = POSITION.exec(text) ?? [];
  if (epoch === '' || Number(epoch) > MAX_EPOCH || BigInt(xid) > MAX_XID) return null;
  return { epoch: Number(epoch), xid: BigInt(xid) };
}

export function formatPosition({ epoch, xid }: Position): string {
  return `${epoch}.${xid}`;
}

/** Whether `a` comes later than `b`. What was before a restore is earlier than everything after it. */
export function isAfter(a: Position, b: Position): boolean {
  return a.epoch === b.epoch ? a.xid > b.xid : a.epoch > b.epoch;
}
