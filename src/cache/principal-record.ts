import * as z from 'zod';
import { API_KEY_SCOPES } from '../context.ts';
import { once } from '../lib/once.ts';
import { formatBookmark, parseBookmark, type Bookmark } from '../lib/bookmark.ts';

/** Who is behind a credential, with everything that admits or limits a request. */
export const principal = once(() =>
  z.object({
    kind: z.enum(['session', 'program', 'apiKey']),
    /** Of the session or of the key. */
    id: z.string(),
    userId: z.string(),
    /** RFC 3339; null for a key that does not end by itself. */
    expiresAt: z.string().nullable(),
    lastSeenAt: z.string().nullable(),
    plan: z.enum(['free', 'pro']),
    /** Requests a minute, for a key with a limit of its own. */
    limit: z.int().positive().nullable(),
    /** What a key may do; null for people and their programs, who may do everything that their roles allow. */
    scopes: z.array(z.enum(API_KEY_SCOPES)).nullable(),
    /** By project; null for somebody who is in more projects than a record holds. */
    roles: z.record(z.string(), z.enum(['viewer', 'reviewer', 'editor', 'owner'])).nullable(),
  }),
);
export type Principal = z.infer<ReturnType<typeof principal>>;

/** A principal as it was read from the database. */
export interface PrincipalRecord {
  principal: Principal;
  /** The xmin of the snapshot that it was read under. */
  readAt: Bookmark;
  /** Milliseconds since the epoch. */
  storedAt: number;
}

/** `<person>|<position>|<milliseconds>|<JSON>`: a script finds the person, and the isolate its record, by what stands first. */
const HEAD = /^[^|]+\|([^|]+)\|(\d+)\|/;

/** Person, position and time of a record: no two of a credential have the same. */
export function headOf({ principal: { userId }, readAt, storedAt }: PrincipalRecord): string {
  return `${userId}|${formatBookmark(readAt)}|${storedAt}|`;
}

export function writeRecord(record: PrincipalRecord): string {
  return headOf(record) + JSON.stringify(record.principal);
}

/** Null for what is no record. */
export function readRecord(text: string): PrincipalRecord | null {
  const [head = '', position = '', storedAt = ''] = HEAD.exec(text) ?? [];
  const readAt = parseBookmark(position);
  if (!readAt) return null;
  try {
    const parsed = principal().parse(JSON.parse(text.slice(head.length)));
    return { principal: parsed, readAt, storedAt: Number(storedAt) };
  } catch {
    return null;
  }
}
