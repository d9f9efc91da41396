import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildProject } from '../../../src-main/launch/build.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
const launcher = (name: string) => path.join(root, 'src-main/launch', name);
let folder: string;
let children: ChildProcess[];

/** A launcher with stdin closed, as a service or a test starts it. */
function launch(args: readonly string[], { env = {}, node = process.execPath } = {}) {
  const child = spawn(node, [...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // No display: the tests open neither a window nor a browser, unless they say so.
    env: { ...process.env, DISPLAY: undefined, WAYLAND_DISPLAY: undefined, ...env },
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  return { child, output: () => output, ended: once(child, 'close').then(([code]) => code as number | null) };
}

async function address(output: () => string): Promise<string> {
  return await vi.waitFor(
    () => {
      const url = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(output())?.[0];
      if (url === undefined) throw new Error(`no address yet: ${output()}`);
      return url;
    },
    { timeout: 30_000 },
  );
}

beforeAll(async () => {
  await buildProject();
}, 120_000);
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'start-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('npm start', () => {
  it('without a display says why in one line, answers there, and ends cleanly when asked', async () => {
    const { child, output, ended } = launch([launcher('start.mjs'), '--data', path.join(folder, 'data')]);
    const url = await address(output);
    expect(output().trim().split('\n')).toHaveLength(1);
    expect(output()).toMatch(/^Opening in the browser because .+: http/);
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('Anomaly Workbench');
    expect((await fetch(new URL('/', url))).status).toBe(401);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('hands the browser an address that opens once, not the one that it prints', async () => {
    const opener = path.join(folder, 'xdg-open');
    await writeFile(
      opener,
      `#!/bin/sh\nprintf %s "$1" > ${folder}/opened.part && /bin/mv ${folder}/opened.part ${folder}/opened\n`,
    );
    await chmod(opener, 0o755);
    const env = { ELECTRON_OVERRIDE_DIST_PATH: folder, DISPLAY: ':99', PATH: folder };
    const { output } = launch([launcher('start.mjs'), '--data', path.join(folder, 'data')], { env });
    const printed = await address(output);
    expect(output()).toContain(`ELECTRON_OVERRIDE_DIST_PATH names ${folder}`);
    const opened = await vi.waitFor(() => readFile(path.join(folder, 'opened'), 'utf8'), { timeout: 10_000 });
    expect(new URL(opened).origin).toBe(new URL(printed).origin);
    expect(opened).not.toBe(printed);
    expect([(await fetch(opened)).status, (await fetch(opened)).status]).toEqual([200, 401]);
    expect((await fetch(printed)).status).toBe(200);
  });

  it('refuses a port that is none', async () => {
    const { output, ended } = launch([launcher('start.mjs'), '--browser', '--port', '70000']);
    expect(await ended).toBe(1);
    expect(output()).toContain('«70000» is no port');
  });

  it('tries Electron where there is a runtime, and falls back where that ends at once', async () => {
    const runtime = path.join(folder, 'electron');
    await mkdir(runtime);
    await writeFile(path.join(runtime, 'electron'), '#!/bin/sh\nexit 5\n');
    await chmod(path.join(runtime, 'electron'), 0o755);
    const env = { ELECTRON_OVERRIDE_DIST_PATH: runtime, DISPLAY: ':99', PATH: '/nowhere' };
    const { child, output, ended } = launch(
      [launcher('start.mjs'), '--data', path.join(folder, 'data'), '--no-open'],
      { env },
    );
    await address(output);
    expect(output()).toContain('because Electron ended at once with code 5');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  it('opens the window where it can, with the project’s folder and our arguments', async () => {
    const runtime = path.join(folder, 'electron');
    await mkdir(runtime);
    await writeFile(path.join(runtime, 'electron'), `#!/bin/sh\necho "$@" > ${folder}/arguments\n`);
    await chmod(path.join(runtime, 'electron'), 0o755);
    const env = { ELECTRON_OVERRIDE_DIST_PATH: runtime, DISPLAY: ':99' };
    const { ended, output } = launch([launcher('start.mjs'), '--data', 'd'], { env });
    expect(await ended).toBe(0);
    expect(output()).toBe('');
    expect((await readFile(path.join(folder, 'arguments'), 'utf8')).trim()).toMatch(
      new RegExp(`${root} --data d$`),
    );
  });

  it('ends with npm, whose shell does not hand signals on', async () => {
    const line = `"${process.execPath}" "${launcher('start.mjs')}" --data "${path.join(folder, 'data')}" ; true`;
    const env = { npm_lifecycle_event: 'start' };
    const { child, output, ended } = launch(['-c', line], { env, node: '/bin/sh' });
    const url = await address(output);
    child.kill('SIGKILL');
    // The streams close when the last process that holds them is gone.
    await ended;
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says which data folder cannot be used, with code 1', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    const { output, ended } = launch([launcher('start.mjs'), '--data', path.join(file, 'data')]);
    expect(await ended).toBe(1);
    expect(output()).toContain(file);
  });
});

describe('anomaly-workbench', () => {
  it('serves with one JSON document that holds the address', async () => {
    const args = [launcher('cli.mjs'), 'serve', '--json', '--data', path.join(folder, 'data')];
    const { child, output, ended } = launch(args);
    const url = await address(output);
    expect(JSON.parse(output())).toEqual({ url, port: Number(new URL(url).port) });
    expect((await fetch(url)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('says that it stopped serving at Ctrl+C, with code 0', async () => {
    const args = [launcher('cli.mjs'), 'serve', '--data', path.join(folder, 'data')];
    const { child, output, ended } = launch(args);
    await address(output);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(output()).toMatch(/\nStopped\.\n$/);
  });

  it('ends with the command’s exit code', async () => {
    const { output, ended } = launch([launcher('cli.mjs'), 'nonsense', '--json']);
    expect(await ended).toBe(2);
    expect(JSON.parse(output())).toMatchObject({ error: { code: 'bad-request' } });
  });

  const systemNode = '/usr/bin/node';
  const version = spawnSync(systemNode, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  it.runIf(/^v(1\d|2[0-3])\./.test(version))(
    'starts itself again under the Node it needs where the system’s is older',
    async () => {
      const data = path.join(folder, 'data');
      const args = [launcher('cli.mjs'), 'datasets', 'list', '--json', '--data', data];
      const { output, ended } = launch(args, { node: systemNode });
      expect(await ended).toBe(0);
      expect(JSON.parse(output())).toEqual({ datasets: [] });
    },
  );
});
