import * as z from 'zod';
import { type CacheRef, type Namespace, refTo } from '../../cache/namespace.ts';
import { VISIBILITIES } from '../../db/schema/project.ts';
import type { Project } from './view.ts';
import { once } from '../../lib/once.ts';

/** A project as everybody in it sees it: without the role of whoever asks. */
export type SharedProject = Omit<Project, 'role'>;

const sharedProject = once(() =>
  z.object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    visibility: z.enum(VISIBILITIES),
    labels: z.array(z.string()),
    imageCount: z.int(),
    createdAt: z.string(),
    updatedAt: z.string(),
    deletedAt: z.string().nullable(),
  }),
);

/** The fields in the order that a cached value has them in: a tag is of the text, and one project has one. */
export function toSharedProject(project: Project): SharedProject {
  return sharedProject().parse(project);
}

/** Crawls add images without bumping its tag: for those it is a moment old to whoever has not heard of them. */
const PROJECTS: Namespace<SharedProject> = {
  name: 'project',
  parse: (value) => sharedProject().parse(value),
  freshMs: 10_000,
  revalidateMs: 20_000,
  errorMs: 10 * 60_000,
  negativeMs: 0,
};

export function projectRef(projectId: string): CacheRef<SharedProject> {
  return refTo(PROJECTS, projectId, [`project:${projectId}`]);
}
