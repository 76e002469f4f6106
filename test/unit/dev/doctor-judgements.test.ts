import { describe, expect, it } from 'vitest';
import { judgeCertificate } from '../../../dev/doctor/certificate.mjs';
import { judgeSkew } from '../../../dev/doctor/clock.mjs';
import { judgeDataFolder } from '../../../dev/doctor/data-folder.mjs';
import { judgeHealth, readParts } from '../../../dev/doctor/health.mjs';
import { judgeDisk, judgeMemory, judgeOpenFiles } from '../../../dev/doctor/machine.mjs';
import { judgeInstallScripts, judgeNpm, judgePlatform } from '../../../dev/doctor/node.mjs';
import { judgeParts } from '../../../dev/doctor/parts.mjs';
import { judgePorts } from '../../../dev/doctor/ports.mjs';
import { judgeProcesses } from '../../../dev/doctor/processes.mjs';
import { judgeReadyFile } from '../../../dev/doctor/stack-state.mjs';

const MIB = 1024 ** 2;

describe('the doctor judges', () => {
  it.each([
    [null, 'problem'],
    ['9.9.4', 'problem'],
    ['10.0.0', 'ok'],
    ['11.19.1', 'ok'],
  ])('npm %s as %s', (version, state) => expect(judgeNpm(version).state).toBe(state));

  it.each([
    [false, false, 'ok'],
    [true, true, 'warning'],
    [true, false, 'problem'],
  ])('install scripts that are ignored: %s, installed: %s, as %s', (isIgnored, isInstalled, state) => {
    expect(judgeInstallScripts({ isIgnored, isInstalled }).state).toBe(state);
  });

  it.each([
    ['linux', 'x64', false, 'ok'],
    ['darwin', 'arm64', false, 'ok'],
    ['linux', 'x64', true, 'problem'],
    ['linux', 'riscv64', false, 'problem'],
    ['win32', 'x64', false, 'problem'],
  ])('%s on %s, musl: %s, as %s', (platform, arch, isMusl, state) => {
    expect(judgePlatform({ platform, arch, isMusl }).state).toBe(state);
  });

  it.each([
    [2_000, 50_000, false, 'warning'],
    [1_200, 50_000, false, 'problem'],
    [2_000, 50_000, true, 'ok'],
    [1_200, 50_000, true, 'warning'],
    [200, 50_000, true, 'problem'],
    [90_000, 9_999, true, 'problem'],
    [90_000, null, true, 'ok'],
  ])('%d MiB and %s files free, installed: %s, as %s', (mib, freeInodes, isInstalled, state) => {
    const finding = judgeDisk({ freeBytes: mib * MIB, freeInodes, isInstalled, folder: '/data' });
    expect(finding.state).toBe(state);
  });

  it.each([
    [2_000, false, 'ok'],
    [1_000, false, 'warning'],
    [1_000, true, 'ok'],
    [200, false, 'problem'],
    [200, true, 'warning'],
  ])('%d MiB of memory, a stack running: %s, as %s', (mib, isRunning, state) => {
    expect(judgeMemory({ freeBytes: mib * MIB, isRunning }).state).toBe(state);
  });

  it.each([
    ['unlimited', 'ok'],
    ['20000', 'ok'],
    ['1024', 'warning'],
    ['256', 'problem'],
    [null, 'ok'],
    ['?', 'ok'],
  ])('%s open files as %s', (limit, state) => expect(judgeOpenFiles(limit).state).toBe(state));

  it.each([
    [0, 'ok'],
    [-1_999, 'ok'],
    [2_000, 'warning'],
    [-2_000, 'warning'],
    [-30_000, 'problem'],
  ])('a skew of %d ms as %s', (skew, state) => expect(judgeSkew(skew).state).toBe(state));

  it.each([
    [{ isWritable: true }, 'ok'],
    [{ exists: false }, 'ok'],
    [{ isFolder: false }, 'problem'],
    [{ isWritable: false, owner: 0 }, 'problem'],
    [{ mode: 0o40777 }, 'warning'],
    [{ owner: 1_001 }, 'warning'],
    [{ owner: 1_001, self: 0 }, 'ok'],
  ])('a data folder that is %j as %s', (more, state) => {
    const folder = {
      ...{ folder: '/it is/here', exists: true, isFolder: true, isWritable: true },
      ...{ mode: 0o40755, owner: 1_000, self: 1_000 },
    };
    expect(judgeDataFolder({ ...folder, ...more }).state).toBe(state);
  });

  it('a folder of somebody else, and one of our own that is locked, by different mends', () => {
    const folder = {
      folder: "/it's",
      exists: true,
      isFolder: true,
      isWritable: false,
      mode: 0o40555,
      self: 1_000,
    };
    expect(judgeDataFolder({ ...folder, owner: 0 })).toMatchObject({
      mend: expect.stringMatching(/^sudo chown/),
    });
    expect(judgeDataFolder({ ...folder, owner: 1_000 })).toMatchObject({
      mend: expect.stringContaining(String.raw`chmod u+rwx '/it'\''s'`),
    });
  });

  it('embedded parts by what they say themselves', () => {
    const node = { name: 'Node', wanted: '24.21.0', says: 'v24.21.0' };
    expect(judgeParts([node]).state).toBe('ok');
    expect(judgeParts([node, { name: 'workerd', wanted: '2026-10-23', says: null }])).toMatchObject({
      state: 'problem',
      message: expect.stringContaining('workerd cannot be run'),
    });
    expect(judgeParts([{ ...node, says: 'v24.20.0' }])).toMatchObject({
      state: 'problem',
      message: expect.stringContaining('v24.20.0'),
    });
  });

  it('ports by who holds them', () => {
    const free = { name: 'console', port: 8787, isFree: true, isOurs: false, holder: null };
    expect(judgePorts([free])).toEqual({ state: 'ok', message: '8787: free' });
    const taken = { ...free, isFree: false, holder: { pid: 7, command: 'python -m http.server 8787' } };
    expect(judgePorts([taken])).toMatchObject({
      state: 'warning',
      message: '8787 (console) is held by process 7 (python -m http.server 8787)',
    });
    expect(judgePorts([{ ...taken, holder: null }])).toMatchObject({ state: 'warning' });
    expect(judgePorts([{ ...taken, isOurs: true }]).state).toBe('ok');
  });

  it('children of a running stack, and of one that was killed', () => {
    const judge = (isRunning: boolean, ...states: ('gone' | 'stop-process' | 'kill-group')[]) =>
      judgeProcesses({
        isRunning,
        children: states.map((state, index) => ({ name: 'worker', pid: index + 1, state })),
        logs: '/logs',
      }).state;
    expect(judge(true, 'stop-process')).toBe('ok');
    expect(judge(true, 'stop-process', 'gone')).toBe('problem');
    expect(judge(true, 'kill-group')).toBe('problem');
    expect(judge(false)).toBe('ok');
    expect(judge(false, 'gone')).toBe('warning');
    expect(judge(false, 'kill-group')).toBe('warning');
  });

  it('a ready file by whether it tells the truth', () => {
    const judge = (isRunning: boolean, isReady: boolean, isAnswering: boolean) =>
      judgeReadyFile({ isRunning, isReady, isAnswering, url: 'http://127.0.0.1:8787' }).state;
    expect(judge(true, true, true)).toBe('ok');
    expect(judge(true, true, false)).toBe('problem');
    expect(judge(true, false, false)).toBe('warning');
    expect(judge(false, true, true)).toBe('warning');
    expect(judge(false, false, false)).toBe('ok');
  });

  it('health by the parts, and by whether anything is served', () => {
    const ready = { status: 'ready', parts: { primary: { state: 'ok' }, replica: { state: 'absent' } } };
    expect(judgeHealth({ status: 200, parts: readParts(ready) }, '/logs').state).toBe('ok');
    const degraded = { status: 'degraded', parts: { primary: { state: 'ok' }, redis: { state: 'down' } } };
    expect(judgeHealth({ status: 200, parts: readParts(degraded) }, '/logs')).toMatchObject({
      state: 'warning',
      message: 'redis is down',
      mend: expect.stringContaining('redis-gateway.log'),
    });
    const unavailable = { code: 'unavailable', current: { parts: { primary: { state: 'down' } } } };
    expect(judgeHealth({ status: 503, parts: readParts(unavailable) }, '/logs')).toMatchObject({
      state: 'problem',
      message: 'primary is down',
    });
    const draining = { status: 503, parts: readParts({ current: ready }), isDraining: true };
    expect(judgeHealth(draining, '/logs')).toMatchObject({ state: 'warning', mend: 'npm run drain -- off' });
    expect(judgeHealth({ ...draining, isDraining: false }, '/logs').state).toBe('problem');
    for (const body of [null, 'text', {}, { parts: null }]) {
      expect(judgeHealth({ status: 502, parts: readParts(body) }, '/logs').state).toBe('problem');
    }
  });

  it.each([
    [100, true, true, 'ok'],
    [100, false, false, 'ok'],
    [100, true, false, 'problem'],
    [29, false, false, 'warning'],
    [-1, false, false, 'warning'],
    [-1, true, true, 'problem'],
  ])(
    'a certificate with %d days left, shared: %s, served: %s, as %s',
    (daysLeft, isShared, isServed, state) => {
      const url = 'https://192.168.1.7:8443';
      expect(judgeCertificate({ daysLeft, isShared, isServed, url }).state).toBe(state);
    },
  );
});
