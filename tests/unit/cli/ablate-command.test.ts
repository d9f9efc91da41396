import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordingIo } from './recording-io.ts';
import { cli, folder, inCore, quick, set, useTrainingCli } from './training-cli.ts';

useTrainingCli();

const asked = () => [
  ...['ablate', set, '--method', 'anomalyclip', ...quick, '--classes', 'plate'],
  ...['--validate', set, '--validate-classes', 'ring'],
];

interface Row {
  group: string;
  name: string;
  settings: Record<string, unknown>;
  runs: { seed: number; trainingId: number; isFound: boolean; problem: string | null }[];
  metrics: Record<string, { mean: number; deviation: number | null; difference: number | null }>;
}
const rowsOf = (document: Record<string, unknown>) => document['rows'] as Row[];

describe('ablate', () => {
  it('trains each row, measures its last epoch, prints the table and writes it', async () => {
    const csv = path.join(folder, 'tables', 'losses.csv');
    const done = await cli([...asked(), '--groups', 'losses', '--csv', csv]);
    expect({ code: done.code, err: done.err }).toMatchObject({ code: 0 });
    expect(done.err).toContain('5 rows, 5 trainings.');
    expect(done.out).toMatch(/row +image AUROC +Δ +AP +Δ +pixel AUROC +Δ +AUPRO +Δ +seconds/);
    expect(done.out).toMatch(/base +base +100\.0/);
    expect(done.out).toMatch(/losses +global loss off +100\.0 +0\.0/);
    expect(done.out).toMatch(/Dice off +100\.0/);
    const lines = (await readFile(csv, 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^group,row,changes,from,seeds,trainings,image_auroc,image_auroc_deviation,/);
    expect(lines[4]).toContain('losses,focal off,"{""focal"":false}"');

    // The window lists them as any other training, measured once each.
    const { trainings } = await inCore((core) => core.call('trainings.list', {}));
    expect(trainings.map(({ name }) => name)).toContain('AnomalyCLIP, focal off, seed 111');
    expect(trainings.map(({ settings }) => [settings.globalLoss, settings.dice])).toContainEqual([
      false,
      true,
    ]);
    const { checkpoints } = await inCore((core) => core.call('trainings.get', { trainingId: 1 }));
    expect(checkpoints.map(({ validation }) => validation !== null)).toEqual([false, true]);
  });

  it('finds again what was computed and only computes what is new', async () => {
    const first = await cli([...asked(), '--groups', 'dpam', '--json']);
    expect(rowsOf(first.json()).map(({ runs }) => runs[0]?.isFound)).toEqual(Array(5).fill(false));
    const more = await cli([...asked(), '--groups', 'dpam,layers', '--json']);
    expect(more.code).toBe(0);
    expect(rowsOf(more.json()).map(({ name, runs }) => [name, runs[0]?.isFound])).toEqual([
      ['base', true],
      ...['last layer alone', 'last two layers', 'last three layers'].map((name) => [name, false]),
      ...['DPAM off', 'DPAM qq', 'DPAM kk', 'DPAM qq+kk+vv'].map((name) => [name, true]),
    ]);
    expect(more.json()['leftOut']).toEqual([
      { group: 'layers', name: 'all layers', reason: 'the same as the base row' },
      { group: 'dpam', name: 'DPAM vv', reason: 'the same as the base row' },
    ]);
    // Other images are another table.
    await writeFile(path.join(set, 'plate/test/good/01.png'), 'another picture');
    await cli(['import', set]);
    const changed = await cli([...asked(), '--groups', 'layers', '--json']);
    expect(rowsOf(changed.json()).map(({ runs }) => runs[0]?.isFound)).toEqual(Array(4).fill(false));
  });

  it('measures anew where only what it measures on has changed', async () => {
    const args = [...asked(), '--groups', 'layers', '--json'];
    const found = async () => rowsOf((await cli(args)).json()).map(({ runs }) => runs[0]?.isFound);
    expect(await found()).toEqual(Array(4).fill(false));
    expect(await found()).toEqual(Array(4).fill(true));
    await writeFile(path.join(set, 'ring/test/good/01.png'), 'another picture');
    await cli(['import', set]);
    expect(await found()).toEqual(Array(4).fill(false));
    expect(await found()).toEqual(Array(4).fill(true));
  });

  it('goes on with what was stopped, and says rows that fail while the others are made', async () => {
    const failed = await cli([...asked(), '--groups', 'losses', '--json'], { FAKE_TRAINING_FULL: set });
    expect(failed.code).toBe(1);
    expect(failed.out).toContain('There is no room left on the disk');
    const done = await cli([...asked(), '--groups', 'losses', '--json']);
    expect(done.code).toBe(0);
    // The same trainings, finished.
    expect(rowsOf(done.json()).map(({ runs }) => runs[0]?.trainingId)).toEqual([1, 2, 3, 4, 5]);
  });

  it('prints what there is where it is stopped, and the same command goes on', async () => {
    const csv = path.join(folder, 'part.csv');
    const seeds = ['--groups', 'dpam', '--seeds', '1,2', '--csv', csv];
    const io = recordingIo(true, (text, own) => {
      if (text.includes('DPAM qq, seed 2')) own.interrupt();
    });
    const stopped = await cli([...asked(), ...seeds], {}, io);
    expect(stopped.code).toBe(130);
    expect(stopped.err).toContain('the same command goes on from there');
    // A row with one of its two seeds is no row yet.
    expect(stopped.out).toMatch(/base +base[^]+DPAM off/);
    expect(stopped.out).not.toContain('DPAM qq');
    expect((await readFile(csv, 'utf8')).trim().split('\r\n')).toHaveLength(3);
    const done = await cli([...asked(), ...seeds, '--json']);
    expect(done.code).toBe(0);
    expect(rowsOf(done.json()).map(({ runs }) => runs.map(({ isFound }) => isFound))).toEqual([
      ...[
        [true, true],
        [true, true],
        [true, false],
        [false, false],
        [false, false],
      ],
    ]);
    expect(rowsOf(done.json()).flatMap(({ runs }) => runs.map(({ trainingId }) => trainingId))).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ]);
  });

  it('takes mean and deviation over seeds, and settings of the base row into every row', async () => {
    const wanted = ['--groups', 'layers', '--seeds', '1,2', '--lr', '0.01'];
    const document = (await cli([...asked(), ...wanted, '--json'])).json();
    const rows = rowsOf(document);
    expect(rows.map(({ name }) => name)).toEqual([
      ...['base', 'last layer alone', 'last two layers', 'last three layers'],
    ]);
    expect(rows.every(({ settings }) => settings['learningRate'] === 0.01)).toBe(true);
    expect(rows[1]).toMatchObject({
      settings: { layers: [24] },
      runs: [{ seed: 1 }, { seed: 2 }],
      metrics: { image_auroc: { mean: 1, deviation: 0, difference: 0 } },
    });
    expect((await cli([...asked(), ...wanted])).out).toMatch(/last layer alone +100\.0 ± 0\.0 +0\.0/);
  });

  it('leaves out rows that cannot be learned or say nothing, and says why', async () => {
    const done = await cli([...asked(), '--groups', 'losses', '--no-global-loss', '--json']);
    expect(done.code).toBe(0);
    expect(rowsOf(done.json()).map(({ name }) => name)).toEqual(['base', 'focal off', 'Dice off']);
    expect(done.json()['leftOut']).toMatchObject([
      { name: 'global loss off', reason: 'the same as the base row' },
      { name: 'local loss off', reason: expect.stringContaining('there is nothing to learn by') },
    ]);
  });

  it('refuses what means nothing', async () => {
    const told = async (...args: string[]) => {
      const { code, err } = await cli([...asked(), ...args]);
      expect(code).toBe(2);
      return err;
    };
    expect(await told('--groups', 'colours')).toContain('There is no group «colours»');
    expect(await told('--groups', 'faprompt')).toContain('AnomalyCLIP has no group «faprompt»');
    expect(await told('--seed', '1', '--seeds', '1,2')).toContain('give one of them');
    expect(await told('--no-cap')).toContain('--no-cap would do nothing');
    expect((await cli(['ablate', set, '--method', 'coop'])).err).toContain('--validate');
  });
});
