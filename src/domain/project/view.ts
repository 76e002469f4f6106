import { type SQL, sql } from 'drizzle-orm';
import { type MemberRole, projects, type Visibility } from '../../db/schema/project.ts';
import { rfc3339 } from '../../db/statement.ts';

export interface Project {
  id: string;
  name: string;
  description: string;
  /** Whether anybody may fetch the images, at /p/{projectId}/{imageId}. */
  visibility: Visibility;
  /** The caller's own. */
  role: MemberRole;
  imageCount: number;
  createdAt: string;
  updatedAt: string;
}

export const projectView: SQL<Project> = sql`jsonb_build_object(
  'id', ${projects.id}, 'name', ${projects.name}, 'description', ${projects.description}, 'visibility', ${projects.visibility},
  'role', app.role_in(${projects.id}), 'imageCount', ${projects.imageCount},
  'createdAt', ${rfc3339(projects.createdAt)}, 'updatedAt', ${rfc3339(projects.updatedAt)})`;
