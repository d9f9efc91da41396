import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ablationCsv,
  describeRows,
  measureRows,
  type AblationOutcome,
} from '../../../src-main/cli/commands/ablation-table.ts';
import { runCli } from '../../../src-main/cli/main.ts';
import { createForkLauncher } from '../../../src-main/core/compute-client/fork-launcher.ts';
import { createCore } from '../../../src-main/core/create-core.ts';
import { findProjectPaths } from '../../../src-main/serving/project-paths.ts';
import {
  ablationGroupIdSchema,
  ablationGroups,
  ablationGroupsOf,
  ablationRows,
} from '../../../src-shared/domain/ablations.ts';
import {
  defaultTrainingSettings,
  trainableMethodIdSchema,
  trainingWishesSchema,
} from '../../../src-shared/domain/training.ts';
import { tinyConfig } from '../../support/tiny-model.ts';
import { fakeComputeEntry, writeTree } from '../core/support/harness.ts';
import { recordingIo } from './recording-io.ts';

// The command line on the real core; the compute process is the stand-in that learns a few numbers.

const paths = findProjectPaths(path.resolve(import.meta.dirname, '../../../src-main/cli'));
let folder: string;
let set: string;

async function cli(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const io = recordingIo();
  const code = await runCli([...args, '--data', path.join(folder, 'data')], {
    io,
    paths,
    openCore: (dataFolder, log) =>
      createCore({
        ...paths,
        dataFolder,
        host: 'cli',
        version: '0.0.0-test',
        computeLauncher: createForkLauncher({
          entryPath: fakeComputeEntry,
          assetsFolder: paths.assetsFolder,
          env: { ...process.env, ...env },
        }),
        log,
        starterModelFolder: path.join(folder, 'none'),
      }),
  });
  return { code, out: io.out, err: io.err };
}

interface Document {
  readonly rows: readonly {
    readonly name: string;
    readonly problem: string | null;
    readonly results: readonly {
      readonly seed: number;
      readonly trainingId: number;
      readonly wasKnown: boolean;
    }[];
    readonly statistics: {
      readonly imageAuroc: { readonly mean: number | null; readonly difference: number | null };
    };
  }[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ablate-'));
  set = path.join(folder, 'parts');
  const names = ['plate', 'ring'].flatMap((part) => [
    ...['good/01', 'good/02', 'cut/51', 'cut/52'].map((name) => `${part}/test/${name}.png`),
    ...['cut/51', 'cut/52'].map((name) => `${part}/ground_truth/${name}_mask.png`),
  ]);
  await writeTree(set, Object.fromEntries(names.map((name) => [name, 'picture' as const])));
  await cli(['models', 'import', '/models/vit-l.safetensors', '--name', 'vit-l']);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const command = (method: string, groups: string) => [
  ...['ablate', set, '--classes', 'plate', '--test', set, '--test-classes', 'ring', '--method', method],
  ...['--groups', groups, '--epochs', '1', '--batch', '2', '--image-size', '56'],
];

describe('ablate', () => {
  it('learns each row, measures it, holds it against the default one and writes the table', async () => {
    const csv = path.join(folder, 'out/table.csv');
    const done = await cli([...command('anomalyclip', 'losses'), '--seeds', '1,2', '--csv', csv]);
    expect(done).toMatchObject({ code: 0 });
    expect(done.out).toContain('AnomalyCLIP learns from parts, tested on parts, in percent, 2 seeds');
    expect(done.out).toMatch(/image AUROC +diff +AP +diff +pixel AUROC +diff +AUPRO +diff +time/);
    expect(done.out).toMatch(/default +100\.0 ± 0\.0/);
    expect(done.out).toMatch(/no Dice loss +100\.0 ± 0\.0 +\+0\.0/);
    const lines = (await readFile(csv, 'utf8')).trim().split('\r\n');
    expect(lines.map((line) => line.split(',').slice(0, 3).join())).toEqual([
      'group,row,seeds',
      'default,default,1 2',
      'losses,no image loss,1 2',
      'losses,no pixel losses,1 2',
      'losses,no focal loss,1 2',
      'losses,no Dice loss,1 2',
    ]);
    // Rows are ordinary trainings: resumable, and kept like any.
    expect((await cli(['train', '--resume', '3'])).out).toContain('Training 3 took');
  });

  it('goes on where it was stopped: finished rows are not learned again, the failed one is resumed', async () => {
    const failed = await cli([...command('faprompt', 'prior-from'), '--epochs', '2'], {
      FAKE_TRAINING_FULL: set,
    });
    expect(failed.code).toBe(1);
    expect(failed.err).toContain('There is no room left on the disk');
    const first = JSON.parse(
      (await cli([...command('faprompt', 'prior-from'), '--epochs', '2', '--json'])).out,
    ) as Document;
    expect(first.rows.map(({ name }) => name)).toEqual(['default', 'class token']);
    const again = JSON.parse(
      (await cli([...command('faprompt', 'prior-from,fusion'), '--epochs', '2', '--json'])).out,
    ) as Document;
    const known = (document: Document) =>
      document.rows.map(({ results }) => results.map(({ trainingId, wasKnown }) => [trainingId, wasKnown]));
    expect(known(first)).toEqual([1, 2].map((id) => [[id, false]]));
    expect(known(again).slice(0, 2)).toEqual([1, 2].map((id) => [[id, true]]));
    expect(known(again).slice(2)).toEqual([3, 4].map((id) => [[id, false]]));
    // Another setting of all rows makes other trainings.
    const other = await cli([...command('faprompt', 'prior-from'), '--lr', '0.01', '--dry-run']);
    expect(other.out).toContain('2 trainings to be learned');
    const same = await cli([...command('faprompt', 'prior-from'), '--epochs', '2', '--dry-run']);
    expect(same.out).toContain('prior-from: class token, done for 111');
    expect(same.out).toContain('0 trainings to be learned');
  });

  it('leaves out what the model or the images are too small for, and says so', async () => {
    const { err, out } = await cli([...command('faprompt', 'patch-count,fusion'), '--dry-run']);
    expect(err).toContain('Left out: k 20. An image of 56 px has 16 patches, not 20.');
    expect(out).toContain('patch-count: k 15');
    expect(out).not.toContain('k 20');
    expect(out).toContain('fusion: weighted prompts');
    expect(out).toContain('6 trainings to be learned');
  });

  it('refuses groups that the method has not, seeds that are none and settings that do nothing', async () => {
    const told = async (...args: string[]) => {
      const { code, err } = await cli(args);
      expect(code).toBe(2);
      return err;
    };
    expect(await told(...command('anomalyclip', 'fusion'))).toContain('fusion would compare nothing');
    expect(await told(...command('anomalyclip', 'sauce'))).toContain('«sauce» is no group');
    expect(await told(...command('anomalyclip', 'dpam'), '--seeds', '1,x')).toContain(
      '1 to 20 whole numbers',
    );
    expect(await told(...command('anomalyclip', 'dpam'), '--fusion', 'best')).toContain('would do nothing');
    expect(await told('ablate', set, '--method', 'coop')).toContain("required option '--test");
  });
});

describe('the ablation groups', () => {
  it.each(trainableMethodIdSchema.options)(
    'of %s have rows of valid settings, each unlike the default',
    (methodId) => {
      const settings = defaultTrainingSettings(methodId, tinyConfig);
      for (const group of ablationGroupsOf(methodId)) {
        const rows = ablationRows(group, methodId, tinyConfig, settings);
        expect(rows.length, group).toBeGreaterThan(0);
        for (const { wishes } of rows) {
          expect(trainingWishesSchema.parse(wishes)).toEqual(wishes);
          expect({ ...settings, ...wishes }).not.toEqual(settings);
        }
        expect(new Set(rows.map(({ wishes }) => JSON.stringify(wishes))).size, group).toBe(rows.length);
      }
    },
  );

  it('name the paper each', () => {
    for (const id of ablationGroupIdSchema.options)
      expect(ablationGroups[id].source).toMatch(
        /^(AnomalyCLIP \(ICLR 2024\)|FAPrompt \(ICCV 2025\)), ablations? of /,
      );
  });

  it('have layers in the proportion of the model', () => {
    const config = { ...tinyConfig, vision: { ...tinyConfig.vision, layers: 8 } };
    const rows = ablationRows(
      'layers',
      'anomalyclip',
      config,
      defaultTrainingSettings('anomalyclip', config),
    );
    expect(rows.map(({ name }) => name)).toEqual([
      ...['layers 4, 6, 8', 'layers 6, 8', 'layers 8'],
      ...['layer 2 alone', 'layer 4 alone', 'layer 6 alone'],
    ]);
  });
});

describe('the ablation table', () => {
  const result = (seed: number, auroc: number) => ({
    ...{ seed, trainingId: seed, durationS: 2, wasKnown: false },
    figures: { imageAuroc: auroc, imageAp: null, pixelAuroc: 0.5, pixelAupro: 0.25 },
  });
  const rows: AblationOutcome[] = [
    { group: null, name: 'default', results: [result(1, 0.8), result(2, 0.9)], problem: null },
    { group: 'fusion', name: '=weighted', results: [result(2, 0.86)], problem: 'Seed 1 failed.' },
  ];

  it('has mean, sample deviation, and differences over the seeds that both rows have', () => {
    const [base, other] = measureRows(rows);
    expect(base?.statistics.imageAuroc.mean).toBeCloseTo(0.85, 12);
    expect(base?.statistics.imageAuroc.deviation).toBeCloseTo(Math.SQRT1_2 / 10, 12);
    expect(base?.statistics.imageAuroc.difference).toBeNull();
    expect(other?.statistics.imageAuroc.difference).toBeCloseTo(-0.04, 12);
    expect(other?.statistics.imageAp).toEqual({ mean: null, deviation: null, difference: null });
    expect(base?.durationS).toBe(4);
    const text = describeRows(measureRows(rows));
    expect(text).toMatch(/default +85\.0 ± 7\.1 /);
    expect(text).toMatch(/=weighted +86\.0 +-4\.0 +- +50\.0 +\+0\.0 +25\.0 +\+0\.0/);
    expect(text).toContain('=weighted: Seed 1 failed.');
  });

  it('is safe in a spreadsheet', () => {
    expect(ablationCsv(measureRows(rows))).toContain("fusion,'=weighted,2,0.86,,");
  });
});
