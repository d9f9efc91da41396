// Unit, golden, migration, contract and host tests. End-to-end tests have their own runner (tests/e2e).
import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      // The real module exists inside Electron's runtime only; the stand-in is wired as it is.
      electron: path.join(import.meta.dirname, 'tests/support/electron-stand-in.ts'),
      './pixel-worker-file.ts': path.join(import.meta.dirname, 'tests/support/pixel-worker-file.ts'),
    },
  },
  test: {
    globalSetup: ['tests/support/bundle-pixel-worker.ts'],
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    exclude: ['tests/e2e/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    // Many set-ups start a process, which takes long on a busy machine.
    hookTimeout: 60_000,
  },
});
