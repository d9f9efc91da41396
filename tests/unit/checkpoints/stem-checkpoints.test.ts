import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importModel } from '../../../src-main/compute/clip/import-model.ts';
import { inspectModel } from '../../../src-main/compute/clip/inspect-model.ts';
import type { TensorFormula } from '../../../src-main/compute/conformance/formula-tensor.ts';
import { formulaTensor } from '../../../src-main/compute/conformance/formula-tensor.ts';
import type { ErrorCode } from '../../../src-shared/contract/errors.ts';
import { expectRefusal, readStored, useScratchFolder } from '../../support/checkpoint-scratch.ts';
import {
  stemFixture,
  writeStemCheckpoint,
  type StemCheckpointOptions,
} from '../../support/stem-checkpoint.ts';

const scratch = useScratchFolder();
let counter = 0;
const write = (options: StemCheckpointOptions = {}) =>
  writeStemCheckpoint(scratch.path(`checkpoint-${counter++}`), options);

const vision = stemFixture.configuration.model_cfg.vision_cfg;
/** The fixture's configuration with other fields in `vision_cfg`. */
const configuredWith = (fields: Record<string, unknown>) => ({
  model_cfg: { ...stemFixture.configuration.model_cfg, vision_cfg: { ...vision, ...fields } },
});
const stemWith = (fields: Record<string, unknown>) =>
  configuredWith({ stem: { ...(vision.stem as object), ...fields } });
const formula = (name: string): TensorFormula => stemFixture.formulas[name]!;
const depthwise = 'visual.stem.blocks.3.depthwise.weight';

describe('a checkpoint with a stem', () => {
  it.each<[string, StemCheckpointOptions, ErrorCode, RegExp]>([
    ['and no configuration', { configuration: null }, 'unsupported', /no configuration says which/],
    [
      'and a configuration without it',
      { configuration: configuredWith({ stem: undefined }) },
      'unsupported',
      /no configuration/,
    ],
    [
      'of an unknown kind',
      { configuration: stemWith({ kind: 'resnet' }) },
      'unsupported',
      /resnet.*Known: mbconv/,
    ],
    ['with other padding', { configuration: stemWith({ padding: 'valid' }) }, 'unsupported', /valid/],
    ['without stages', { configuration: stemWith({ stages: undefined }) }, 'corrupt-file', /stages/],
    [
      'with a stride of 0',
      { configuration: stemWith({ conv: { kernel: 3, stride: 0, channels: 32 } }) },
      'corrupt-file',
      /conv\.stride/,
    ],
    [
      'with a kernel beyond any',
      { configuration: stemWith({ conv: { kernel: 1e9, stride: 2, channels: 32 } }) },
      'corrupt-file',
      /conv\.kernel/,
    ],
    [
      'with half a channel',
      { configuration: stemWith({ conv: { kernel: 3, stride: 2, channels: 31.5 } }) },
      'corrupt-file',
      /conv\.channels/,
    ],
    [
      'with a tap of a stage that is not there',
      { configuration: stemWith({ tokens: [{ after_stage: 9, unshuffle: 1 }] }) },
      'corrupt-file',
      /one grid/,
    ],
    [
      'with taps on two grids',
      {
        configuration: stemWith({
          tokens: [
            { after_stage: 3, unshuffle: 1 },
            { after_stage: 5, unshuffle: 1 },
          ],
        }),
      },
      'corrupt-file',
      /one grid/,
    ],
    [
      'of another patch size',
      { configuration: configuredWith({ patch_size: 14 }) },
      'incompatible',
      /patch size is 14 there and 16/,
    ],
    [
      'with a second path from beyond its layers',
      { configuration: configuredWith({ dpam_first_layer: 9 }) },
      'corrupt-file',
      /dpam_first_layer 9/,
    ],
    [
      'without one of its convolutions',
      { formulas: { [depthwise]: null } },
      'corrupt-file',
      /blocks\.3\.depthwise\.weight is missing/,
    ],
    [
      'with a mis-shaped convolution',
      { formulas: { [depthwise]: [[144, 1, 3, 3], 1, 0] } },
      'corrupt-file',
      /depthwise\.weight has the shape \[144, 1, 3, 3\]/,
    ],
    [
      'with blocks that nobody described',
      { formulas: { 'visual.stem.blocks.11.project.bias': [[8], 1, 0] } },
      'incompatible',
      /blocks\.11\.project\.bias has no place/,
    ],
    [
      'and CLIP’s own convolution beside it',
      { formulas: { 'visual.conv1.weight': [[64, 3, 16, 16], 1, 0] } },
      'unsupported',
      /2 image encoders/,
    ],
    [
      'with half of its token embedding',
      { formulas: { 'token_embedding.expand': null } },
      'corrupt-file',
      /one of them is missing/,
    ],
    ['with the other half', { formulas: { 'token_embedding.narrow': null } }, 'unsupported', /image half/],
    [
      'with the token embedding twice',
      { formulas: { 'token_embedding.weight': [[49_408, 32], 1, 0] } },
      'corrupt-file',
      /twice/,
    ],
    [
      'with factors that make no product',
      { formulas: { 'token_embedding.expand': [[5, 32], 1, 0] } },
      'corrupt-file',
      /\[49408, 4\] and \[5, 32\]/,
    ],
    [
      'with a factor as a list',
      { formulas: { 'token_embedding.expand': [[128], 1, 0] } },
      'corrupt-file',
      /no product/,
    ],
    [
      'with a product beyond memory',
      { formulas: { 'token_embedding.expand': [[4, 65_000], 1, 0] } },
      'too-large',
      /far too large/,
    ],
    [
      'with another vocabulary',
      { formulas: { 'token_embedding.narrow': [[1000, 4], 1, 0] } },
      'unsupported',
      /1000 word parts/,
    ],
  ])('%s is refused', async (_, options, code, words) => {
    await expectRefusal(inspectModel({ path: await write(options), answers: {} }), code, words);
  });

  it('described beside weights that have none is refused', async () => {
    const stemTensors = Object.keys(stemFixture.formulas).filter((name) => name.startsWith('visual.stem.'));
    const formulas = {
      ...Object.fromEntries(stemTensors.map((name) => [name, null])),
      'visual.conv1.weight': [[64, 3, 16, 16], 1, 0] as const,
    };
    await expectRefusal(
      inspectModel({ path: await write({ formulas }), answers: {} }),
      'incompatible',
      /does not|not have/,
    );
  });

  it.each<[string, string, TensorFormula]>([
    ['its stem', 'visual.stem.blocks.10.project.weight', [[112, 672, 1, 1], 0, Number.NaN]],
    ['the narrow embedding', 'token_embedding.narrow', [[49_408, 4], 0, Number.POSITIVE_INFINITY]],
    ['the other factor', 'token_embedding.expand', [[4, 32], 0, Number.NaN]],
  ])('with values in %s that are no numbers is refused', async (_, name, damaged) => {
    const path = await write({ formulas: { [name]: damaged } });
    const attempt = importModel({ path, answers: {}, targetFolder: scratch.path(`target-${counter++}`) });
    await expectRefusal(attempt, 'corrupt-file', new RegExp(`${name.replaceAll('.', '\\.')} holds values`));
  });

  it('whose factors are numbers and whose product is none is refused', async () => {
    const huge = (name: string): [string, TensorFormula] => [name, [formula(name)[0], 0, 3e38]];
    const path = await write({
      formulas: Object.fromEntries([huge('token_embedding.narrow'), huge('token_embedding.expand')]),
    });
    const attempt = importModel({ path, answers: {}, targetFolder: scratch.path(`target-${counter++}`) });
    await expectRefusal(attempt, 'corrupt-file', /token_embedding\.weight holds values/);
  });

  it('is stored with the product of the factors in place of both, row by row right', async () => {
    const targetFolder = scratch.path(`target-${counter++}`);
    // Rows of 5 do not divide the pieces that files are read in.
    const formulas: Record<string, TensorFormula> = {
      'token_embedding.narrow': [[49_408, 5], 1, 0],
      'token_embedding.expand': [[5, 32], 0.1, 0],
    };
    await importModel({ path: await write({ formulas }), answers: {}, targetFolder });
    const stored = await readStored(join(targetFolder, 'model.safetensors'));
    expect([...stored.keys()].filter((name) => name.startsWith('token_embedding'))).toEqual([
      'token_embedding.weight',
    ]);
    const { shape, values } = stored.get('token_embedding.weight')!;
    expect(shape).toEqual([49_408, 32]);
    const left = formulaTensor('token_embedding.narrow', formulas['token_embedding.narrow']!);
    const right = formulaTensor('token_embedding.expand', formulas['token_embedding.expand']!);
    for (const row of [0, 1, 8191, 8192, 26_213, 26_214, 49_407])
      for (const column of [0, 17, 31]) {
        const exact = [0, 1, 2, 3, 4].reduce(
          (sum, k) => sum + left[row * 5 + k]! * right[k * 32 + column]!,
          0,
        );
        expect(Math.abs(values[row * 32 + column]! - exact)).toBeLessThan(1e-6);
      }
    const { config } = JSON.parse(await readFile(join(targetFolder, 'model.json'), 'utf8')) as {
      config: { vision: { stem: { kind: string } } };
    };
    expect(config.vision.stem.kind).toBe('convolutional');
  });

  it('tells the size that it reads best', async () => {
    const path = await write({ configuration: configuredWith({ preferred_image_size: 64 }) });
    const { config } = await inspectModel({ path, answers: {} });
    expect(config?.vision.preferredImageSizePx).toBe(64);
  });
});
