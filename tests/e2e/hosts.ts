import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { _electron, type Browser, type BrowserContext, type Page } from '@playwright/test';

export interface RunningHost {
  readonly page: Page;
  readonly pid: number;
  computePids(): Promise<readonly number[]>;
  stop(how: 'close' | 'kill'): Promise<void>;
  /** What it wrote so far. */
  output(): string;
}

const projectRoot = path.resolve(import.meta.dirname, '../..');
const startTimeoutMs = 30_000;
const stopTimeoutMs = 15_000;
const viewport = { width: 1280, height: 720 };

export interface WebProcess {
  /** The address with its token. */
  readonly url: string;
  readonly pid: number;
  stop(how: 'close' | 'kill'): Promise<void>;
  output(): string;
}

/**
 * Starts the web host as `npm start` does; without a port on the one that belongs to the data folder. `installation`
 * is where the program lies: the project's folder, or another with the same in it (`makeInstallation`).
 */
export async function startWebProcess(
  dataFolder: string,
  port?: number,
  installation = projectRoot,
): Promise<WebProcess> {
  const child = spawn(
    process.execPath,
    [
      path.join(installation, 'out/main/web.js'),
      ...['--data', dataFolder],
      ...(port === undefined ? [] : ['--port', String(port)]),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // What is kept beside the data folder: the choice of another one.
      env: { ...process.env, XDG_CONFIG_HOME: `${dataFolder}-config` },
    },
  );
  const output = collectOutput(child);
  const url = await readAddress(child, output);
  return { url, pid: pidOf(child), output, stop: (how) => stopProcess(child, how) };
}

/**
 * An installation without the starter model: the program as it was built, its assets and its catalogue, but no
 * `models/starter`, as where somebody left it out or deleted it.
 */
export async function makeInstallationWithoutStarterModel(folder: string): Promise<string> {
  // Copied, not linked: the program looks for what belongs to it beside where it really lies.
  await cp(path.join(projectRoot, 'out'), path.join(folder, 'out'), { recursive: true });
  await mkdir(path.join(folder, 'models'));
  for (const name of ['package.json', 'assets', 'node_modules', 'models/catalogue.json'])
    await symlink(path.join(projectRoot, name), path.join(folder, name));
  return folder;
}

/** Opens a host's address; it takes the token out of the address with a reload, after which the page is there. */
export async function openWebPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForURL((address) => !address.searchParams.has('token'));
  return page;
}

/** Starts a web host and opens its address in a context of its own. */
export async function startWeb(
  dataFolder: string,
  browser: Browser | null,
  installation = projectRoot,
): Promise<RunningHost> {
  if (browser === null) throw new Error('The web host needs a browser.');
  const host = await startWebProcess(dataFolder, 0, installation);
  const context = await browser.newContext({ viewport });
  const page = await openWebPage(context, host.url);
  return {
    page,
    pid: host.pid,
    output: host.output,
    computePids: () => processesBelow(host.pid),
    stop: async (how) => {
      await context.close();
      await host.stop(how);
    },
  };
}

/** Starts the real application from the project's folder. */
export async function startElectron(dataFolder: string): Promise<RunningHost> {
  const executablePath = process.env['WORKBENCH_ELECTRON'];
  if (executablePath === undefined) throw new Error('WORKBENCH_ELECTRON names no runtime; use npm run e2e.');
  const application = await _electron.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), projectRoot, '--data', dataFolder],
  });
  const child = application.process();
  const output = collectOutput(child);
  const page = await application.firstWindow();
  await page.setViewportSize(viewport);
  return {
    page,
    pid: pidOf(child),
    output,
    computePids: () => processesBelow(pidOf(child), 'node.mojom.NodeService'),
    stop: async (how) => {
      if (how === 'close') await application.close();
      else await stopProcess(child, how);
    },
  };
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('The host could not be started.');
  return child.pid;
}

function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
  return () => text;
}

/** Waits for the printed address. Throws with what the host wrote where it ends or stays silent. */
function readAddress(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`The web host printed no address in ${startTimeoutMs} ms:\n${output()}`));
    }, startTimeoutMs);
    child.stdout?.on('data', () => {
      const url = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(output())?.[0];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The web host ended with code ${code}:\n${output()}`));
    });
  });
}

async function stopProcess(child: ChildProcess, how: 'close' | 'kill'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(how === 'kill' ? 'SIGKILL' : 'SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}

/** Processes below a process whose command line holds `text`, by `ps` (Linux and macOS). */
async function processesBelow(pid: number, text = 'compute'): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  const all = stdout.split('\n').flatMap((line) => {
    const [, child, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(child), parent: Number(parent), command }];
  });
  const below = (parent: number): typeof all =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid)
    .filter(({ command }) => command.includes(text))
    .map((one) => one.pid);
}
