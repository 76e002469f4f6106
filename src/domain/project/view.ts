import { type SQL, sql } from 'drizzle-orm';
import { type MemberRole, projects, type Visibility } from '../../db/schema/project.ts';
import { rfc3339 } from '../../db/statement.ts';

export interface Project {
  id: string;
  name: string;
  description: string;
  /** Whether anybody may see it at /p/{projectId}, and its images at /p/{projectId}/{imageId}. */
  visibility: Visibility;
  /** The caller's own. */
  role: MemberRole;
  /** Classes to choose from; the first nine have the digits. */
  labels: string[];
  imageCount: number;
  createdAt: string;
  updatedAt: string;
  /** When it was moved to the bin. */
  deletedAt: string | null;
}

export const projectView: SQL<Project> = sql`jsonb_build_object(
  'id', ${projects.id}, 'name', ${projects.name}, 'description', ${projects.description}, 'visibility', ${projects.visibility},
  'role', coalesce(app.role_in(${projects.id}), app.role_in_binned(${projects.id})),
  'labels', ${projects.labels}, 'imageCount', ${projects.imageCount},
  'createdAt', ${rfc3339(projects.createdAt)}, 'updatedAt', ${rfc3339(projects.updatedAt)},
  'deletedAt', ${rfc3339(projects.deletedAt)})`;
