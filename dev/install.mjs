// Plain JavaScript for Node 20 without any dependency: it runs before there is a node_modules.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './process/lock.mjs';

const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const MIN_NODE_MAJOR = 20;
const TOOLCHAIN_NODE_MAJOR = 24;
const PROGRESS_INTERVAL_MS = 15_000;
const LOCK_TIMEOUT_MS = 15 * 60_000;
const MAX_LINES = 24;

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }} LockEntry */

/** A failure that is told to the user without a stack. */
export class InstallError extends Error {}

/**
 * What node_modules has to be made from: the lock file and the machine.
 * @param {string} root
 */
export function wantedStamp(root) {
  const hash = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  return `${hash} ${process.platform}-${process.arch}`;
}

/** @param {string} root */
function stampPath(root) {
  return path.join(root, 'node_modules', '.darkroom-installed');
}

/**
 * True when the last installation here was of this lock file, on this kind of machine.
 * @param {string} root
 */
export function isStamped(root) {
  try {
    return (
      readFileSync(stampPath(root), 'utf8').trim() === wantedStamp(root) && existsSync(toolchainNode(root))
    );
  } catch {
    return false;
  }
}

/**
 * The Node that everything but the launchers runs on; it is a dependency.
 * @param {string} [root]
 */
export function toolchainNode(root = REPOSITORY) {
  return path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * @param {string} file
 * @returns {Record<string, LockEntry>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

/**
 * True when npm's own record says that node_modules holds what the lock file asks for, as after `npm ci` by hand.
 * @param {string} root
 */
export function isInstalledByHand(root) {
  try {
    const wanted = readPackages(path.join(root, 'package-lock.json'));
    const present = readPackages(path.join(root, 'node_modules', '.package-lock.json'));
    const isSame = Object.entries(present).every(([name, entry]) => {
      const other = wanted[name];
      return other?.version === entry.version && other?.integrity === entry.integrity;
    });
    const isComplete = Object.entries(wanted).every(
      ([name, entry]) => name === '' || entry.optional || entry.devOptional || entry.peer || name in present,
    );
    return isSame && isComplete && existsSync(toolchainNode(root));
  } catch {
    return false;
  }
}

/** The environment for npm without our own node_modules on the PATH, which npm is about to delete. */
function npmEnvironment() {
  const separator = path.delimiter;
  /** @type {string[]} */
  const entries = (process.env['PATH'] ?? '').split(separator);
  const kept = entries.filter((entry) => !entry.startsWith(path.join(REPOSITORY, 'node_modules')));
  return { ...process.env, PATH: kept.join(separator) };
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} root
 * @param {(line: string) => void} log
 * @returns {Promise<{ code: number | null, tail: string, isMissing: boolean }>}
 */
function run(command, args, root, log) {
  return new Promise((resolve) => {
    const startedAt = Date.now();
    /** @type {string[]} */
    const lines = [];
    const child = spawn(command, args, {
      cwd: root,
      env: npmEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    const progress = setInterval(() => {
      log(`Still installing (${Math.round((Date.now() - startedAt) / 1000)} s)`);
    }, PROGRESS_INTERVAL_MS);
    /** @param {Buffer} chunk */
    const collect = (chunk) => {
      const text = chunk.toString('utf8').split('\n');
      lines.push(...text.filter((line) => /[^\s]/.test(line.replace(/^npm \w+/, ''))));
      // The reason is at the beginning, the log file at the end; usage notes lie between.
      if (lines.length > MAX_LINES) lines.splice(MAX_LINES / 2, lines.length - MAX_LINES);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => {
      clearInterval(progress);
      const isMissing = 'code' in error && error.code === 'ENOENT';
      resolve({ code: null, tail: error.message, isMissing });
    });
    child.once('close', (code) => {
      clearInterval(progress);
      resolve({ code, tail: lines.join('\n'), isMissing: false });
    });
  });
}

/**
 * @param {string} root
 * @param {(line: string) => void} log
 */
async function install(root, log) {
  // Development dependencies are asked for by name: NODE_ENV=production would leave them out.
  const args = ['ci', '--no-audit', '--no-fund', '--include=dev', '--include=optional'];
  let result = await run('npm', args, root, log);
  const ownNpm = process.env['npm_execpath'];
  if (result.isMissing && ownNpm?.endsWith('npm-cli.js')) {
    result = await run(process.execPath, [ownNpm, ...args], root, log);
  }
  if (result.isMissing) {
    throw new InstallError(
      'Installing the packages failed: there is no npm on the PATH.\nInstall npm 10 or later, which comes with Node, and start again.',
    );
  }
  if (result.code !== 0) {
    throw new InstallError(
      `Installing the packages failed: npm ci ended with ${result.code === null ? 'a signal' : `code ${result.code}`}.\n${result.tail}\n` +
        'If it could not reach the registry, check the network or the proxy (npm ping) and start again.',
    );
  }
  if (!existsSync(toolchainNode(root))) {
    throw new InstallError(
      'Installing the packages left out Node, because npm was told not to run install scripts.\n' +
        'Check `npm config get ignore-scripts`; then delete node_modules and start again.',
    );
  }
}

/**
 * Throws when this Node is too old even for the launchers.
 * @param {string} [version]
 */
export function checkNodeVersion(version = process.versions.node) {
  if (Number(version.split('.')[0]) < MIN_NODE_MAJOR) {
    throw new InstallError(
      `Darkroom needs Node ${MIN_NODE_MAJOR} or later; this is ${version}.\nInstall a newer one from https://nodejs.org and start again.`,
    );
  }
}

/** True when this process is new enough to run the TypeScript of the stack itself. */
export function isToolchainNode() {
  return Number(process.versions.node.split('.')[0]) >= TOOLCHAIN_NODE_MAJOR;
}

/**
 * Makes node_modules hold what package-lock.json asks for. Does nothing when it does already. Several processes may
 * call it at once: one installs, the others wait. Throws `InstallError` with the step, the reason and what to do.
 * @param {{ log?: (line: string) => void, root?: string }} [options]
 */
export async function ensureInstalled({ log = () => {}, root = REPOSITORY } = {}) {
  checkNodeVersion();
  if (isStamped(root)) return;
  // The lock lies outside of node_modules, which npm ci deletes.
  await withLock(
    path.join(root, '.darkroom', 'install.lock'),
    async () => {
      if (isStamped(root)) return;
      if (!isInstalledByHand(root)) {
        log('Installing the packages (once, about a minute)');
        await install(root, log);
      }
      writeFileSync(stampPath(root), `${wantedStamp(root)}\n`);
    },
    {
      timeoutMs: LOCK_TIMEOUT_MS,
      onWait: (pid) => log(`Process ${pid} is installing the packages; waiting for it`),
    },
  );
}
