// What lives here: the scripts behind `npm run …` and `npx anomaly-workbench`: plain JavaScript that any Node from 20 on can start.
// What may not: product code. These files only choose a Node, build, and start what was built.
//
// Builds `out/`: the main-process bundles with rolldown, the window with vite. Does nothing when nothing changed.
//   node src-main/launch/build.mjs [--force]
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { collectLicences } from './licences.mjs';
import { ensureNode, projectRoot } from './node-version.mjs';

const outFolder = path.join(projectRoot, 'out');
const stampFile = path.join(outFolder, 'build.json');

/** Native packages keep their own files; electron exists only inside its runtime; the last two are optional helpers of ws. */
const external = ['electron', 'better-sqlite3', 'sharp', 'onnxruntime-node', 'bufferutil', 'utf-8-validate'];

/** Each host's entry; `compute` is the child process that all of them start, `pixel-worker` a thread of the core. */
const mainEntries = {
  web: 'src-main/web/main.ts',
  cli: 'src-main/cli/main.ts',
  compute: 'src-main/compute/child.ts',
  'pixel-worker': 'src-main/core/evaluation/pixel-worker.ts',
  electron: 'src-main/electron/main.ts',
};

/** SHA-256 over the names and contents of everything a build reads. */
async function hashSources() {
  const hash = createHash('sha256');
  for (const top of ['src-main', 'src-renderer', 'src-shared']) {
    const names = await readdir(path.join(projectRoot, top), { recursive: true, withFileTypes: true });
    const files = names
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
    for (const file of files)
      hash
        .update(path.relative(projectRoot, file))
        .update('\0')
        .update(await readFile(file));
  }
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json', 'electron-builder.yml'])
    hash
      .update(file)
      .update('\0')
      .update(await readFile(path.join(projectRoot, file)));
  return hash.digest('hex');
}

async function readStamp() {
  try {
    return JSON.parse(await readFile(stampFile, 'utf8')).sourceHash;
  } catch {
    return null;
  }
}

/** A sandboxed preload must be one CommonJS file. */
export async function buildPreload(folder) {
  const { rolldown } = await import('rolldown');
  const preload = await rolldown({
    cwd: projectRoot,
    input: { preload: 'src-main/electron/preload.ts' },
    external,
    platform: 'node',
    tsconfig: false,
  });
  await preload.write({ dir: folder, format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false });
  await preload.close();
}

/** The thread that counts pixels as one file, for hosts that run from source. */
export async function buildPixelWorker(folder) {
  const { rolldown } = await import('rolldown');
  const worker = await rolldown({
    cwd: projectRoot,
    input: { 'pixel-worker': mainEntries['pixel-worker'] },
    external,
    platform: 'node',
    tsconfig: false,
  });
  await worker.write({ dir: folder, format: 'esm', codeSplitting: false });
  await worker.close();
}

/** Returns the files that the bundles hold. */
async function buildMain(folder) {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    cwd: projectRoot,
    input: mainEntries,
    external,
    platform: 'node',
    tsconfig: false,
  });
  // All files lie in one folder: code finds its neighbours (compute.js, migrations/) from `import.meta.dirname`.
  const { output } = await bundle.write({
    dir: folder,
    format: 'esm',
    sourcemap: true,
    chunkFileNames: 'shared-[hash].js',
  });
  await bundle.close();
  await buildPreload(folder);
  await cp(path.join(projectRoot, 'src-main/core/db/migrations'), path.join(folder, 'migrations'), {
    recursive: true,
    filter: (source) => path.extname(source) === '' || source.endsWith('.sql'),
  });
  return output.flatMap(({ moduleIds = [] }) => moduleIds);
}

/** Returns the files that the window holds, fonts too. */
async function buildRenderer(folder) {
  const { build } = await import('vite');
  const root = path.join(projectRoot, 'src-renderer');
  const modules = [];
  const noteModules = {
    name: 'note-modules',
    generateBundle(_options, bundle) {
      for (const { moduleIds = [], originalFileNames = [] } of Object.values(bundle))
        modules.push(...moduleIds, ...originalFileNames.map((name) => path.resolve(root, name)));
    },
  };
  await build({
    root,
    plugins: [noteModules],
    configFile: path.join(root, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true },
  });
  return modules;
}

/**
 * Only one process at a time swaps folders; a lock that outlived its process is taken over. Everyone else waits: the build
 * that they wait for is most likely their own.
 */
async function withLock(work) {
  const lock = path.join(outFolder, 'build.lock');
  await mkdir(outFolder, { recursive: true });
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (thrown) {
      if (thrown.code !== 'EEXIST') throw thrown;
      if (!(await isHeld(lock))) await rm(lock, { force: true });
      else await setTimeout(100);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** A lock without a number is being written; one older than any build takes belongs to nobody, whoever has its number now. */
async function isHeld(lock) {
  try {
    const ageMs = Date.now() - (await stat(lock)).mtimeMs;
    const pid = Number(await readFile(lock, 'utf8'));
    if (pid === 0) return ageMs < 2000;
    process.kill(pid, 0);
    return ageMs < 120_000;
  } catch (thrown) {
    return thrown.code === 'EPERM';
  }
}

/** Builds into a folder of its own and swaps it in, so that a failed or doubled build never leaves half of one. */
export async function buildProject({ force = false } = {}) {
  if (!force && (await readStamp()) === (await hashSources())) return { built: false, durationMs: 0 };
  const startedAt = performance.now();
  return await withLock(async () => {
    // Another process may have built while this one waited.
    const sourceHash = await hashSources();
    if (!force && (await readStamp()) === sourceHash) return { built: false, durationMs: 0 };
    const fresh = path.join(outFolder, `.building-${process.pid}`);
    try {
      await mkdir(fresh, { recursive: true });
      const moduleIds = await Promise.all([
        buildMain(path.join(fresh, 'main')),
        buildRenderer(path.join(fresh, 'renderer')),
      ]);
      await writeFile(
        path.join(fresh, 'renderer', 'licences.json'),
        JSON.stringify(await collectLicences(projectRoot, moduleIds.flat())),
      );
      await rm(stampFile, { force: true });
      for (const part of ['main', 'renderer']) {
        await rm(path.join(outFolder, part), { recursive: true, force: true });
        await rename(path.join(fresh, part), path.join(outFolder, part));
      }
      await writeFile(stampFile, `${JSON.stringify({ sourceHash })}\n`);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
    return { built: true, durationMs: performance.now() - startedAt };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureNode();
  const { built, durationMs } = await buildProject({ force: process.argv.includes('--force') });
  console.log(built ? `Built out/ in ${(durationMs / 1000).toFixed(1)} s.` : 'out/ is up to date.');
}
