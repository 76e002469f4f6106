import type { Migration } from './migration-file.ts';

export interface AppliedMigration {
  version: number;
  name: string;
  sha256: string;
}

/**
 * The migrations that are still to be applied, in order. Throws when the folder and the database disagree about what
 * was applied: a file was changed or removed, or a new one was put before one that is applied.
 */
export function planMigrations(files: Migration[], applied: AppliedMigration[]): Migration[] {
  const byVersion = new Map(files.map((file) => [file.version, file]));
  for (const record of applied) {
    const label = `${String(record.version).padStart(4, '0')}_${record.name}.sql`;
    const file = byVersion.get(record.version);
    if (file === undefined) {
      throw new Error(
        `${label} was applied to this database, but the file is gone. Restore it, or start over with --fresh.`,
      );
    }
    if (file.sha256 !== record.sha256) {
      throw new Error(
        `${file.fileName} was changed after it was applied to this database. ` +
          'Undo the change and write a new migration, or start over with --fresh.',
      );
    }
  }
  const newest = Math.max(0, ...applied.map((record) => record.version));
  const known = new Set(applied.map((record) => record.version));
  const pending = files.filter((file) => !known.has(file.version));
  const late = pending.find((file) => file.version < newest);
  if (late !== undefined) {
    throw new Error(
      `${late.fileName} comes before ${newest}, which is applied already. Give it a higher number.`,
    );
  }
  return pending;
}
