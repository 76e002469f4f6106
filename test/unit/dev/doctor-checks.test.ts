import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkCertificate } from '../../../dev/doctor/certificate.mjs';
import { checkDataFolder, checkSecrets } from '../../../dev/doctor/data-folder.mjs';
import { ok, problem, warning, type Check } from '../../../dev/doctor/finding.mjs';
import { checkLeftovers } from '../../../dev/doctor/leftovers.mjs';
import { checkPackages } from '../../../dev/doctor/packages.mjs';
import { checkRedis } from '../../../dev/doctor/redis.mjs';
import { toJson, toLines } from '../../../dev/doctor/report.mjs';
import { runChecks } from '../../../dev/doctor/run-checks.mjs';
import { checkLock, checkReadyFile } from '../../../dev/doctor/stack-state.mjs';
import { identityOf } from '../../../dev/process/process-group.mjs';
import { makeCertificate } from '../../../dev/share/certificate.ts';

const DAY_MS = 86_400_000;
const { signal } = new AbortController();
let root = '';
let dataDir = '';

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'darkroom-doctor-'));
  dataDir = path.join(root, '.darkroom');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, content: unknown, mode = 0o600): string {
  const absolute = path.join(root, file);
  mkdirSync(path.dirname(absolute), { recursive: true });
  writeFileSync(absolute, typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(absolute, mode);
  return absolute;
}

describe('the doctor looks at packages', () => {
  const lock = { packages: { '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'x' } } };
  const look = () => checkPackages({ root });

  it('and says what is missing, from the lock file on', () => {
    expect(look()).toMatchObject({ state: 'problem', message: expect.stringContaining('package-lock.json') });
    write('package-lock.json', lock);
    expect(look()).toMatchObject({ state: 'warning', message: 'not installed yet' });
    mkdirSync(path.join(root, 'node_modules'));
    expect(look()).toMatchObject({ state: 'warning', message: expect.stringContaining('broken off') });
    write('node_modules/.package-lock.json', lock);
    expect(look()).toMatchObject({ state: 'problem', message: expect.stringMatching(/^a of what/) });
    write('node_modules/a/package.json', {});
    expect(look()).toMatchObject({ state: 'problem', message: expect.stringContaining('install script') });
    write('node_modules/node/bin/node', '');
    expect(look().state).toBe('ok');
    write('package-lock.json', { packages: { ...lock.packages, 'node_modules/a': { version: '2.0.0' } } });
    expect(look()).toMatchObject({ state: 'warning', message: expect.stringContaining('another') });
  });
});

describe('the doctor looks at a data folder', () => {
  it('that is a file, or is not there yet', () => {
    expect(checkDataFolder({ dataDir })).toMatchObject({
      state: 'ok',
      message: expect.stringMatching(/^not made/),
    });
    write('.darkroom', 'a file');
    expect(checkDataFolder({ dataDir }).state).toBe('problem');
  });

  it('that everybody may write to, or whose secrets others may read', () => {
    const file = write('.darkroom/secrets.json', {});
    expect(checkDataFolder({ dataDir }).state).toBe('ok');
    expect(checkSecrets({ dataDir }).state).toBe('ok');
    chmodSync(dataDir, 0o777);
    expect(checkDataFolder({ dataDir }).state).toBe('warning');
    chmodSync(file, 0o640);
    expect(checkSecrets({ dataDir })).toMatchObject({ state: 'problem', mend: `chmod 600 '${file}'` });
  });

  it('in which a killed process left half of something, and names no more than a few', () => {
    const temporary = path.join(root, 'tmp');
    write('.darkroom/ready.json', {});
    write('tmp/darkroom-e2e-fresh', '');
    write('tmp/other', '');
    const look = () => checkLeftovers({ root, dataDir }, temporary);
    expect(look()).toEqual(ok('none'));
    const old = [
      write('.darkroom/ready.json.tmp', ''),
      write('.darkroom/run/worker.json.tmp', ''),
      write('.darkroom/supervisor.lock.123.0a1b2c3d/holder.json', ''),
      write('tmp/darkroom-abc', ''),
    ];
    for (const file of old) {
      const left = file.endsWith('holder.json') ? path.dirname(file) : file;
      utimesSync(left, new Date(0), new Date(Date.now() - 2 * DAY_MS));
    }
    expect(look()).toMatchObject({ state: 'warning', message: expect.stringMatching(/^4 left/) });
    for (let index = 0; index < 5; index++) {
      utimesSync(write(`tmp/darkroom-${index}`, ''), new Date(0), new Date(0));
    }
    expect(look()).toMatchObject({ mend: expect.stringContaining('and 4 more') });
  });
});

describe('the doctor looks at the state of a stack', () => {
  const hold = (lock: string, holder: object) => write(`.darkroom/${lock}.lock/holder.json`, holder);
  const killed = { pid: process.pid, startTime: 'another process of that number' };

  it('by who holds the lock', () => {
    expect(checkLock({ root, dataDir })).toMatchObject({
      state: 'ok',
      message: expect.stringMatching(/^no stack/),
    });
    hold('supervisor', killed);
    expect(checkLock({ root, dataDir })).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('killed'),
    });
    hold('supervisor', identityOf(process.pid));
    expect(checkLock({ root, dataDir })).toMatchObject({
      state: 'ok',
      message: expect.stringContaining(`process ${process.pid} runs`),
    });
    hold('install', identityOf(process.pid));
    expect(checkLock({ root, dataDir })).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('install.lock'),
    });
  });

  it('by none of the odd things that lie where its files should', async () => {
    mkdirSync(path.join(dataDir, 'supervisor.lock'), { recursive: true });
    mkdirSync(path.join(dataDir, 'share'));
    for (const file of ['ready.json', 'supervisor.lock/holder.json', 'share/certificate.pem']) {
      execFileSync('mkfifo', [path.join(dataDir, file)]);
    }
    expect(checkLock({ root, dataDir })).toMatchObject({ message: expect.stringMatching(/^no stack/) });
    expect(await checkReadyFile({ dataDir, signal })).toEqual(ok('none, as no stack runs'));
    expect(await checkCertificate({ dataDir, signal })).toEqual(ok('none: never shared'));
    rmSync(path.join(dataDir, 'ready.json'));
    symlinkSync('/dev/zero', path.join(dataDir, 'ready.json'));
    expect(await checkReadyFile({ dataDir, signal })).toEqual(ok('none, as no stack runs'));
  });

  it('by a ready file whose run was killed', async () => {
    write('.darkroom/ready.json', { consoleUrl: 'http://127.0.0.1:1' });
    expect(await checkReadyFile({ dataDir, signal })).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('http://127.0.0.1:1, nothing answers there'),
    });
    hold('supervisor', identityOf(process.pid));
    expect((await checkReadyFile({ dataDir, signal })).state).toBe('problem');
    write('.darkroom/ready.json', 'half');
    expect((await checkReadyFile({ dataDir, signal })).state).toBe('warning');
  });

  it('by its certificate, which may be damaged or near its end', async () => {
    const look = async () => (await checkCertificate({ dataDir, signal })).state;
    expect(await look()).toBe('ok');
    write('.darkroom/share/certificate.pem', makeCertificate('10.0.0.5', new Date()).certificate);
    expect(await look()).toBe('ok');
    const old = new Date(Date.now() - 380 * DAY_MS);
    write('.darkroom/share/certificate.pem', makeCertificate('10.0.0.5', old).certificate);
    expect(await look()).toBe('warning');
    write('.darkroom/share/certificate.pem', 'damaged');
    expect(await look()).toBe('warning');
  });
});

describe('the doctor looks at Redis', () => {
  it('the embedded one, and one of the system that cannot be run', async () => {
    expect(await checkRedis({ env: { PATH: root }, signal })).toEqual(ok('the embedded engine'));
    write('redis-server', '#!/bin/sh\nexit 3\n', 0o755);
    expect((await checkRedis({ env: { PATH: root }, signal })).state).toBe('problem');
    write('redis-server', '#!/bin/sh\necho Redis server v=7.2.1 sha=0\n', 0o755);
    expect(await checkRedis({ env: { PATH: root }, signal })).toMatchObject({
      message: `${root}/redis-server 7.2.1`,
    });
  });

  it('that of REDIS_URL, whose password it keeps to itself', async () => {
    const server = net.createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const look = () => checkRedis({ env: { REDIS_URL: `redis://me:s3cr3t@127.0.0.1:${port}/0` }, signal });
    const [there, gone] = [
      await look(),
      await new Promise((resolve) => void server.close(resolve)).then(look),
    ];
    expect([there.state, gone.state]).toEqual(['ok', 'problem']);
    expect(JSON.stringify([there, gone])).not.toContain('s3cr3t');
    expect((await checkRedis({ env: { REDIS_URL: 's3cr3t' }, signal })).state).toBe('problem');
  });
});

describe('the checks', () => {
  const patient = () => ({ root, dataDir, env: {} });

  it('come in their order, each with its own deadline, and none stops the others', async () => {
    let isTold = false;
    const checks: Check[] = [
      {
        name: 'hangs',
        look: async ({ signal }) =>
          await new Promise(() => signal.addEventListener('abort', () => (isTold = true))),
      },
      {
        name: 'throws',
        look: () => {
          throw new Error('no such file');
        },
      },
      { name: 'answers', look: () => ok('fine') },
    ];
    const results = await runChecks(checks, patient(), 50);
    expect(results.map(({ name, state }) => [name, state])).toEqual([
      ['hangs', 'warning'],
      ['throws', 'warning'],
      ['answers', 'ok'],
    ]);
    expect(results[1]?.message).toContain('no such file');
    expect(isTold).toBe(true);
  });

  it('are told in one line each, with the mend below, or as JSON', () => {
    const results = [
      { name: 'first', ...ok('fine') },
      { name: 'second', ...warning('odd', 'wait') },
      { name: 'third', ...problem('broken', 'one\ntwo') },
    ];
    const lines = toLines(results).split('\n');
    expect(lines.map((line) => line.trim())).toEqual([
      'ok       first           fine',
      'warning  second          odd',
      '-> wait',
      'PROBLEM  third           broken',
      '-> one',
      '-> two',
      '',
      '1 problem, 1 warning.',
    ]);
    expect(toLines(results.slice(0, 1))).toContain('Nothing is wrong.');
    expect(toLines([{ name: 'odd', ...ok('a\u001b[2Jb\u009bc') }])).toContain('a\ufffd[2Jb\ufffdc');
    expect(JSON.parse(toJson(results))).toEqual({ ok: false, checks: results });
    expect(JSON.parse(toJson(results.slice(0, 2)))).toMatchObject({ ok: true });
  });

  it('change nothing', async () => {
    write('.darkroom/ready.json', { consoleUrl: 'http://127.0.0.1:1' });
    const see = () =>
      readdirSync(root, { recursive: true }).map((name) => [
        name,
        statSync(path.join(root, String(name))).mtimeMs,
      ]);
    const before = see();
    const all = [checkLock, checkReadyFile, checkSecrets, checkDataFolder, checkCertificate];
    await Promise.all(all.map((look) => look({ ...patient(), signal })));
    expect(see()).toEqual(before);
  });
});
