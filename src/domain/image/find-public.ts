import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { AppError } from '../../errors/app-error.ts';
import { idPattern } from '../../lib/id.ts';

const PROJECT = idPattern('prj');
const IMAGE = idPattern('img');

/**
 * The SHA-256 (hexadecimal) of an image of a public project, for anybody. Errors: `not_found`, with the same words
 * for a private project, a deleted image and ids that never were.
 */
export async function findPublicImage(
  ctx: RequestContext,
  projectId: string,
  imageId: string,
): Promise<string> {
  const isPossible = PROJECT.test(projectId) && IMAGE.test(imageId);
  const query = sql`select to_jsonb(sha256) from app.public_image(${projectId}, ${imageId})`;
  const [sha256] = isPossible ? await read<string>(ctx, { from: 'primary', query }) : [];
  if (sha256 === undefined) throw new AppError('not_found', 'There is no public image here.');
  return sha256;
}
