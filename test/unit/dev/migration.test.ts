import { describe, expect, it } from 'vitest';
import { parseMigration } from '../../../dev/database/migration-file.ts';
import { planMigrations } from '../../../dev/database/migration-plan.ts';

const first = parseMigration('0001_first.sql', 'create table a ();\n-- +down\ndrop table a;\n');
const second = parseMigration('0002_second.sql', 'create table b ();\n');

describe('a migration file', () => {
  it('is split at the line "-- +down"', () => {
    expect(first).toMatchObject({
      version: 1,
      name: 'first',
      up: 'create table a ();',
      down: 'drop table a;',
    });
  });

  it('cannot be undone without that line', () => {
    expect(second.down).toBeNull();
  });

  it('keeps a comment that only mentions it', () => {
    expect(parseMigration('0003_x.sql', '-- see -- +down\nselect 1').down).toBeNull();
  });

  it.each([['1_x.sql'], ['0001-x.sql'], ['0001_X.sql']])('is refused under the name %s', (name) => {
    expect(() => parseMigration(name, '')).toThrow('NNNN_name.sql');
  });

  it('is refused with two down parts', () => {
    expect(() => parseMigration('0001_x.sql', 'a\n-- +down\nb\n-- +down\nc')).toThrow('more than one');
  });
});

describe('the plan', () => {
  it('holds what is not applied, in order', () => {
    expect(planMigrations([first, second], [])).toEqual([first, second]);
    expect(planMigrations([first, second], [first])).toEqual([second]);
  });

  it('refuses a file that was changed after it was applied', () => {
    expect(() => planMigrations([first], [{ ...first, sha256: 'other' }])).toThrow(
      '0001_first.sql was changed',
    );
  });

  it('refuses a database with a migration whose file is gone', () => {
    expect(() => planMigrations([first], [first, second])).toThrow('0002_second.sql');
  });

  it('refuses a new file before one that is applied', () => {
    expect(() => planMigrations([first, second], [second])).toThrow('0001_first.sql comes before 2');
  });
});
