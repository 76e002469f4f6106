import { execFile } from 'node:child_process';

const LIMIT_MS = 5_000;

/**
 * What a program prints, trimmed; null when there is no such program, or it fails or takes too long.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, signal?: AbortSignal }} [options]
 * @returns {Promise<string | null>}
 */
export async function readOutput(command, args, options = {}) {
  return await new Promise((resolve) => {
    execFile(command, args, { timeout: LIMIT_MS, killSignal: 'SIGKILL', ...options }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : null),
    );
  });
}
