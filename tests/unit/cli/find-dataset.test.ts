import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeProblems, layoutOptionsOf } from '../../../src-main/cli/commands/import-command.ts';
import { runCli } from '../../../src-main/cli/main.ts';
import { openCore } from '../../../src-main/serving/open-core.ts';
import { findProjectPaths } from '../../../src-main/serving/project-paths.ts';
import { picture } from '../core/support/harness.ts';
import { recordingIo } from './recording-io.ts';

// What a folder or a name means to `scan` and `evaluate`, on the real core.

const projectPaths = findProjectPaths(path.resolve(import.meta.dirname, '../../../src-main/cli'));
let folder: string;

async function cli(...args: string[]) {
  const io = recordingIo();
  const paths = { ...projectPaths, starterModelFolder: path.join(folder, 'starter') };
  const code = await runCli([...args, '--json', '--data', path.join(folder, 'data')], {
    io,
    paths,
    openCore: (dataFolder, log) => openCore({ paths, dataFolder, host: 'cli', log }),
  });
  return { code, err: io.err + io.out, counts: () => countsOf(io.out) };
}

/** Good and anomalous images of a data set of one class, as `import` tells them. */
function countsOf(out: string): [number, number] {
  const { dataset } = JSON.parse(out) as { dataset: { classes: { good: number; anomalous: number }[] } };
  return [dataset.classes[0]!.good, dataset.classes[0]!.anomalous];
}

async function writeCells(root: string): Promise<void> {
  await mkdir(path.join(root, 'images'), { recursive: true });
  const rows: string[] = [];
  for (const [i, probability] of ['0.0', '0.3333333333333333', '0.6666666666666666', '1.0'].entries()) {
    await writeFile(path.join(root, 'images', `cell${i}.png`), await picture('png', 10 + i, 10));
    rows.push(`images/cell${i}.png ${probability} mono`);
  }
  await writeFile(path.join(root, 'labels.csv'), `${rows.join('\n')}\n`);
}

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'cli-find-')));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

/** Vitest's workers cannot change their folder, so the word is made a path from where they are. */
const fromHere = (file: string) => path.relative(process.cwd(), file);

describe('a folder named to scan and evaluate', () => {
  it('is read as its options say, also where it is a data set already', async () => {
    const cells = path.join(folder, 'cells');
    await writeCells(cells);
    const first = await cli('scan', cells, '--method', 'baseline', '--cut', '1/3');
    expect([first.code, first.counts()]).toEqual([0, [1, 3]]);
    const stricter = await cli('scan', cells, '--method', 'baseline', '--cut', '1');
    expect([stricter.code, stricter.counts()]).toEqual([0, [3, 1]]);
    // Without a wish the choice stays, and evaluate understands the same words.
    expect((await cli('scan', cells, '--method', 'baseline')).counts()).toEqual([3, 1]);
    const evaluated = await cli('evaluate', cells, '--methods', 'baseline', '--cut', '0.5');
    expect(evaluated.code).toBe(0);
    expect((await cli('import', cells)).counts()).toEqual([2, 2]);
  });

  it('is looked through again by evaluate, also where the words are the name of its data set too', async () => {
    const cells = path.join(folder, 'cells');
    await writeCells(cells);
    const word = fromHere(cells);
    expect((await cli('import', word, '--name', word)).code).toBe(0);
    await writeFile(path.join(cells, 'images', 'cell4.png'), await picture('png', 20, 10));
    await writeFile(path.join(cells, 'labels.csv'), 'images/cell4.png 0.0 mono\nimages/cell3.png 1.0 mono\n');
    expect((await cli('evaluate', word, '--methods', 'baseline')).code).toBe(0);
    const listed = await cli('datasets', 'list');
    expect(listed.err).toContain('"imageCount": 2');
  });

  it('is never confused with a data set of its name that lies elsewhere', async () => {
    const [here, elsewhere] = [path.join(folder, 'here'), path.join(folder, 'elsewhere')];
    await writeCells(here);
    await writeCells(elsewhere);
    expect((await cli('import', elsewhere, '--name', fromHere(here))).code).toBe(0);
    const { code, err } = await cli('scan', fromHere(here), '--method', 'baseline');
    expect(code).toBe(1);
    expect(err).toContain(`Say ${elsewhere} for the data set`);
    expect((await cli('scan', here, '--method', 'baseline')).code).toBe(0);
  });

  it('is where its options belong: beside a name they are refused with the folder', async () => {
    const cells = path.join(folder, 'cells');
    await writeCells(cells);
    await cli('import', cells, '--name', 'my cells');
    const { code, err } = await cli('evaluate', 'my cells', '--methods', 'baseline', '--cut', '1');
    expect(code).toBe(1);
    expect(err).toContain(`Give them with its folder: ${cells}`);
  });

  it('keeps how it was read where an option means nothing to its layout', async () => {
    const cells = path.join(folder, 'cells');
    await writeCells(cells);
    expect((await cli('import', cells, '--cut', '1')).counts()).toEqual([3, 1]);
    for (const more of [['--whole'], ['--halves', '--dry-run']]) {
      const refused = await cli('import', cells, ...more);
      expect(refused.code).toBe(1);
      expect(refused.err).toContain('(--whole, --halves) means nothing to the layout elpv');
    }
    expect((await cli('import', cells)).counts()).toEqual([3, 1]);
  });
});

describe('a known folder named to scan', () => {
  it('is taken as it was read, and one line says how to read what is new', async () => {
    const cells = path.join(folder, 'my cells');
    await writeCells(cells);
    const scan = async () => {
      const io = recordingIo();
      const paths = { ...projectPaths, starterModelFolder: path.join(folder, 'starter') };
      const code = await runCli(
        ['scan', cells, '--method', 'baseline', '--data', path.join(folder, 'data')],
        {
          io,
          paths,
          openCore: (dataFolder, log) => openCore({ paths, dataFolder, host: 'cli', log }),
        },
      );
      expect(code).toBe(0);
      return io.err;
    };
    expect(await scan()).not.toContain('taken as it was read');
    expect(await scan()).toContain(
      `${cells} is the data set 1 «my cells», taken as it was read last. Read what is new there with: anomaly-workbench import "${cells}"\n`,
    );
  });
});

describe('halves of pictures', () => {
  it('are what --halves goes back to from --whole, and nobody can say both', async () => {
    expect(layoutOptionsOf({ whole: true })).toEqual({ layoutOptions: { sddHalves: false } });
    expect(layoutOptionsOf({ halves: true })).toEqual({ layoutOptions: { sddHalves: true } });
    expect(layoutOptionsOf({})).toEqual({});
    expect((await cli('import', folder, '--whole', '--halves')).code).toBe(2);
  });
});

describe('names of files in a terminal', () => {
  it('stay on one line and steer nothing', () => {
    const path = 'new\nline \u001b[31m ü.png';
    expect(describeProblems([{ path, message: 'It is damaged.' }])).toBe(
      '  new\\nline \\u001b[31m ü.png: It is damaged.\n',
    );
    // Words repeat names; DEL and the C1 codes steer terminals too.
    expect(describeProblems([{ path: 'a', message: 'x\u009b2J\u007f: gone\r' }])).toBe(
      '  a: x\\u009b2J\\u007f: gone\\r\n',
    );
  });
});
