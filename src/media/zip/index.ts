export { crc32 } from './crc32.ts';
export { ZipEntryError } from './entry.ts';
export type { DeflatedEntry, StoredEntry, ZipEntry } from './entry.ts';
export { zipStream } from './zip-stream.ts';
