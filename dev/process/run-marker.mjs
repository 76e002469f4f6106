// Plain JavaScript, because the doctor reads it on Node 20, before anything is installed.
import { createHash } from 'node:crypto';
import path from 'node:path';

/** Every child carries this variable, so that its own children are known as ours when it is gone. */
export const RUN_MARKER_NAME = 'DARKROOM_RUN';

/**
 * The value of the marker variable: the same for all children of one data folder, different between two folders.
 * @param {string} dataDir
 */
export function runMarker(dataDir) {
  return createHash('sha256').update(path.resolve(dataDir)).digest('hex').slice(0, 24);
}
