import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { poll } from '../../dev/process/poll.ts';
import { openCollection } from '../../dev/site/collection.ts';

/** A processor is busy with them for half a minute. */
const MAKING_LIMIT_MS = 150_000;

/**
 * Fills a cache folder of the sample site with its photographs, which are made once for all tests of an `npm test`: the
 * first who asks makes them, and the others wait. Without the folder that the test runner names, does nothing: whoever opens
 * the collection makes it.
 */
export async function placePhotographs(cacheDir: string): Promise<void> {
  const shared = process.env['DARKROOM_TEST_PHOTOGRAPHS'];
  if (!shared) return;
  const made = path.join(shared, 'made');
  const kept = path.join(shared, 'site');
  if (mkdirSync(shared, { recursive: true }) !== undefined) {
    await openCollection(kept);
    writeFileSync(made, '');
  } else if (!(await poll(() => existsSync(made) || undefined, MAKING_LIMIT_MS, 100)))
    throw new Error('nobody has made the sample photographs');
  cpSync(kept, cacheDir, { recursive: true, preserveTimestamps: true });
}
