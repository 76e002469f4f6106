import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { signalGroup } from './process-group.mjs';

/** Time for what is left in the pipes. Something that left the group may hold them open for ever. */
const DRAIN_MS = 2_000;
const POLL_MS = 250;

export interface ProgramOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Time until the program and all that it started are killed, in milliseconds. */
  timeoutMs: number;
  /** Also kills it, as soon as this says so; asked four times a second. */
  isOver?: () => boolean;
  /** Gets each line of both outputs. */
  onLine?: (line: string, from: 'stdout' | 'stderr') => void;
  /** Gets the pid, which is also the process group's. */
  onStart?: (pid: number) => void;
}

export interface ProgramEnd {
  /** The exit code; null when it was killed or could not be started. */
  code: number | null;
  /** In words, for a person. */
  reason: string;
}

/**
 * Runs a program in a process group of its own until it ends or its time is over, even when it blocks or does not
 * answer signals. Never rejects.
 */
export function runProgram(command: string, args: string[], options: ProgramOptions): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const { pid } = child;
    if (pid !== undefined) options.onStart?.(pid);
    for (const from of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[from] }).on('line', (line) => options.onLine?.(line, from));
    }
    let killed = '';
    const finish = (code: number | null, reason: string) => {
      clearTimeout(timeout);
      clearInterval(poll);
      resolve({ code, reason });
    };
    const kill = (why: string) => {
      killed ||= why;
      if (pid !== undefined) signalGroup(pid, 'SIGKILL');
    };
    const timeout = setTimeout(
      () => kill(`it did not end within ${options.timeoutMs / 1_000} s`),
      options.timeoutMs,
    );
    const poll = setInterval(() => {
      if (options.isOver?.() === true) kill('it was done, but did not end');
    }, POLL_MS);
    child.once('error', (error) => finish(null, error.message));
    child.once('exit', (code, signal) => {
      const end = () =>
        finish(
          code,
          killed || (signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`),
        );
      child.once('close', end);
      setTimeout(end, DRAIN_MS);
    });
  });
}
