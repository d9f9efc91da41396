import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
let copy: string;

/** The build of the copy, as `npx anomaly-workbench` starts it. */
async function build(): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [path.join(copy, 'src-main/launch/build.mjs')]);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

beforeEach(async () => {
  copy = await mkdtemp(path.join(tmpdir(), 'build-'));
  for (const name of ['src-main', 'src-renderer', 'src-shared', 'assets'])
    await cp(path.join(root, name), path.join(copy, name), { recursive: true });
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'electron-builder.yml'])
    await cp(path.join(root, name), path.join(copy, name));
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
});
afterEach(async () => {
  await rm(copy, { recursive: true, force: true });
});

describe('two terminals after a change of the sources', () => {
  it('build once between them, whatever lock a killed build left', { timeout: 90_000 }, async () => {
    await mkdir(path.join(copy, 'out'));
    // No process has a number so high: Linux ends at 4,194,304, Windows gives multiples of four.
    await writeFile(path.join(copy, 'out', 'build.lock'), '4194305');
    const builds = await Promise.all([build(), build(), build()]);
    expect(builds.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(builds.filter(({ output }) => output.startsWith('Built out/'))).toHaveLength(1);
    expect((await readdir(path.join(copy, 'out'))).sort()).toEqual(['build.json', 'main', 'renderer']);

    const licences = JSON.parse(
      await readFile(path.join(copy, 'out/renderer/licences.json'), 'utf8'),
    ) as readonly { name: string }[];
    const names = licences.map(({ name }) => name);
    // Of both bundles, of a style sheet, and what is shipped as it is.
    for (const held of [
      'react',
      'zod',
      'commander',
      '@fontsource-variable/inter',
      'sharp',
      'onnxruntime-common',
    ])
      expect(names).toContain(held);
    // Dependencies of dependencies, of which nothing is in what is shipped.
    for (const absent of ['@babel/parser', '@mui/types', 'adm-zip', 'yaml'])
      expect(names).not.toContain(absent);
  });
});
