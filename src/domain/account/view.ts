import { type SQL, sql } from 'drizzle-orm';
import { profiles, sessions } from '../../db/schema/account.ts';
import { rfc3339 } from '../../db/statement.ts';

export interface User {
  id: string;
  email: string;
  name: string;
  createdAt: string;
}

export const userView: SQL<User> = sql`jsonb_build_object(
  'id', ${profiles.id}, 'email', ${profiles.email}, 'name', ${profiles.name},
  'createdAt', ${rfc3339(profiles.createdAt)})`;

export interface Session {
  id: string;
  kind: 'browser' | 'program';
  createdAt: string;
  /** Now for the current one: its uses are noted only every few minutes. */
  lastSeenAt: string;
  expiresAt: string;
  userAgent: string | null;
  /** Whether the request itself was made with this session. */
  current: boolean;
}

export function sessionView(currentId: string): SQL<Session> {
  const isCurrent = sql`${sessions.id} = ${currentId}`;
  const lastSeenAt = sql`case when ${isCurrent} then now() else ${sessions.lastSeenAt} end`;
  return sql`jsonb_build_object(
    'id', ${sessions.id}, 'kind', ${sessions.kind}, 'createdAt', ${rfc3339(sessions.createdAt)},
    'lastSeenAt', ${rfc3339(lastSeenAt)}, 'expiresAt', ${rfc3339(sessions.expiresAt)},
    'userAgent', ${sessions.userAgent}, 'current', ${isCurrent})`;
}
