import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { enterProject } from '../../db/statement.ts';
import { requireUser } from '../account/require-user.ts';

/** What the images of a project can be filtered by: the values in use, sorted, a hundred of each at most. */
export interface Facets {
  labels: string[];
  tags: string[];
  hosts: string[];
  licenses: string[];
}

/** Costs a few steps in an index for each value, however many images have it. */
export async function listFacets(ctx: RequestContext, projectId: string): Promise<Facets> {
  requireUser(ctx);
  const [facets] = await read<Facets>(ctx, {
    from: 'replica',
    authorize: enterProject(projectId, 'viewer'),
    query: sql`select jsonb_build_object('labels', app.facet_values('label'), 'tags', app.facet_values('tag'),
      'hosts', app.facet_values('host'), 'licenses', app.facet_values('license'))`,
  });
  return facets ?? { labels: [], tags: [], hosts: [], licenses: [] };
}
