import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { AppError } from '../../errors/app-error.ts';

/** Resolves while an image is in its project, or in its bin, whoever asks. Errors: `not_found` once it was deleted. */
export async function confirmImage(
  ctx: RequestContext,
  image: { projectId: string; imageId: string; isBinned: boolean },
): Promise<void> {
  const find = image.isBinned ? sql`app.project_of_binned_image` : sql`app.project_of_image`;
  const query = sql`select to_jsonb(${find}(${image.imageId}))`;
  const [projectId] = await read<string | null>(ctx, { from: 'replica', query, confirmNone: true });
  if (projectId !== image.projectId) throw new AppError('not_found', 'The image was deleted.');
}
