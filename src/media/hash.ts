import { sha256, toHex } from '../lib/bytes.ts';

/** SHA-256 of the bytes in lower-case hex (64 characters), the name of a blob. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(await sha256(bytes));
}
