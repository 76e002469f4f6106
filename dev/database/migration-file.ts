import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;
const DOWN_LINE = /^-- \+down[ \t]*$/m;

export interface Migration {
  version: number;
  name: string;
  fileName: string;
  up: string;
  /** Null when the migration cannot be undone. */
  down: string | null;
  /** Of the whole file, hexadecimal. */
  sha256: string;
}

/** Parses `NNNN_name.sql`; what follows the line `-- +down` undoes it. Throws when the name has another form. */
export function parseMigration(fileName: string, text: string): Migration {
  const match = FILE_NAME.exec(fileName);
  if (match === null) throw new Error(`${fileName}: a migration is called NNNN_name.sql, in lower case.`);
  const [, version = '', name = ''] = match;
  const [up = '', down, ...more] = text.split(DOWN_LINE);
  if (more.length > 0) throw new Error(`${fileName}: there is more than one line "-- +down".`);
  return {
    version: Number(version),
    name,
    fileName,
    up: up.trim(),
    down: down === undefined ? null : down.trim(),
    sha256: createHash('sha256').update(text).digest('hex'),
  };
}

/** Reads every `.sql` file of a folder, by version. Throws when two have the same version. */
export function readMigrations(directory: string): Migration[] {
  const migrations = readdirSync(directory)
    .filter((fileName) => fileName.endsWith('.sql'))
    .map((fileName) => parseMigration(fileName, readFileSync(path.join(directory, fileName), 'utf8')))
    .toSorted((a, b) => a.version - b.version);
  for (const [index, migration] of migrations.entries()) {
    const next = migrations[index + 1];
    if (next?.version === migration.version) {
      throw new Error(`${migration.fileName} and ${next.fileName} have the same version.`);
    }
  }
  return migrations;
}
