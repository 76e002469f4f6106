import type { Bookmark } from '../lib/bookmark.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { PrincipalRecord } from './principal-record.ts';
import type { Tag } from './tags.ts';
import { ALONE_MS, isValid } from './validity.ts';

/** What an isolate keeps of the records that it saw last. */
export interface PrincipalMemory {
  /** By name: what records say, so that the same one is not sent and read again with every request. */
  read: Map<string, PrincipalRecord>;
  /** By name: what was read from the database a moment ago, for while Redis does not answer. */
  alone: Map<string, PrincipalRecord>;
  /** Names that this isolate has revoked: a slow request may still bring what it read before. */
  revoked: Map<string, true>;
  /** By name: when a request began to read the record anew, in milliseconds since the epoch. */
  refreshing: Map<string, number>;
}

const MAX_REMEMBERED = 1_000;

export function createPrincipalMemory(): PrincipalMemory {
  return {
    read: new BoundedMap(MAX_REMEMBERED),
    alone: new BoundedMap(MAX_REMEMBERED),
    revoked: new BoundedMap(MAX_REMEMBERED),
    refreshing: new BoundedMap(MAX_REMEMBERED),
  };
}

/**
 * What the database said of a credential a moment ago: without Redis it says who asks, but need not with every request of
 * the same person. Null for what is older, or than which this isolate has told the
 * caches of a later write (`bumpedAt`).
 */
export function recallPrincipal(
  { alone }: PrincipalMemory,
  name: string,
  now: number,
  bumpedAt: (tag: Tag) => Bookmark | null,
): PrincipalRecord | null {
  const held = alone.get(name);
  if (!held || now - held.storedAt >= ALONE_MS) return null;
  return isValid(held.readAt, [bumpedAt(`user:${held.principal.userId}`)]) ? held : null;
}
