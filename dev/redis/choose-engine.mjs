// Plain JavaScript, because the doctor asks before there is a node_modules, on Node 20.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @typedef {{ kind: 'url', url: string } | { kind: 'system', binary: string } | { kind: 'embedded' }} EngineChoice */

const SERVER_NAMES = ['redis-server', 'valkey-server'];

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @param {string} path */
function findServer(path) {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return SERVER_NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/**
 * Picks the Redis of the local stack: `REDIS_URL`, else a `redis-server` or `valkey-server` on the PATH, else the
 * embedded engine. `override` decides instead; throws when it asks for a system server and there is none.
 * @param {{ REDIS_URL?: string | undefined, PATH?: string | undefined }} env
 * @param {'embedded' | 'system'} [override]
 * @returns {EngineChoice}
 */
export function chooseEngine(env, override) {
  if (override === 'embedded') return { kind: 'embedded' };
  if (override === undefined && env.REDIS_URL) return { kind: 'url', url: env.REDIS_URL };
  const binary = findServer(env.PATH ?? '');
  if (binary !== undefined) return { kind: 'system', binary };
  if (override === 'system') throw new Error(`no ${SERVER_NAMES.join(' or ')} on the PATH`);
  return { kind: 'embedded' };
}
