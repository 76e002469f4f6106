// Plain JavaScript, because the doctor asks the same on Node 20, before anything is installed.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** Many times what any of them holds. */
const MAX_BYTES = 64 * 1024;

/**
 * The text of one of the small files by which parts of a stack know of each other. Whatever else may lie there, it
 * neither waits, as a pipe that nobody writes to would make it, nor takes much memory.
 * @param {string} file
 * @throws {Error} when it cannot be read, is no regular file, or is larger than 64 KiB
 */
export function readStateFile(file) {
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.size > MAX_BYTES) throw new Error(`${file} is not a file of at most 64 KiB`);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
