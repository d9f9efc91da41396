// Unit, golden, migration, contract and host tests. End-to-end tests have their own runner (tests/e2e).
import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The real module exists inside Electron's runtime only; the stand-in is wired as it is.
  resolve: { alias: { electron: path.join(import.meta.dirname, 'tests/support/electron-stand-in.ts') } },
  test: {
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    exclude: ['tests/e2e/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
