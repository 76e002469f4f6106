import path from 'node:path';
import { readReady } from '../doctor/stack-state.mjs';
import { readStateFile } from '../process/read-state-file.mjs';

/**
 * The installation to speak to, and what it knows its operator by.
 * @typedef {{ url: string, token: string }} Target
 */

/**
 * Where to send what. `given` is the address that was named; without one it is the local stack of the data folder, whose
 * secret is in there and goes nowhere else.
 * @param {{ given: string | undefined, token: string | undefined, dataDir: string }} options
 * @returns {Target | { problem: string }}
 */
export function findTarget({ given, token, dataDir }) {
  if (given !== undefined) {
    if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol))
      return { problem: '--url takes an address that begins with https://' };
    if (!isPrivate(new URL(given)))
      return { problem: '--url must begin with https://: the token is a secret' };
    return token
      ? { url: given, token }
      : { problem: 'Set OPERATOR_TOKEN to the secret of that installation' };
  }
  const ready = readReady(dataDir);
  if (ready === null) return { problem: `No stack runs on ${dataDir}. Name an installation with --url` };
  const local = token || readOperatorToken(dataDir);
  return local
    ? { url: ready.consoleUrl, token: local }
    : { problem: `${dataDir} holds no operator token. Start the stack again with npm start` };
}

/** Whether nobody on the way can read along. @param {URL} url */
function isPrivate(url) {
  return url.protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
}

/**
 * @param {string} dataDir
 * @returns {string | null}
 */
function readOperatorToken(dataDir) {
  try {
    const { operatorToken } = JSON.parse(readStateFile(path.join(dataDir, 'secrets.json')));
    return typeof operatorToken === 'string' ? operatorToken : null;
  } catch {
    return null;
  }
}
