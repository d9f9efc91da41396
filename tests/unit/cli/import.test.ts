import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../../src-main/cli/main.ts';
import { openCore } from '../../../src-main/serving/open-core.ts';
import { findProjectPaths } from '../../../src-main/serving/project-paths.ts';
import { eventually, picture } from '../core/support/harness.ts';
import { recordingIo, type RecordingIo } from './recording-io.ts';

// `import` on the real core.

const projectPaths = findProjectPaths(path.resolve(import.meta.dirname, '../../../src-main/cli'));
let folder: string;

async function cli(args: readonly string[], io: RecordingIo = recordingIo()) {
  const paths = { ...projectPaths, starterModelFolder: path.join(folder, 'starter') };
  const code = await runCli([...args, '--data', path.join(folder, 'data')], {
    io,
    paths,
    openCore: (dataFolder, log) => openCore({ paths, dataFolder, host: 'cli', log }),
  });
  return { code, io, json: () => JSON.parse(io.out) as Record<string, unknown> };
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-import-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function writeCells(): Promise<string> {
  const root = path.join(folder, 'cells');
  await mkdir(path.join(root, 'images'), { recursive: true });
  const rows: string[] = [];
  for (const [i, probability] of ['0.0', '0.3333333333333333', '0.6666666666666666', '1.0'].entries()) {
    await writeFile(path.join(root, 'images', `cell${i}.png`), await picture('png', 10 + i, 10));
    rows.push(`images/cell${i}.png ${probability} mono`);
  }
  await writeFile(path.join(root, 'labels.csv'), `${rows.join('\n')}\nimages/gone.png 1.0 poly\n`);
  return root;
}

describe('import', () => {
  it('shows with --dry-run what it understood, and stores nothing', async () => {
    const root = await writeCells();
    const { code, io, json } = await cli(['import', root, '--dry-run', '--cut', '1/3', '--json']);
    expect([code, io.err]).toEqual([0, '']);
    expect(json()).toMatchObject({
      dryRun: true,
      preview: {
        layout: 'elpv',
        layoutOptions: { elpvCut: 1 / 3 },
        imageCount: 4,
        classes: [{ name: 'cells', good: 1, anomalous: 3, unlabelled: 0, masks: 0 }],
        problemCount: 1,
        problems: [{ path: 'images/gone.png', code: 'file-missing' }],
      },
    });
    expect((await cli(['datasets', 'list', '--json'])).json()).toEqual({ datasets: [] });
    const text = await cli(['import', root, '--dry-run']);
    expect(text.io.out).toContain('«cells» would be read as elpv: 4 images');
    expect(text.io.out).toContain('Nothing was stored');
  });

  it('takes a cut, keeps it, and changes it when asked', async () => {
    const root = await writeCells();
    const anomalous = async (...args: string[]) => {
      const { code, json } = await cli(['import', root, '--json', ...args]);
      expect(code).toBe(0);
      return (json()['dataset'] as { classes: { anomalous: number }[] }).classes[0]?.anomalous;
    };
    expect(await anomalous()).toBe(2);
    expect(await anomalous('--cut', '1')).toBe(1);
    expect(await anomalous()).toBe(1);
    expect(await anomalous('--cut', '0.3')).toBe(3);
  });

  it('reads a folder in another layout by choice, and says what a layout is missing', async () => {
    const root = await writeCells();
    const plain = await cli(['import', root, '--layout', 'folder', '--json']);
    expect(plain.json()).toMatchObject({ dataset: { layout: 'folder', imageCount: 4 } });
    const coco = await cli(['import', root, '--layout', 'coco', '--dry-run']);
    expect(coco.code).toBe(1);
    expect(coco.io.err).toContain('has no JSON file of COCO annotations');
  });

  it.each([
    ['--cut', '0'],
    ['--cut', '1.5'],
    ['--cut', 'half'],
    ['--layout', 'nonsense'],
    ['--watch', '--dry-run'],
  ])('refuses %s %s as wrong usage', async (...args) => {
    expect((await cli(['import', folder, ...args])).code).toBe(2);
  });

  it('goes on with --watch until Ctrl+C and then prints the set as it is', async () => {
    const root = path.join(folder, 'photos');
    await mkdir(root);
    await writeFile(path.join(root, 'a.png'), await picture('png'));
    const told: string[] = [];
    const io = recordingIo(false, (text) => told.push(text));
    const ended = cli(['import', root, '--watch'], io);
    await eventually(() => told.some((text) => text.includes('Watching')));
    await writeFile(path.join(root, 'b.part'), await picture('png', 9, 9));
    await rename(path.join(root, 'b.part'), path.join(root, 'b.png'));
    await eventually(() => told.some((text) => text.includes('2 images')));
    io.interrupt();
    const { code } = await ended;
    expect(code).toBe(0);
    expect(io.out).toContain('2 images');
    const { datasets } = (await cli(['datasets', 'list', '--json'])).json() as {
      datasets: { watch?: unknown }[];
    };
    expect(datasets[0]?.watch).toBeUndefined();
  });
});
