import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkPorts } from '../../dev/doctor/ports.mjs';
import { identityOf, isRunning } from '../../dev/process/process-group.mjs';
import { writeRecord } from '../../dev/process/record.ts';
import { RUN_MARKER_NAME, runMarker } from '../../dev/process/run-marker.mjs';
import { askDoctor } from '../helpers/doctor.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
let dataDir = '';
let child: ChildProcess | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-doctor-'));
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  child = undefined;
  rmSync(dataDir, { recursive: true, force: true });
});

/** A program that was started with the marker of this data folder; resolves with the first that it prints. */
async function startMarked(script: string): Promise<string> {
  child = spawn(process.execPath, ['-e', script], {
    env: { ...process.env, [RUN_MARKER_NAME]: runMarker(dataDir) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('it has no output');
  return String((await once(child.stdout, 'data'))[0]);
}

function recordChild() {
  const identity = identityOf(child?.pid ?? 0);
  writeRecord(dataDir, {
    ...{ name: 'sample-site', ...identity, command: 'node', stopSignal: 'SIGTERM' },
    ...{ guard: { pid: 0, startTime: '' }, marker: runMarker(dataDir) },
  });
  return identity;
}

describe('npm run doctor', () => {
  it('names what an earlier run has left alive, and leaves it alone; then its record', async () => {
    await startMarked("setInterval(() => {}, 1000); process.stdout.write('up')");
    const stale = recordChild();
    const alive = await askDoctor(dataDir);
    expect(alive.find('processes')).toMatchObject({
      state: 'warning',
      message: `left by an earlier run and still alive: sample-site (${stale.pid})`,
    });
    expect(isRunning(stale)).toBe(true);
    child?.kill('SIGKILL');
    if (child) await once(child, 'exit');
    const gone = await askDoctor(dataDir);
    expect(gone.find('processes')).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('whose processes are gone: sample-site'),
    });
    expect(readdirSync(path.join(dataDir, 'run'))).toEqual(['sample-site.json']);
  });

  it('ends with 1 for a problem, and says how to mend it in words, too', async () => {
    const healthy = await askDoctor(dataDir);
    expect({ code: healthy.code, bad: healthy.problems }).toEqual({ code: 0, bad: [] });
    const file = path.join(dataDir, 'secrets.json');
    writeFileSync(file, '{}');
    chmodSync(file, 0o644);
    const ill = await askDoctor(dataDir);
    expect({ code: ill.code, bad: ill.problems }).toEqual({ code: 1, bad: ['secrets'] });
    const inWords = await askDoctor(dataDir, []);
    expect(inWords.output).toContain(`-> chmod 600 '${file}'`);
    expect((await askDoctor(dataDir, ['--jsn'])).code).toBe(2);
  });

  it('runs where nothing is installed', async () => {
    for (const name of ['dev', 'package.json', 'package-lock.json']) {
      cpSync(path.join(ROOT, name), path.join(dataDir, name), { recursive: true });
    }
    const script = path.join(dataDir, 'dev', 'doctor.mjs');
    const { code, find } = await askDoctor(path.join(dataDir, '.darkroom'), ['--json'], script);
    expect(find('packages')).toMatchObject({ state: 'warning', message: 'not installed yet' });
    expect(code).toBe(0);
  });
});

describe('a busy port', () => {
  const { signal } = new AbortController();

  it('is told with the process that holds it', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      expect(await checkPorts({ dataDir, signal }, { console: port })).toMatchObject({
        state: 'warning',
        message: expect.stringContaining(`${port} (console) is held by process ${process.pid} (`),
      });
    } finally {
      server.close();
    }
    expect((await checkPorts({ dataDir, signal }, { console: port })).state).toBe('ok');
  });

  it('is in order when the stack of this data folder holds it', async () => {
    const listen = "const s = require('net').createServer().listen(0, '127.0.0.1', () => ";
    const port = Number(await startMarked(`${listen} process.stdout.write(String(s.address().port)))`));
    const ours = await checkPorts({ dataDir, signal }, { console: port });
    expect(ours).toMatchObject({ state: 'ok', message: expect.stringContaining('held by this stack') });
    expect((await checkPorts({ dataDir: tmpdir(), signal }, { console: port })).state).toBe('warning');
  });
});
