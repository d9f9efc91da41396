import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../core/support/harness.ts';
import { cli, folder, quick, set, useTrainingCli } from './training-cli.ts';

useTrainingCli();

describe('train', () => {
  it('learns from a folder, measures each epoch, keeps the last as prompts and writes them', async () => {
    const file = path.join(folder, 'plates.pth');
    const done = await cli([
      ...['train', set, '--method', 'anomalyclip', ...quick, '--classes', 'plate', '--name', 'Plates'],
      ...['--validate', set, '--validate-classes', 'ring', '--export', file, '--format', 'torch'],
    ]);
    expect(done.err).toContain('4 images are few to learn from');
    expect(done.err).toContain('Training 1: 4 images, 2 anomalous, 2 epochs');
    expect(done.code).toBe(0);
    expect(done.out).toMatch(/epoch +loss +image AUROC/);
    expect(done.out).toMatch(/\b2 +1\.\d+ +100\.0 %/);
    expect(done.out).toContain('Epoch 2 is prompts 1 «Plates»');
    const written = JSON.parse(await readFile(file, 'utf8')) as { metadata: { provenance: string } };
    expect(JSON.parse(written.metadata.provenance)).toMatchObject({ epoch: 2, classNames: ['plate'] });
    // The prompts are there for scans under the training's name.
    expect((await cli(['prompts', 'list'])).out).toContain('Plates');
    const again = await cli(['train', set, '--method', 'anomalyclip', ...quick, '--export', file]);
    expect(again).toMatchObject({ code: 1 });
    expect(again.err).toContain('is there already');
  });

  it('prints one document with settings, losses, checkpoints and prompts', async () => {
    const settings = ['--layers', '12,24', '--no-dice', '--lr', '0.01', '--seed', '5', '--object-aware'];
    const done = await cli(['train', set, '--method', 'anomalyclip', ...quick, ...settings, '--json']);
    expect(done.json()).toMatchObject({
      training: {
        state: 'succeeded',
        epochsDone: 2,
        settings: {
          layers: [12, 24],
          dice: false,
          focal: true,
          learningRate: 0.01,
          seed: 5,
          objectAware: true,
        },
      },
      warnings: [{ code: 'few-images' }],
      checkpoints: [{ epoch: 1 }, { epoch: 2 }],
      promptSet: { id: 1 },
      exported: null,
    });
    expect(done.json()['losses']).toHaveLength(8);
  });

  it('goes on with a training that failed', async () => {
    const env = { FAKE_TRAINING_FULL: set };
    const failed = await cli(['train', set, '--method', 'anomalyclip', ...quick], env);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain('There is no room left on the disk');
    const resumed = await cli(['train', '--resume', '1', '--keep-epoch', '1']);
    expect(resumed.code).toBe(0);
    expect(resumed.out).toContain('Epoch 1 is prompts 1');
    expect((await cli(['prompts', 'export', '1', path.join(folder, 'a.safetensors')])).code).toBe(0);
  });

  it('says what is left of a training whose data set was removed, and makes prompts of it', async () => {
    const env = { FAKE_TRAINING_DELAY_MS: '40' };
    const learning = cli(['train', set, '--method', 'anomalyclip', ...quick.with(1, '500')], env);
    await eventually(() => existsSync(path.join(folder, 'data/trainings/1/epoch-0002.safetensors')));
    const refused = await cli(['datasets', 'remove', '1']);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('«AnomalyCLIP learns from parts» is running');
    expect(refused.err).toContain('Or do both with: --cancel-jobs');
    expect((await cli(['datasets', 'remove', '1', '--cancel-jobs'])).code).toBe(0);
    const ended = await learning;
    expect(ended.code).toBe(1);
    const [advice = ''] = /train --resume 1 --keep-epoch \d+/.exec(ended.err) ?? [];
    expect(advice).not.toBe('');
    expect((await cli(['train', '--resume', '1'])).err).toContain(advice);
    const kept = await cli(advice.split(' '));
    expect(kept.code).toBe(0);
    expect(kept.out).toContain('is prompts 1 «AnomalyCLIP learns from parts»');
  });

  it('refuses what would do nothing and what is missing', async () => {
    const told = async (...args: string[]) => {
      const { code, err } = await cli(['train', ...args]);
      expect(code).toBe(2);
      return err;
    };
    expect(await told(set)).toContain("required option '--method <id>'");
    expect(await told('--method', 'coop')).toContain("missing required argument 'folder|dataset'");
    expect(await told(set, '--method', 'coop', '--no-dice', '--fusion', 'best')).toContain(
      '--no-dice and --fusion would do nothing',
    );
    expect(await told(set, '--method', 'coop', '--validate-classes', 'a')).toContain('needs --validate');
    expect(await told('--resume', '1', '--method', 'coop')).toContain('name no data set and no method');
    expect(await told(set, '--method', 'coop', '--lr', '0')).toContain('must be above 0');
    expect((await cli(['train', '--resume', '9'])).err).toContain('There is no training 9');
  });
});
