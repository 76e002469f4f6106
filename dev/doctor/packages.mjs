import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isInstalledByHand, isStamped, toolchainNode } from '../install.mjs';
import { ok, problem, warning } from './finding.mjs';

const ANEW = 'rm -rf node_modules\nnpm start';

/**
 * @param {string} file
 * @returns {string[]} the folders of the packages that a lock file, or npm's own record, names
 */
function readFolders(file) {
  return Object.keys(JSON.parse(readFileSync(file, 'utf8')).packages ?? {}).filter((name) => name !== '');
}

/**
 * The packages that are wanted, that npm's own record says were installed, and that are not there.
 * @param {string} root
 */
function findMissing(root) {
  const wanted = new Set(readFolders(path.join(root, 'package-lock.json')));
  return readFolders(path.join(root, 'node_modules', '.package-lock.json')).filter(
    (name) => wanted.has(name) && !existsSync(path.join(root, name, 'package.json')),
  );
}

/** @param {Pick<import('./finding.mjs').Patient, 'root'>} patient */
export function checkPackages({ root }) {
  if (!existsSync(path.join(root, 'package-lock.json'))) {
    return problem('package-lock.json is missing', 'git checkout package-lock.json');
  }
  if (!existsSync(path.join(root, 'node_modules'))) {
    return warning('not installed yet', 'npm start installs them, once.');
  }
  let missing;
  try {
    missing = findMissing(root);
  } catch {
    return warning('an installation was broken off', 'npm start installs them anew.');
  }
  if (missing.length > 0) {
    const [first = ''] = missing;
    const others = missing.length === 1 ? '' : ` and ${missing.length - 1} more`;
    return problem(`${first.replace('node_modules/', '')}${others} of what was installed is gone`, ANEW);
  }
  if (!existsSync(toolchainNode(root))) {
    return problem('the Node that Darkroom brings along is missing: its install script has not run', ANEW);
  }
  return isStamped(root) || isInstalledByHand(root)
    ? ok('as package-lock.json asks for')
    : warning('installed from another package-lock.json', 'npm start installs what has changed.');
}
