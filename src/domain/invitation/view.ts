import { type SQL, sql } from 'drizzle-orm';
import { invitations } from '../../db/schema/invitation.ts';
import type { MemberRole } from '../../db/schema/project.ts';
import { rfc3339 } from '../../db/statement.ts';

interface Person {
  id: string;
  name: string;
}

export interface Invitation {
  id: string;
  /** What whoever accepts it becomes. */
  role: MemberRole;
  createdBy: Person;
  createdAt: string;
  expiresAt: string;
  usedAt: string | null;
  usedBy: Person | null;
}

function person(userId: SQL | typeof invitations.createdBy | typeof invitations.usedBy): SQL {
  return sql`case when ${userId} is not null
    then jsonb_build_object('id', ${userId}, 'name', coalesce(app.name_of(${userId}), '')) end`;
}

/** Needs the entered project, whose owner the caller is: only then are there names. */
export const invitationView: SQL<Invitation> = sql`jsonb_build_object(
  'id', ${invitations.id}, 'role', ${invitations.role}, 'createdBy', ${person(invitations.createdBy)},
  'createdAt', ${rfc3339(invitations.createdAt)}, 'expiresAt', ${rfc3339(invitations.expiresAt)},
  'usedAt', ${rfc3339(invitations.usedAt)}, 'usedBy', ${person(invitations.usedBy)})`;
