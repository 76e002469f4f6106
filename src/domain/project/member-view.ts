import { type SQL, sql } from 'drizzle-orm';
import type { MemberRole } from '../../db/schema/project.ts';
import { projectMembers } from '../../db/schema/project.ts';
import { rfc3339 } from '../../db/statement.ts';

export interface Member {
  userId: string;
  name: string;
  email: string;
  role: MemberRole;
  createdAt: string;
}

/** Members of the entered project with their names, as JSON; the rows are `m`. */
export const memberQuery: SQL = sql`select jsonb_build_object('userId', m.user_id, 'name', p.name, 'email', p.email,
    'role', m.role, 'createdAt', ${rfc3339(sql`m.created_at`)})
  from ${projectMembers} m cross join lateral app.member_person(m.user_id) p`;
