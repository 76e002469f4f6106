import { crc32 as nativeCrc32 } from 'node:zlib';

/**
 * CRC-32 as ZIP and PNG use it, as an unsigned number. Pass the result of the bytes before as
 * `previous` to continue over a stream. Native, so it needs the `nodejs_compat` flag in workerd.
 */
export function crc32(bytes: Uint8Array, previous = 0): number {
  return nativeCrc32(bytes, previous);
}
