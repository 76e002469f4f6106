import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadSecrets } from '../process/secrets.ts';

/** The passwords of the demo accounts, in the order of the accounts; null stands for those that everybody knows. */
export interface DemoPasswords {
  wanted: string[] | null;
  /** What they may have been until now. */
  previous: string[] | null;
}

const NAMES = ['demoPassword1', 'demoPassword2'] as const;
/** 64 bits: far more than anybody can try, and few enough for a phone's keyboard. */
const TYPED_CHARACTERS = 16;

function toTyped(secret: string): string {
  const hex = Buffer.from(secret, 'base64url').toString('hex').slice(0, TYPED_CHARACTERS);
  return hex.match(/.{4}/g)?.join('-') ?? hex;
}

/**
 * The demo accounts' own passwords stand in the README, so whoever is in the same network knows them. While the stack
 * is shared they have others, kept in `secrets.json`; afterwards the first ones again.
 */
export function chooseDemoPasswords(dataDir: string, isShared: boolean): DemoPasswords {
  if (!isShared && !existsSync(path.join(dataDir, 'share'))) return { wanted: null, previous: null };
  const secrets = loadSecrets(dataDir, NAMES);
  const own = NAMES.map((name) => toTyped(secrets[name]));
  return isShared ? { wanted: own, previous: null } : { wanted: null, previous: own };
}
