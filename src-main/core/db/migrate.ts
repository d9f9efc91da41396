import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { Log } from '../core.ts';
import { fromSystemError } from '../error-report.ts';
import type { Database } from './database.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** The migrations of a folder in order. Throws `internal` when the files are not numbered 1, 2, 3, … without a gap. */
export function readMigrations(folder: string): Migration[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (thrown) {
    throw fromSystemError(thrown, `the folder of database migrations ${folder}`);
  }
  const migrations = names
    .flatMap((name) => {
      const match = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(name);
      return match === null
        ? []
        : [{ version: Number(match[1]), name, sql: readFileSync(join(folder, name), 'utf8') }];
    })
    .sort((a, b) => a.version - b.version);
  if (migrations.length === 0 || migrations.some((migration, index) => migration.version !== index + 1)) {
    throw new WorkbenchError(
      'internal',
      `The database migrations in ${folder} are not complete. Install the program again.`,
    );
  }
  return migrations;
}

/**
 * Brings a database to the newest version, each step in a transaction of its own together with its `user_version`, after
 * copying a database that holds anything to `backups/`. Throws `incompatible` for one written by a newer program.
 */
export function migrateDatabase(database: Database, migrations: readonly Migration[], log: Log): void {
  const newest = migrations.length;
  const found = readVersion(database);
  if (found > newest) {
    throw new WorkbenchError(
      'incompatible',
      `The database ${database.filePath} was written by a newer version of Anomaly Workbench (format ${found}; this program reads up to ${newest}). Update the program, or choose another data folder with --data.`,
    );
  }
  if (found === newest) return;
  if (found > 0) backUp(database, found, log);
  for (const migration of migrations.slice(found)) {
    database.transaction(() => {
      // Another process may have been faster while this one waited for the write lock.
      if (readVersion(database) >= migration.version) return;
      database.execute(migration.sql);
      database.pragma(`user_version = ${migration.version}`);
      log('info', `Database migrated: ${migration.name}`);
    });
  }
}

function readVersion(database: Database): number {
  return Number(database.pragma('user_version'));
}

function backUp(database: Database, version: number, log: Log): void {
  const folder = join(dirname(database.filePath), 'backups');
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const target = join(folder, `workbench-format-${version}-${stamp}.sqlite`);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (thrown) {
    throw fromSystemError(thrown, folder);
  }
  // VACUUM INTO takes what lies in the write-ahead log along, which copying the file would not.
  database.run('VACUUM INTO ?', [target]);
  log('info', `Database copied to ${target} before migrating`);
}
