// What lives here: end-to-end tests and their plumbing: a host on a fresh data folder, driven through its window.
// What may not: anything that reaches around the window or the command line into the core.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, test as base, type Browser, type ConsoleMessage, type Page } from '@playwright/test';
import { makeInstallationWithoutStarterModel, startElectron, startWeb, type RunningHost } from './hosts.ts';

export interface HostOptions {
  hostKind: 'web' | 'electron';
  /** Whether the program has the model that comes with it; without it only the web host is driven. */
  hasStarterModel: boolean;
}

/** One host with one window, on a data folder that only this test has. */
export interface Workbench {
  /** The open window. After `restart` it is another page. */
  readonly page: Page;
  readonly hostKind: HostOptions['hostKind'];
  readonly dataFolder: string;
  /** Process id of the host (web host or Electron's main process). */
  readonly hostPid: number;
  /** Process ids of the compute processes that run now. */
  computePids(): Promise<readonly number[]>;
  /** Ends the host (`kill`: as `kill -9` does), starts it on the same data folder, opens a window at the same place. */
  restart(how?: 'close' | 'kill'): Promise<Page>;
  /** Errors on the page's console are failures, unless a test says that it expects them. */
  expectConsoleErrors(pattern: RegExp): void;
}

export interface WorkbenchFixtures {
  workbench: Workbench;
  /** `workbench.page` for tests that never restart. */
  window: Page;
}

interface WorkerFixtures {
  browserOfAll: Browser | null;
}

export const test = base.extend<WorkbenchFixtures & HostOptions, WorkerFixtures>({
  hostKind: ['web', { option: true }],
  hasStarterModel: [true, { option: true }],

  browserOfAll: [
    async ({}, use, workerInfo) => {
      if (workerInfo.project.name !== 'web') {
        await use(null);
        return;
      }
      const browser = await chromium.launch({
        executablePath: process.env['WORKBENCH_BROWSER'],
        args: ['--disable-background-networking', '--no-first-run'],
        chromiumSandbox: process.getuid?.() !== 0,
      });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],

  workbench: async ({ hostKind, hasStarterModel, browserOfAll }, use, testInfo) => {
    const missing = process.env['WORKBENCH_NO_ELECTRON'];
    if (hostKind === 'electron' && missing !== undefined) testInfo.skip(true, `No Electron here: ${missing}`);
    if (hostKind === 'electron' && !hasStarterModel)
      testInfo.skip(
        true,
        'The window is the same in Electron; the web host can be started from another folder.',
      );
    const scratch = hasStarterModel ? null : await mkdtemp(path.join(tmpdir(), 'workbench-program-'));
    const installation = scratch === null ? undefined : await makeInstallationWithoutStarterModel(scratch);
    const dataFolder = await mkdtemp(path.join(tmpdir(), 'workbench-e2e-'));
    const problems: string[] = [];
    const expected: RegExp[] = [];
    let host: RunningHost | null = null;

    const open = async (): Promise<RunningHost> => {
      const opened =
        hostKind === 'electron'
          ? await startElectron(dataFolder)
          : await startWeb(dataFolder, browserOfAll, installation);
      opened.page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
      opened.page.on('console', (message: ConsoleMessage) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      return opened;
    };
    const running = (): RunningHost => {
      if (host === null) throw new Error('The host is not running.');
      return host;
    };

    host = await open();
    try {
      await use({
        get page() {
          return running().page;
        },
        hostKind,
        dataFolder,
        get hostPid() {
          return running().pid;
        },
        computePids: () => running().computePids(),
        restart: async (how = 'close') => {
          const place = new URL(running().page.url());
          await running().stop(how);
          host = null;
          host = await open();
          if (place.pathname !== '/' || place.hash !== '')
            await host.page.goto(new URL(place.pathname + place.search + place.hash, host.page.url()).href);
          return host.page;
        },
        expectConsoleErrors: (pattern) => expected.push(pattern),
      });
    } finally {
      if (testInfo.status !== testInfo.expectedStatus && host !== null)
        await testInfo.attach('host output', { body: running().output(), contentType: 'text/plain' });
      await host?.stop('close');
      await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
      if (scratch !== null) await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
    }
    const unexpected = problems.filter((text) => !expected.some((pattern) => pattern.test(text)));
    if (unexpected.length > 0) throw new Error(`The page reported errors:\n${unexpected.join('\n')}`);
  },

  window: async ({ workbench }, use) => {
    await use(workbench.page);
  },
});

export { expect } from '@playwright/test';
