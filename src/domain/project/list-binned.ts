import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type Project, projectView } from './view.ts';

/** The caller's projects in the bin, newest first. */
export async function listBinnedProjects(ctx: RequestContext, page: PageInput): Promise<Page<Project>> {
  requireUser(ctx);
  const rows = await read<Project>(ctx, {
    from: 'replica',
    query: sql`select ${projectView} from app.binned_projects(${page.after}, ${page.limit + 1}) as projects`,
  });
  return toPage(rows, page.limit, (project) => project.id);
}
