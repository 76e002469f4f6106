import { ZipEntryError } from './entry.ts';

const MAX_NAME_BYTES = 0xffff;

/**
 * Makes a member name that stays inside the folder it is unpacked to, on any system: relative, `/` as the
 * only separator, no `.` or `..` parts, no drive letter, no control or reserved characters (they become
 * `_`). Throws ZipEntryError when nothing is left or the name is over 65,535 bytes of UTF-8.
 */
export function encodeName(name: string): Uint8Array {
  const safe = name
    .replaceAll('\\', '/')
    .replace(/^[a-z]:(?=\/)/i, '')
    .replace(/[\p{Cc}<>:"|?*]/gu, '_')
    .split('/')
    .filter((part) => part !== '' && !/^\.{1,2}$/.test(part.trim()))
    .join('/');
  if (safe === '') throw new ZipEntryError(JSON.stringify(name), 'the name has no usable part');
  const encoded = new TextEncoder().encode(safe);
  if (encoded.length > MAX_NAME_BYTES)
    throw new ZipEntryError(`${safe.slice(0, 40)}...`, 'the name is too long');
  return encoded;
}
