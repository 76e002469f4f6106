import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { projects } from '../../db/schema/project.ts';
import { enterProject } from '../../db/statement.ts';
import { AppError } from '../../errors/app-error.ts';
import { type ImageFilter, LAST_ID, matchesFacts, selectMatching } from '../image/filter.ts';
import { matchesDecision } from '../image/matches-decision.ts';
import { imagesWhere, type ImageRecord, selectImages } from '../image/view.ts';

/** Records held in memory at a time. */
const PAGE_SIZE = 500;

/** The images of a project that match as of one moment, newest first, readable as often as needed. */
export interface ProjectSnapshot {
  projectName: string;
  records(): AsyncGenerator<ImageRecord>;
}

/** An image with what had been decided about it by the moment. */
interface Candidate extends ImageRecord {
  /** Whether the project had it then, and it is of the kind that is wanted. */
  isThere: boolean;
}

/**
 * Fixes the moment: a Postgres snapshot, by whose transaction ids every later batch tells which images it
 * contains and what had been decided about them, whatever is imported, deleted or decided meanwhile. On the primary:
 * a standby's snapshot does not list running transactions. Errors: `not_found`.
 */
export async function takeSnapshot(
  ctx: RequestContext,
  projectId: string,
  filter: ImageFilter,
): Promise<ProjectSnapshot> {
  const authorize = enterProject(projectId, 'viewer');
  const [taken] = await read<{ moment: string; projectName: string }>(ctx, {
    from: 'primary',
    authorize,
    query: sql`select jsonb_build_object('moment', pg_current_snapshot()::text, 'projectName', name)
      from ${projects} where id = ${projectId}`,
  });
  if (!taken) throw new AppError('not_found', '');
  const { moment, projectName } = taken;
  const at = sql`${moment}::pg_snapshot`;
  // What matches now, by its index, and what may have matched then: what was touched since, which is little.
  const readPage = async (before: string): Promise<Candidate[]> =>
    await read<Candidate>(ctx, {
      from: 'primary',
      authorize,
      query: sql`with touched as materialized (
          select t.id from app.touched_since(${at}, ${before}, ${PAGE_SIZE}) as t(id)
        ), candidates as materialized (
          select id from (
            (${selectMatching(
              projectId,
              filter,
              { after: before, limit: PAGE_SIZE },
              sql`pg_visible_in_snapshot(i.created_xid, ${at})`,
            )})
            union select id from touched
          ) either order by id desc limit ${PAGE_SIZE}
        )
        select image from (${selectImages(imagesWhere(sql`i.id in (select id from candidates)`), {
          more: sql`jsonb_build_object('isThere', pg_visible_in_snapshot(i.created_xid, ${at})
              and (i.deleted_xid is null or not pg_visible_in_snapshot(i.deleted_xid, ${at}))
              and ${matchesFacts(filter)})
            || case when i.id in (select id from touched) then coalesce(app.decision_at(i.id, ${at}), '{}') else '{}' end`,
        })}) as shown(image) order by image ->> 'id' desc`,
    });
  return {
    projectName,
    async *records() {
      for (let before = LAST_ID; ;) {
        const page = await readPage(before);
        yield* page.filter((image) => image.isThere && matchesDecision(image, filter));
        const last = page.at(-1);
        if (!last || page.length < PAGE_SIZE) return;
        before = last.id;
      }
    },
  };
}
