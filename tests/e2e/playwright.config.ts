// The same specs twice: against the web host in Chromium, and against Electron. `npm run e2e` finds both and says what is missing.
import path from 'node:path';
import { defineConfig } from '@playwright/test';
import type { HostOptions } from './fixtures.ts';

const report = process.env['WORKBENCH_E2E_REPORT'];

export default defineConfig<HostOptions>({
  testDir: import.meta.dirname,
  testMatch: '**/*.spec.ts',
  outputDir: path.join(import.meta.dirname, 'results'),
  // Each test starts a host with a compute process of its own; two cores carry no more than one at a time.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  // Windows, hosts and killed processes on a busy machine: a second try tells a race from a defect, and the result names it.
  retries: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ...(report === undefined ? [] : [['json', { outputFile: report }] as const])],
  projects: [
    { name: 'web', use: { hostKind: 'web' } },
    { name: 'electron', use: { hostKind: 'electron' } },
  ],
});
