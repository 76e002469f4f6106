import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { readStateFile } from './read-state-file.mjs';

const ProcessRecord = z.object({
  name: z.string(),
  pid: z.number().int().positive(),
  startTime: z.string(),
  command: z.string(),
  stopSignal: z.enum(['SIGINT', 'SIGQUIT', 'SIGTERM']),
  guard: z.object({ pid: z.number().int(), startTime: z.string() }),
  marker: z.string(),
});

/** What is known of a running child, enough to end it later and nothing else. */
export type ProcessRecord = z.infer<typeof ProcessRecord>;

/** The file that holds the record of the child called `name`. */
export function recordPath(dataDir: string, name: string): string {
  return path.join(dataDir, 'run', `${name}.json`);
}

/** Writes a record in one step, so that a reader never sees half of it. */
export function writeRecord(dataDir: string, record: ProcessRecord): void {
  const file = recordPath(dataDir, record.name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.tmp`, JSON.stringify(record, null, 2));
  renameSync(`${file}.tmp`, file);
}

/** The record that a file holds; null when it holds none, or cannot be read. */
function readRecord(file: string): ProcessRecord | null {
  try {
    return ProcessRecord.parse(JSON.parse(readStateFile(file)));
  } catch {
    return null;
  }
}

/** All records in the data folder, with their files. Files that hold no record are left out. */
export function readRecords(dataDir: string): { file: string; record: ProcessRecord }[] {
  const directory = path.join(dataDir, 'run');
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const file = path.join(directory, name);
      const record = readRecord(file);
      return record === null ? [] : [{ file, record }];
    });
}
