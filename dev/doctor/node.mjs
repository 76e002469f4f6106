import { existsSync } from 'node:fs';
import path from 'node:path';
import { toolchainNode } from '../install.mjs';
import { ok, problem, warning } from './finding.mjs';
import { readOutput } from './run-command.mjs';

const MIN_NPM_MAJOR = 10;
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** The doctor's own launcher refuses an older one than Darkroom needs. */
export function checkNode() {
  return ok(`${process.versions.node} (${process.execPath})`);
}

/**
 * npm as `npm start` calls it: never one of our own packages.
 * @param {import('./finding.mjs').Patient} patient
 */
function npmEnvironment({ root, env }) {
  const own = path.join(root, 'node_modules');
  const kept = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => !folder.startsWith(own));
  return { ...env, PATH: kept.join(path.delimiter) };
}

/** @param {string | null} version */
export function judgeNpm(version) {
  const mend = `Install npm ${MIN_NPM_MAJOR} or later, which comes with Node: https://nodejs.org`;
  if (version === null) return problem('there is no npm on the PATH', mend);
  return Number(version.split('.')[0]) < MIN_NPM_MAJOR ? problem(`${version} is too old`, mend) : ok(version);
}

/** @param {import('./finding.mjs').Patient} patient */
export async function checkNpm(patient) {
  return judgeNpm(
    await readOutput('npm', ['--version'], { env: npmEnvironment(patient), signal: patient.signal }),
  );
}

/** @param {{ isIgnored: boolean, isInstalled: boolean }} facts */
export function judgeInstallScripts({ isIgnored, isInstalled }) {
  if (!isIgnored) return ok('npm runs them');
  const mend = 'npm config delete ignore-scripts\nor, once: npm_config_ignore_scripts=false npm start';
  const says = 'npm is told not to run them; Node, workerd and Postgres need theirs';
  return isInstalled ? warning(`${says} at the next installation`, mend) : problem(says, mend);
}

/** @param {import('./finding.mjs').Patient} patient */
export async function checkInstallScripts(patient) {
  const said = await readOutput('npm', ['config', 'get', 'ignore-scripts'], {
    env: npmEnvironment(patient),
    cwd: patient.root,
    signal: patient.signal,
  });
  return judgeInstallScripts({
    isIgnored: said === 'true',
    isInstalled: existsSync(toolchainNode(patient.root)),
  });
}

/** @param {{ platform: string, arch: string, isMusl: boolean }} facts */
export function judgePlatform({ platform, arch, isMusl }) {
  const name = `${platform}-${arch}`;
  if (platform === 'win32') return problem('Windows is not supported yet', 'Use WSL: https://aka.ms/wsl');
  if (!PLATFORMS.includes(name)) {
    return problem(`${name} is not supported`, `Use one of ${PLATFORMS.join(', ')}.`);
  }
  if (isMusl) {
    return problem(
      `${name} with musl; workerd and Postgres need glibc`,
      'Use a distribution with glibc, such as Debian.',
    );
  }
  return ok(name);
}

export function checkPlatform() {
  const { platform, arch } = process;
  const report = platform === 'linux' ? process.report.getReport() : null;
  const header = report !== null && 'header' in report ? report.header : null;
  const hasGlibc = typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header;
  return judgePlatform({ platform, arch, isMusl: platform === 'linux' && !hasGlibc });
}
