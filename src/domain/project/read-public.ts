import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { AppError } from '../../errors/app-error.ts';
import { encodeCursor } from '../../lib/cursor.ts';
import { idPattern } from '../../lib/id.ts';
import type { PublicProject } from './public-view.ts';

/** Images on one page. */
const PAGE_SIZE = 60;
const PROJECT = idPattern('prj');

/**
 * A public project with a page of its images, for anybody. Errors: `not_found`, with the same words for a private
 * project and one that never was.
 */
export async function readPublicProject(
  ctx: RequestContext,
  projectId: string,
  after: string | null,
): Promise<PublicProject> {
  const query = sql`select jsonb_build_object('name', name, 'description', description, 'images',
      (select coalesce(jsonb_agg(image), '[]') from app.public_images(${projectId}, ${after}, ${PAGE_SIZE + 1}::integer) image))
    from app.public_project(${projectId})`;
  // Copies of it are kept: none may be made of what was taken back a moment ago.
  const rows = PROJECT.test(projectId)
    ? await read<Omit<PublicProject, 'id' | 'nextCursor'>>(ctx, { from: 'primary', query })
    : [];
  const [found] = rows;
  if (found === undefined) throw new AppError('not_found', 'There is no public project here.');
  const images = found.images.slice(0, PAGE_SIZE);
  const last = images.at(-1);
  const hasMore = found.images.length > PAGE_SIZE && last !== undefined;
  return { id: projectId, ...found, images, nextCursor: hasMore ? encodeCursor(last.id) : null };
}
