import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type Project, projectView } from './view.ts';

/** The projects the caller is a member of, newest first. */
export async function listProjects(ctx: RequestContext, page: PageInput): Promise<Page<Project>> {
  requireUser(ctx);
  const rows = await read<Project>(ctx, {
    from: 'replica',
    query: sql`select ${projectView} from app.list_projects(${page.after}, ${page.limit + 1}) as projects`,
  });
  return toPage(rows, page.limit, (project) => project.id);
}
