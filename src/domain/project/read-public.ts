import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { AppError } from '../../errors/app-error.ts';
import { encodeCursor } from '../../lib/cursor.ts';
import { idPattern } from '../../lib/id.ts';

/** What anybody may know of an image of a public project. */
export interface PublicImage {
  id: string;
  /** Pixels, after the orientation is applied. */
  width: number;
  height: number;
  hasThumbnail: boolean;
  /** Where it was found; null for a file that was sent. */
  host: string | null;
  pageUrl: string | null;
  /** `cc-by`, `cc0`, `pdm` or `other`, as the page or the file names it. */
  license: string | null;
  licenseUrl: string | null;
  credit: string | null;
}

export interface PublicProject {
  id: string;
  name: string;
  description: string;
  /** Newest first, without those that were rejected. */
  images: PublicImage[];
  nextCursor: string | null;
}

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
  const rows = PROJECT.test(projectId)
    ? await read<Omit<PublicProject, 'id' | 'nextCursor'>>(ctx, { query })
    : [];
  const [found] = rows;
  if (found === undefined) throw new AppError('not_found', 'There is no public project here.');
  const images = found.images.slice(0, PAGE_SIZE);
  const last = images.at(-1);
  const hasMore = found.images.length > PAGE_SIZE && last !== undefined;
  return { id: projectId, ...found, images, nextCursor: hasMore ? encodeCursor(last.id) : null };
}
