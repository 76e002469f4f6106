import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type EngineChoice =
  { kind: 'url'; url: string } | { kind: 'system'; binary: string } | { kind: 'embedded' };

const SERVER_NAMES = ['redis-server', 'valkey-server'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function findServer(path: string): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return SERVER_NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/**
 * Picks the Redis of the local stack: `REDIS_URL`, else a `redis-server` or `valkey-server` on the PATH, else the
 * embedded engine. `override` decides instead; throws when it asks for a system server and there is none.
 */
export function chooseEngine(
  env: { REDIS_URL?: string | undefined; PATH?: string | undefined },
  override?: 'embedded' | 'system',
): EngineChoice {
  if (override === 'embedded') return { kind: 'embedded' };
  if (override === undefined && env.REDIS_URL) return { kind: 'url', url: env.REDIS_URL };
  const binary = findServer(env.PATH ?? '');
  if (binary !== undefined) return { kind: 'system', binary };
  if (override === 'system') throw new Error(`no ${SERVER_NAMES.join(' or ')} on the PATH`);
  return { kind: 'embedded' };
}
