import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRecords, recordPath, type ProcessRecord, writeRecord } from '../../../dev/process/record.ts';
import { decideStale, type ProcessView } from '../../../dev/process/stale-decision.mjs';

const record: ProcessRecord = {
  name: 'worker',
  pid: 100,
  startTime: 'boot:5',
  command: 'wrangler dev',
  stopSignal: 'SIGTERM',
  guard: { pid: 99, startTime: 'boot:4' },
  marker: 'abc',
};

const nothing: ProcessView = {
  startTimeOf: () => null,
  membersOfGroup: () => [],
  hasInEnvironment: () => false,
};

describe('a child of an earlier run', () => {
  it('is stopped when pid and start time match', () => {
    expect(decideStale(record, { ...nothing, startTimeOf: () => 'boot:5' })).toBe('stop-process');
  });

  it('is left alone when its pid belongs to a later process, even one with a group', () => {
    const view = { startTimeOf: () => 'boot:9', membersOfGroup: () => [100], hasInEnvironment: () => true };
    expect(decideStale(record, view)).toBe('gone');
  });

  it('is killed as a group when it is gone but its own children are not', () => {
    const view = {
      ...nothing,
      membersOfGroup: () => [101],
      hasInEnvironment: (pid: number, entry: string) => pid === 101 && entry === 'DARKROOM_RUN=abc',
    };
    expect(decideStale(record, view)).toBe('kill-group');
  });

  it('does not touch a group of the same number without our marker', () => {
    expect(decideStale(record, { ...nothing, membersOfGroup: () => [101] })).toBe('gone');
  });

  it('is gone when nothing of it is there', () => {
    expect(decideStale(record, nothing)).toBe('gone');
  });
});

describe('a record', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-records-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('survives being written and read', () => {
    writeRecord(dataDir, record);
    expect(readRecords(dataDir)).toEqual([{ file: recordPath(dataDir, 'worker'), record }]);
  });

  it.each([['not json'], ['{}'], [JSON.stringify({ ...record, pid: -1 })], ['x'.repeat(70_000)]])(
    'is ignored when it reads %.20j',
    (text) => {
      writeRecord(dataDir, record);
      writeFileSync(recordPath(dataDir, 'odd'), text);
      expect(readRecords(dataDir).map(({ record: { name } }) => name)).toEqual(['worker']);
    },
  );

  it('is found beside a folder, a link to nowhere and a pipe of such names', () => {
    writeRecord(dataDir, record);
    mkdirSync(recordPath(dataDir, 'folder'));
    symlinkSync(path.join(dataDir, 'nowhere'), recordPath(dataDir, 'link'));
    execFileSync('mkfifo', [recordPath(dataDir, 'pipe')]);
    expect(readRecords(dataDir)).toHaveLength(1);
  });
});
