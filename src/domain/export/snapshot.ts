import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { projects } from '../../db/schema/project.ts';
import { enterProject } from '../../db/statement.ts';
import { AppError } from '../../errors/app-error.ts';
import { type ImageRecord, selectImages } from '../image/view.ts';

/** Records held in memory at a time. */
const PAGE_SIZE = 500;

/** The images of a project as of one moment, readable as often as needed. */
export interface ProjectSnapshot {
  projectName: string;
  records(): AsyncGenerator<ImageRecord>;
}

/**
 * Fixes the moment: a Postgres snapshot, by whose transaction ids every later batch tells which images it
 * contains, whatever is imported or deleted meanwhile. On the primary: a standby's snapshot does not list
 * running transactions. Errors: `not_found`.
 */
export async function takeSnapshot(ctx: RequestContext, projectId: string): Promise<ProjectSnapshot> {
  const authorize = enterProject(projectId, 'viewer');
  const [taken] = await read<{ moment: string; projectName: string }>(ctx, {
    authorize,
    query: sql`select jsonb_build_object('moment', pg_current_snapshot()::text, 'projectName', name)
      from ${projects} where id = ${projectId}`,
  });
  if (!taken) throw new AppError('not_found', '');
  const { moment, projectName } = taken;
  const readPage = async (after: string): Promise<ImageRecord[]> =>
    await read<ImageRecord>(ctx, {
      authorize,
      query: selectImages(
        sql`i.project_id = ${projectId} and i.id > ${after}
          and pg_visible_in_snapshot(i.created_xid, ${moment}::pg_snapshot)
          and (i.deleted_xid is null or not pg_visible_in_snapshot(i.deleted_xid, ${moment}::pg_snapshot))`,
        sql`order by i.id limit ${PAGE_SIZE}`,
      ),
    });
  return {
    projectName,
    async *records() {
      for (let after = ''; ;) {
        const page = await readPage(after);
        yield* page;
        const last = page.at(-1);
        if (!last || page.length < PAGE_SIZE) return;
        after = last.id;
      }
    },
  };
}
