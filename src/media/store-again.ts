import { sql } from 'drizzle-orm';
import { runBatch, values } from '../db/batch.ts';
import type { Database } from '../db/client.ts';
import { enter } from '../db/statement.ts';
import { AppError } from '../errors/app-error.ts';
import type { BlobBytes, MediaStore } from './store.ts';

/** Whether an insert was refused because the sweep has taken the bytes it relied on; see storeAgain. */
export function isSwept(error: unknown): boolean {
  return error instanceof AppError && error.code === 'conflict' && error.options.state === 'swept';
}

/**
 * Stores bytes whose image was refused with isSwept, so that the insert can be repeated: looks first, puts then,
 * and takes the mark of the sweep back last. The migration that makes blob_sweeps says why only this order is
 * safe. Two database round trips. Errors: `conflict` while the removal is under way, which takes seconds.
 */
export async function storeAgain(
  blob: BlobBytes,
  tools: { media: MediaStore; database: Database; requestId: string },
): Promise<void> {
  const { media, database, requestId } = tools;
  const look = sql`select to_jsonb(app.sweep_state(${blob.sha256}))`;
  const looked = await runBatch(database, [enter(null, requestId), look], { deadline: 'read' });
  const state = values<'removing' | 'removed' | null>(looked[1])[0];
  if (state === 'removing') {
    throw new AppError('conflict', 'The same bytes are being deleted at this moment. Repeat the request.', {
      retryAfter: 5,
    });
  }
  await media.putOriginal(blob);
  if (state !== 'removed') return;
  const revive = sql`select app.revive_blob(${blob.sha256})`;
  await runBatch(database, [enter(null, requestId), revive], { deadline: 'write' });
}
