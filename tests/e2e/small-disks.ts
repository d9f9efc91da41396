import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

// Disks that are really full: the host runs in a name space of its own (`unshare`, which needs no rights), where some
// folders are small file systems in memory. Others reach them by the host's own root in /proc.

const projectRoot = path.resolve(import.meta.dirname, '../..');
const startTimeoutMs = 30_000;

/** Why no such disk can be made here; null where it can. */
export function whyNoSmallDisk(): string | null {
  if (process.platform !== 'linux') return 'name spaces are Linux’s';
  try {
    execFileSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt'], {
      stdio: 'pipe',
    });
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

export interface SmallDiskHost {
  readonly url: string;
  /** A path as the host has it, seen from here. */
  inside(file: string): string;
  stop(): Promise<void>;
}

/** Starts the web host where each of these folders, which must be there, is a disk of so many megabytes. */
export async function startOnSmallDisks(
  dataFolder: string,
  disks: Readonly<Record<string, number>>,
): Promise<SmallDiskHost> {
  const mounts = Object.entries(disks).flatMap(([folder, sizeMb]) => [folder, String(sizeMb)]);
  const script =
    'while [ "$1" != -- ]; do mount -t tmpfs -o size="$2"m tmpfs "$1" || exit 9; shift 2; done; shift; exec "$@"';
  const web = [
    process.execPath,
    path.join(projectRoot, 'out/main/web.js'),
    ...['--data', dataFolder, '--port', '0'],
  ];
  const child = spawn('unshare', ['-Urm', 'sh', '-c', script, 'sh', ...mounts, '--', ...web], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`No address in ${startTimeoutMs} ms:\n${output}`));
    }, startTimeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const found = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(output)?.[0];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      });
    }
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The web host ended with code ${code}:\n${output}`));
    });
  });
  return {
    url,
    inside: (file) => path.join(`/proc/${child.pid}/root`, file),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Fills what is left of a disk, to the last byte; removing the file makes room again. */
export async function fillDisk(file: string): Promise<void> {
  for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 16)) {
    for (;;) {
      try {
        await writeFile(file, new Uint8Array(size), { flag: 'a' });
      } catch (thrown) {
        if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC') break;
        throw thrown;
      }
    }
  }
}
