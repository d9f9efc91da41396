import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  executableIn,
  findElectron,
  isReachable,
  obtainElectron,
  whyNoDisplay,
} from '../../../src-main/launch/electron-runtime.mjs';
import { browserCandidates } from '../../../src-main/launch/find-browser.mjs';
import { chooseNode, run } from '../../../src-main/launch/node-version.mjs';
import { browserCommand } from '../../../src-main/launch/open-browser.mjs';
import { addCounts, countPlaywright, countVitest } from '../../../src-main/launch/test-counts.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'launch-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the right Node', () => {
  it('is this one from 24 on, else the one that the project brings, else a message that says what to do', () => {
    expect(chooseNode('24.21.0', null)).toEqual({ kind: 'fit' });
    expect(chooseNode('26.0.0', '/bundled')).toEqual({ kind: 'fit' });
    expect(chooseNode('20.20.2', '/bundled')).toEqual({ kind: 'restart', executable: '/bundled' });
    expect(chooseNode('22.12.0', null)).toMatchObject({
      kind: 'stop',
      message: expect.stringMatching(/needs Node 24, this is Node 22\.12\.0.*npm ci/) as string,
    });
  });

  it('passes exit codes on, of signals and of programs that are not there too', async () => {
    expect(await run(process.execPath, ['-e', 'process.exit(7)'])).toBe(7);
    expect(await run(process.execPath, ['-e', 'process.kill(process.pid, "SIGKILL")'])).toBe(137);
    expect(await run(path.join(folder, 'nothing'), [])).toBe(127);
    const env = { WORKBENCH_TEST: 'x' };
    expect(
      await run(process.execPath, ['-e', 'process.exit(process.env.WORKBENCH_TEST === "x" ? 0 : 1)'], {
        env,
      }),
    ).toBe(0);
  });
});

describe('Electron’s runtime', () => {
  const makeRuntime = async (dist: string) => {
    const file = executableIn(dist);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, '');
    await chmod(file, 0o755);
    return file;
  };

  it('is the one that ELECTRON_OVERRIDE_DIST_PATH names, or none', async () => {
    const env = { ELECTRON_OVERRIDE_DIST_PATH: folder };
    expect(findElectron(env).reason).toContain(folder);
    const file = await makeRuntime(folder);
    expect(findElectron(env)).toEqual({ executable: file });
  });

  it('is the downloaded one only when its download was finished', async () => {
    const file = await makeRuntime(path.join(folder, 'dist'));
    expect(findElectron({}, folder).reason).toContain('not on this machine');
    await writeFile(path.join(folder, 'path.txt'), 'electron');
    expect(findElectron({}, folder)).toEqual({ executable: file });
  });

  it('lies where each system keeps it', () => {
    expect(executableIn('/d', 'linux')).toBe(path.join('/d', 'electron'));
    expect(executableIn('/d', 'win32')).toBe(path.join('/d', 'electron.exe'));
    expect(executableIn('/d', 'darwin')).toBe(
      path.join('/d', 'Electron.app', 'Contents', 'MacOS', 'Electron'),
    );
  });

  it('is of no use without a display', async () => {
    expect(whyNoDisplay({}, 'linux')).toContain('no display');
    expect(whyNoDisplay({ DISPLAY: ':0' }, 'linux')).toBeNull();
    expect(whyNoDisplay({ WAYLAND_DISPLAY: 'w' }, 'linux')).toBeNull();
    expect(whyNoDisplay({}, 'darwin')).toBeNull();
    if (process.platform === 'linux')
      expect((await obtainElectron(() => undefined, {})).reason).toContain('no display');
  });

  it('is given up within two seconds where the download does not answer', async () => {
    const startedAt = performance.now();
    const env = {
      DISPLAY: ':0',
      ELECTRON_MIRROR: 'http://127.0.0.1:9/',
      electron_config_cache: folder,
      HOME: folder,
    };
    const announced: string[] = [];
    const { reason } = await obtainElectron((message) => announced.push(message), env);
    // Where a runtime is installed already there is nothing to give up.
    if (findElectron(env).executable === undefined)
      expect(reason).toMatch(/cannot be downloaded now \(127\.0\.0\.1:9/);
    expect(announced).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it('is not waited for at a server that accepts and stays silent', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const startedAt = performance.now();
    expect(await isReachable(`http://127.0.0.1:${port}/`)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    silent.closeAllConnections();
    silent.close();
  });
});

describe('the user’s browser', () => {
  const url = 'http://127.0.0.1:1/?token=a&b';

  it('is opened with the system’s own command, without a shell', () => {
    expect(browserCommand(url, { platform: 'linux', env: { DISPLAY: ':0' } })).toEqual({
      executable: 'xdg-open',
      args: [url],
    });
    expect(browserCommand(url, { platform: 'darwin', env: {} })).toEqual({ executable: 'open', args: [url] });
    expect(browserCommand(url, { platform: 'win32', env: {} })).toEqual({
      executable: 'rundll32',
      args: ['url.dll,FileProtocolHandler', url],
    });
    expect(browserCommand(url, { platform: 'linux', env: {} })).toBeNull();
  });

  it('is looked for by its usual names in the usual places, the named one first', () => {
    const env = { PATH: '/a:/b', WORKBENCH_BROWSER: '/mine' };
    const onLinux = browserCandidates({ platform: 'linux', env });
    expect(onLinux[0]).toBe('/mine');
    expect(onLinux).toContain('/b/chromium');
    expect(onLinux.indexOf('/b/google-chrome')).toBeLessThan(onLinux.indexOf('/a/chromium'));
    expect(browserCandidates({ platform: 'darwin', env: { HOME: '/Users/x' } })).toContain(
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    );
    expect(browserCandidates({ platform: 'win32', env: { PROGRAMFILES: 'C:\\Program Files' } })).toContain(
      'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
    );
  });
});

describe('the closing line', () => {
  it('adds up both runners and counts what never ran as failed', () => {
    const vitest = countVitest({
      numPassedTests: 10,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [
        {
          name: '/unit/maps.test.ts',
          status: 'failed',
          assertionResults: [
            { status: 'failed', fullName: 'a map is stored' },
            { status: 'passed', fullName: 'a map is read' },
          ],
        },
        { name: '/unit/runs.test.ts', status: 'failed', assertionResults: [] },
        {
          name: '/unit/jobs.test.ts',
          status: 'passed',
          assertionResults: [
            { status: 'skipped', fullName: 'a job on Windows' },
            { status: 'skipped', fullName: 'a job on a Mac' },
            { status: 'todo', fullName: 'a job on the moon' },
          ],
        },
        {
          name: '/unit/examples.test.ts',
          status: 'passed',
          assertionResults: [{ status: 'pending', fullName: 'the example of serve' }],
        },
      ],
    });
    expect(vitest).toEqual({
      passed: 10,
      failed: 3,
      skipped: 3,
      failures: [
        'maps.test.ts: a map is stored',
        'runs.test.ts could not be loaded',
        'examples.test.ts: the example of serve (did not come to its end)',
      ],
    });
    const playwright = countPlaywright({
      stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 4 },
      errors: [],
      suites: [
        {
          specs: [
            { file: 'runs.spec.ts', title: 'a run ends', tests: [{ status: 'expected' }] },
            { file: 'runs.spec.ts', title: 'a run begins', tests: [{ status: 'unexpected' }] },
          ],
          suites: [{ specs: [{ file: 'runs.spec.ts', title: 'a run stops', tests: [{ status: 'flaky' }] }] }],
        },
      ],
    });
    expect(playwright).toEqual({
      passed: 6,
      failed: 1,
      skipped: 4,
      failures: ['runs.spec.ts: a run begins'],
      retried: ['runs.spec.ts: a run stops'],
    });
    const broken = countPlaywright({
      stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 },
      errors: [{}],
    });
    expect(broken.failed).toBe(1);
    expect(countVitest(null).failed).toBe(1);
    expect(countPlaywright(null).failed).toBe(1);
    expect(addCounts(vitest, playwright)).toEqual({ passed: 16, failed: 4, skipped: 7 });
  });
});
