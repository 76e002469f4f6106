import { sha256, toHex } from '../lib/bytes.ts';

/**
 * What wrong passwords are counted under. As Postgres compares e-mails, else another spelling of the same account would
 * have a count of its own: it may lower each letter for itself, and U+0130 (capital I with a dot) is the one that
 * JavaScript makes two of.
 */
export async function toAccountKey(email: string): Promise<string> {
  return toHex(await sha256(email.replaceAll('\u0130', 'i').toLowerCase()));
}
