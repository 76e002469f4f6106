import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { AppError } from '../../errors/app-error.ts';

/** Resolves while an image is in its project, whoever asks. Errors: `not_found` once it was deleted. */
export async function confirmImage(
  ctx: RequestContext,
  image: { projectId: string; imageId: string },
): Promise<void> {
  const query = sql`select to_jsonb(app.project_of_image(${image.imageId}))`;
  const [projectId] = await read<string | null>(ctx, { query });
  if (projectId !== image.projectId) throw new AppError('not_found', 'The image was deleted.');
}
