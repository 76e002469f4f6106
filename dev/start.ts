// The supervisor behind `npm start`. It runs on the Node of node_modules; start.mjs sees to that.
import path from 'node:path';
import { watchNpm } from './process/npm-parent.mjs';
import { stopStale } from './process/stale.ts';
import { renderAnnouncement, toReadyFile, type Announcement } from './stack/announcement.ts';
import { HELP, parseArguments } from './stack/arguments.mjs';
import { buildUp } from './stack/build-up.ts';
import { claimDataDir, removeData, removeReadyFile, writeReadyFile } from './stack/data-dir.ts';
import { StepError } from './stack/step.ts';
import { createSupervisor, type EndOfStack, type Supervisor } from './stack/supervisor.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
/** One Ctrl-C arrives up to three times: from the terminal, from npm and from the launcher. */
const SAME_KEYPRESS_MS = 800;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function listenForStop(supervisor: Supervisor): void {
  let firstAt: number | undefined;
  const onSignal = () => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      print('\nStopping (Ctrl-C again to force)');
      supervisor.requestStop();
    } else if (performance.now() - firstAt > SAME_KEYPRESS_MS) {
      supervisor.killAll();
      process.exit(1);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);
  // The launcher has gone, however it ended.
  process.on('disconnect', () => supervisor.requestStop());
  watchNpm('start', () => supervisor.requestStop());
  // A terminal that was closed must not end the supervisor before its children.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

function describeFailure(error: unknown): string {
  if (!(error instanceof StepError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `\nThe step "${error.step}" failed: ${error.message}\n\n${error.advice}`;
}

function describeCrash(end: EndOfStack & { kind: 'crashed' }): string {
  const { child, exit } = end;
  return `\n${child.name} has stopped working: ${exit.reason}\n${child.logTail()}\n\nThe full log is ${child.logPath}.`;
}

async function superviseStack(
  options: { dataDir: string; port: number; share: string | null },
  supervisor: Supervisor,
): Promise<number> {
  const { dataDir } = options;
  const startup = buildUp({ root: ROOT, print, ...options }, supervisor).then(
    (ready): { ready: Announcement } | { error: unknown } => ({ ready }),
    (error: unknown) => ({ error }),
  );
  const outcome = await startup;
  if ('ready' in outcome && !supervisor.signal.aborted) {
    writeReadyFile(dataDir, toReadyFile(outcome.ready));
    print(renderAnnouncement(outcome.ready));
  }
  if ('error' in outcome && !supervisor.signal.aborted) {
    console.error(describeFailure(outcome.error));
    return 1;
  }
  const end = await supervisor.ended;
  removeReadyFile(dataDir);
  if (end.kind === 'stopped') return 0;
  console.error(describeCrash(end));
  return 1;
}

/**
 * Starts the local stack and stays until it is stopped. Returns the exit code: 0 after Ctrl-C or a signal, 1 when a
 * part fails or the data folder is in use, 2 for wrong arguments.
 */
export async function runStack(args: string[]): Promise<number> {
  const parsed = parseArguments(args);
  if (parsed.kind !== 'run') {
    print(parsed.kind === 'help' ? HELP : `${parsed.message}.\n\n${HELP}`);
    return parsed.kind === 'help' ? 0 : 2;
  }
  const dataDir = path.resolve(ROOT, parsed.dataDir);
  let lock: { release: () => void };
  try {
    lock = claimDataDir(dataDir);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
  const supervisor = createSupervisor(dataDir);
  listenForStop(supervisor);
  try {
    removeReadyFile(dataDir);
    print('Starting Darkroom');
    const stale = await stopStale(dataDir);
    if (stale.length > 0) print(`  Ended what an earlier run had left: ${stale.join(', ')}`);
    if (parsed.isFresh) removeData(dataDir);
    return await superviseStack({ dataDir, port: parsed.port, share: parsed.share }, supervisor);
  } catch (error) {
    console.error(describeFailure(error));
    return 1;
  } finally {
    await supervisor.stopAll();
    removeReadyFile(dataDir);
    lock.release();
  }
}

if (import.meta.main) process.exit(await runStack(process.argv.slice(2)));
