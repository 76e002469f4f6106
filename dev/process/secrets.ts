import { createECDH, createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

const Secrets = z.record(z.string(), z.string());

/**
 * Reads `<dataDir>/secrets.json` and returns one random secret for each name; those that are missing are made and
 * stored. The file can be read by its owner alone. Throws when the file is damaged.
 */
export function loadSecrets<Name extends string>(
  dataDir: string,
  names: readonly Name[],
): Record<Name, string> {
  const file = path.join(dataDir, 'secrets.json');
  mkdirSync(dataDir, { recursive: true });
  let stored: Record<string, string> = {};
  try {
    stored = Secrets.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) throw new Error(`${file} is damaged. Start over with --fresh.`, { cause: error });
  }
  const missing = names.filter((name) => stored[name] === undefined);
  if (missing.length > 0) {
    for (const name of missing) stored[name] = randomBytes(32).toString('base64url');
    writeFileSync(`${file}.tmp`, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
  }
  chmodSync(file, 0o600);
  return selectNames(stored, names);
}

/** TOKEN_SIGNING_KEYS with the one key that follows from a secret, so that tokens outlive a restart. */
export function createSigningKeys(secret: string): string {
  // A hash is a valid private key of P-256 but for one in 2^32, with which setPrivateKey throws.
  const d = createHash('sha256').update(`token-signing:${secret}`).digest();
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(d);
  // 0x04, then x and y.
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((bytes) => bytes.toString('base64url'));
  const kid = createHash('sha256').update(point).digest('base64url').slice(0, 16);
  return JSON.stringify([{ kty: 'EC', crv: 'P-256', kid, x, y, d: d.toString('base64url') }]);
}

/** The cast holds because every name was filled in before. */
function selectNames<Name extends string>(
  stored: Record<string, string>,
  names: readonly Name[],
): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, stored[name] ?? ''])) as Record<Name, string>;
}
