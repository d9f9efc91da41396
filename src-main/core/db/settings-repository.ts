import type { z } from 'zod';
import type { Database } from './database.ts';

type Json = z.core.util.JSONType;

/** Free values by key, as JSON. */
export function createSettingsRepository(database: Database) {
  return {
    all(): Record<string, Json> {
      const rows = database.all<{ key: string; value: string }>('SELECT key, value FROM settings');
      return Object.fromEntries(rows.map((row) => [row.key, JSON.parse(row.value) as Json]));
    },
    /** Undefined where nothing was set. */
    get(key: string): Json | undefined {
      const [row] = database.all<{ value: string }>('SELECT value FROM settings WHERE key = ?', [key]);
      return row === undefined ? undefined : (JSON.parse(row.value) as Json);
    },
    set(key: string, value: Json): void {
      database.run(
        'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [key, JSON.stringify(value)],
      );
    },
  };
}
