import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { identityOf, isRunning, signalGroup, type ProcessIdentity } from './process-group.mjs';
import { NODE_FLAGS } from './node-flags.mjs';
import { readLogTail } from './log-tail.ts';
import { writeRecord, recordPath } from './record.ts';
import { RUN_MARKER_NAME, runMarker } from './run-marker.mjs';

const GUARD_PATH = path.join(import.meta.dirname, 'guard.mjs');
const START_TIMEOUT_MS = 10_000;
/** How much longer than the child's own grace the supervisor waits for the guard before it kills both. */
const GUARD_MARGIN_MS = 2_000;

const GuardMessage = z.discriminatedUnion('guard', [
  z.object({ guard: z.literal('started'), pid: z.number(), startTime: z.string() }),
  z.object({ guard: z.literal('message'), message: z.unknown() }),
  z.object({
    guard: z.literal('exit'),
    code: z.number().nullable(),
    signal: z.string().nullable(),
    error: z.string().optional(),
  }),
]);

export interface ChildSpec {
  /** Also the name of the record and of the log file. */
  name: string;
  command: string;
  args: string[];
  /** Variables set in addition to the environment of the supervisor. */
  env?: Record<string, string>;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** The signal that asks for an orderly end. Default SIGTERM. */
  stopSignal?: 'SIGINT' | 'SIGQUIT' | 'SIGTERM';
  /** Time for an orderly end, in milliseconds, before the whole process group is killed. Default 5,000. */
  graceMs?: number;
  /** True for a Node child that reports `{ready: true, ...}` over IPC. */
  ipc?: boolean;
  /** A folder that the guard deletes when the supervisor was killed. */
  removeWhenOrphaned?: string;
}

export interface ChildExit {
  /** Says in words how the child ended. */
  reason: string;
}

export interface Child {
  name: string;
  logPath: string;
  identity: ProcessIdentity;
  /** Resolves when the child and its guard are gone; never rejects. */
  exited: Promise<ChildExit>;
  isAlive(): boolean;
  /** The end of the child's log, for messages about its failure. */
  logTail(): string;
  /** Calls back for each IPC message, also those that came before the call. */
  onMessage(listener: (message: unknown) => void): void;
  stop(): Promise<void>;
}

/**
 * Starts a supervised child: in a process group of its own, under a guard that ends it when this process vanishes,
 * with its output in `<dataDir>/logs/<name>.log` and a record in `<dataDir>/run/<name>.json`.
 * Rejects when the command cannot be started.
 */
export async function startChild(dataDir: string, spec: ChildSpec): Promise<Child> {
  const logPath = path.join(dataDir, 'logs', `${spec.name}.log`);
  mkdirSync(path.dirname(logPath), { recursive: true });
  rmSync(logPath, { force: true });
  const log = openSync(logPath, 'a');
  const guard = spawn(process.execPath, [...NODE_FLAGS, GUARD_PATH], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    // Options such as --inspect of the supervisor must not reach the guards.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  closeSync(log);
  const marker = runMarker(dataDir);
  const graceMs = spec.graceMs ?? 5_000;
  const stopSignal = spec.stopSignal ?? 'SIGTERM';

  const started = Promise.withResolvers<ProcessIdentity>();
  const exited = Promise.withResolvers<ChildExit>();
  const messages: unknown[] = [];
  const listeners: ((message: unknown) => void)[] = [];
  let outcome: ChildExit | undefined;

  guard.on('message', (raw) => {
    const message = GuardMessage.parse(raw);
    if (message.guard === 'started') started.resolve({ pid: message.pid, startTime: message.startTime });
    else if (message.guard === 'message') {
      messages.push(message.message);
      for (const listener of listeners) listener(message.message);
    } else outcome = { reason: describeExit(message) };
  });
  guard.once('error', (error) => {
    outcome ??= { reason: `its guard could not be started: ${error.message}` };
    exited.resolve(outcome);
  });
  guard.once('exit', (code, signal) => {
    exited.resolve(outcome ?? { reason: `its guard ended with ${signal ?? `code ${String(code)}`}` });
  });
  guard.send({
    guard: 'start',
    order: {
      command: spec.command,
      args: spec.args,
      cwd: spec.cwd ?? process.cwd(),
      env: { ...process.env, ...spec.env, [RUN_MARKER_NAME]: marker },
      stopSignal,
      graceMs,
      ipc: spec.ipc ?? false,
      ...(spec.uid === undefined ? {} : { uid: spec.uid }),
      ...(spec.gid === undefined ? {} : { gid: spec.gid }),
      ...(spec.removeWhenOrphaned === undefined ? {} : { removeWhenOrphaned: spec.removeWhenOrphaned }),
    },
  });

  const timeout = setTimeout(() => started.reject(new Error('the guard did not answer')), START_TIMEOUT_MS);
  const identity = await Promise.race([
    started.promise,
    exited.promise.then(({ reason }): never => {
      throw new Error(`${spec.name} could not be started: ${reason}`);
    }),
  ]).finally(() => clearTimeout(timeout));
  const guardIdentity = identityOf(guard.pid ?? 0);
  const command = [spec.command, ...spec.args].join(' ');
  writeRecord(dataDir, { name: spec.name, ...identity, command, stopSignal, guard: guardIdentity, marker });

  // A guard that was killed by itself leaves the child running: end it, or it would be nobody's.
  const gone = exited.promise.then((exit) => {
    if (isRunning(identity)) signalGroup(identity.pid, 'SIGKILL');
    rmSync(recordPath(dataDir, spec.name), { force: true });
    return exit;
  });
  let stopping: Promise<void> | undefined;
  return {
    name: spec.name,
    logPath,
    identity,
    exited: gone,
    isAlive: () => isRunning(identity),
    logTail: () => readLogTail(logPath),
    onMessage(listener) {
      listeners.push(listener);
      for (const message of messages) listener(message);
    },
    stop() {
      stopping ??= (async () => {
        if (guard.connected) guard.send({ guard: 'stop' }, () => {});
        const force = setTimeout(() => {
          signalGroup(identity.pid, 'SIGKILL');
          signalGroup(guardIdentity.pid, 'SIGKILL');
        }, graceMs + GUARD_MARGIN_MS);
        await gone;
        clearTimeout(force);
      })();
      return stopping;
    },
  };
}

function describeExit(exit: {
  code: number | null;
  signal: string | null;
  error?: string | undefined;
}): string {
  if (exit.error !== undefined) return exit.error;
  if (exit.signal !== null) return `it was ended by ${exit.signal}`;
  return exit.code === null ? 'it was stopped' : `it ended with code ${exit.code}`;
}
