import { describe, expect, it } from 'vitest';
import { runProgram, type ProgramOptions } from '../../../dev/process/run-program.ts';

const LIMIT_MS = 20_000;

function runScript(source: string, options: Partial<ProgramOptions> = {}) {
  return runProgram(process.execPath, ['-e', source], { timeoutMs: LIMIT_MS, ...options });
}

/** A program that answers neither signals nor its event loop, as a deadlocked Node does. */
const BLOCKED = `process.on('SIGTERM', () => {}); process.on('SIGINT', () => {});
  console.log('blocked'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;

describe('a program', () => {
  it('tells its exit code and its lines', async () => {
    const lines: string[] = [];
    const end = await runScript(`console.log('out'); console.error('err'); process.exitCode = 3`, {
      onLine: (line, from) => lines.push(`${from} ${line}`),
    });
    expect(end.code).toBe(3);
    expect(lines.toSorted()).toEqual(['stderr err', 'stdout out']);
  });

  it('is killed when its time is over, even when it is blocked', async () => {
    const end = await runScript(BLOCKED, { timeoutMs: 500 });
    expect(end).toEqual({ code: null, reason: 'it did not end within 0.5 s' });
  });

  it('is killed when it is done and does not end', async () => {
    let isDone = false;
    const end = await runScript(BLOCKED, { onLine: () => (isDone = true), isOver: () => isDone });
    expect(end).toEqual({ code: null, reason: 'it was done, but did not end' });
  });

  it('ends when it ends, whatever still holds its output open', async () => {
    let heir = 0;
    const end = await runScript(
      `const { spawn } = require('node:child_process');
       const heir = spawn(process.execPath, ['-e', 'setTimeout(() => {}, ${LIMIT_MS})'],
         { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
       heir.unref(); console.log(heir.pid);`,
      { onLine: (line) => (heir = Number(line)) },
    );
    expect(end.code).toBe(0);
    process.kill(heir, 'SIGKILL');
  });

  it('says why it could not be started', async () => {
    const end = await runProgram('/no/such/program', [], { timeoutMs: LIMIT_MS });
    expect(end.code).toBeNull();
    expect(end.reason).toContain('ENOENT');
  });
});
