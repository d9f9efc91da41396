import BetterSqlite from 'better-sqlite3';
import type { Log } from '../core.ts';
import { fromDatabaseError } from './database-error.ts';

export type SqlValue = string | number | bigint | null | Uint8Array;
export type SqlParams = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/**
 * The one connection of a core. Statements are prepared once; errors come out as `WorkbenchError` where a user can act
 * on them; a statement slower than `slowQueryMs` is logged.
 */
export interface Database {
  readonly filePath: string;
  get<Row>(sql: string, params?: SqlParams): Row | undefined;
  all<Row>(sql: string, params?: SqlParams): Row[];
  run(sql: string, params?: SqlParams): { changes: number; lastInsertRowid: number };
  /** Runs `work` in one immediate transaction: all of it is stored or nothing. Inside another it becomes part of that. */
  transaction<T>(work: () => T): T;
  /** A pragma's single value. */
  pragma(text: string): unknown;
  /** Several statements without parameters, as in a migration. */
  execute(sql: string): void;
  /** Writes the database as it is at one moment into a new file, a piece at a time; what is stored meanwhile may be in it. */
  copyTo(file: string): Promise<void>;
  close(): void;
}

export interface ConnectOptions {
  readonly filePath: string;
  readonly log: Log;
  readonly slowQueryMs?: number;
  readonly busyTimeoutMs?: number;
}

/** Opens (or makes) the file and sets the connection up; the schema is `migrate.ts`'s concern. */
export function connectDatabase(options: ConnectOptions): Database {
  const { filePath, log, slowQueryMs = 100, busyTimeoutMs = 5000 } = options;
  const translate = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      throw fromDatabaseError(thrown, filePath);
    }
  };

  const connection = translate(() => new BetterSqlite(filePath));
  try {
    translate(() => {
      connection.pragma(`busy_timeout = ${busyTimeoutMs}`);
      connection.pragma('journal_mode = WAL');
      // FULL: a commit is on the disk before its reply is sent, so that a verdict survives a power cut, not only kill -9.
      connection.pragma('synchronous = FULL');
      connection.pragma('foreign_keys = ON');
      connection.pragma('temp_store = MEMORY');
      connection.pragma('cache_size = -65536');
    });
  } catch (thrown) {
    connection.close();
    throw thrown;
  }

  const statements = new Map<string, BetterSqlite.Statement>();
  const statement = (sql: string) => {
    let prepared = statements.get(sql);
    if (prepared === undefined) {
      prepared = connection.prepare(sql);
      statements.set(sql, prepared);
    }
    return prepared;
  };
  const timed = <T>(sql: string, work: () => T): T =>
    translate(() => {
      const startMs = performance.now();
      const value = work();
      const durationMs = performance.now() - startMs;
      // For who looks for it: a busy disk is nothing that a user can act on.
      if (durationMs > slowQueryMs) {
        log('info', `Slow query, ${durationMs.toFixed(0)} ms: ${sql.replaceAll(/\s+/g, ' ').trim()}`);
      }
      return value;
    });

  return {
    filePath,
    get: <Row>(sql: string, params: SqlParams = []) =>
      timed(sql, () => statement(sql).get(params) as Row | undefined),
    all: <Row>(sql: string, params: SqlParams = []) => timed(sql, () => statement(sql).all(params) as Row[]),
    run: (sql, params = []) =>
      timed(sql, () => {
        const { changes, lastInsertRowid } = statement(sql).run(params);
        return { changes, lastInsertRowid: Number(lastInsertRowid) };
      }),
    transaction<T>(work: () => T): T {
      if (connection.inTransaction) return work();
      translate(() => connection.exec('BEGIN IMMEDIATE'));
      try {
        const value = work();
        translate(() => connection.exec('COMMIT'));
        return value;
      } catch (thrown) {
        // SQLite has already rolled back after some errors (a full disk).
        if (connection.inTransaction) connection.exec('ROLLBACK');
        throw thrown;
      }
    },
    pragma: (text) => translate(() => connection.pragma(text, { simple: true })),
    execute: (sql) => {
      translate(() => connection.exec(sql));
    },
    copyTo: async (file) => {
      try {
        await connection.backup(file);
      } catch (thrown) {
        throw fromDatabaseError(thrown, file);
      }
    },
    close() {
      statements.clear();
      connection.close();
    },
  };
}
