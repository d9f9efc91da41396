import { join } from 'node:path';
import type { Log } from '../core.ts';
import { makeFolder } from '../make-folder.ts';
import { connectDatabase, type Database } from './database.ts';
import { migrateDatabase, readMigrations } from './migrate.ts';

export interface OpenDatabaseOptions {
  readonly dataFolder: string;
  readonly migrationsFolder: string;
  readonly log: Log;
  readonly slowQueryMs?: number;
}

export const databaseFileName = 'workbench.sqlite';

/**
 * Opens the data folder's database in its newest form, making both where they are not there.
 * Throws `corrupt-file`, `incompatible`, `forbidden`, `disk-full` or `busy`, and never deletes a file.
 */
export function openDatabase(options: OpenDatabaseOptions): Database {
  const migrations = readMigrations(options.migrationsFolder);
  makeFolder(options.dataFolder, 'the data folder');
  const database = connectDatabase({ ...options, filePath: join(options.dataFolder, databaseFileName) });
  try {
    migrateDatabase(database, migrations, options.log);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}
