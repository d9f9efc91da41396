import { copyFile, open, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { importModel } from '../../../src-main/compute/clip/import-model.ts';
import { inspectModel } from '../../../src-main/compute/clip/inspect-model.ts';
import { buildSafetensorsHeader } from '../../../src-main/compute/checkpoints/safetensors-header.ts';
import type { Dtype } from '../../../src-main/compute/checkpoints/tensor-dtype.ts';
import { dtypeSizeBytes } from '../../../src-main/compute/checkpoints/tensor-dtype.ts';
import { expectRefusal, useScratchFolder } from '../../support/checkpoint-scratch.ts';
import { tinyClipConfig, writeMadeUpCheckpoint } from '../../support/made-up-checkpoints.ts';
import { madeUpTensors } from '../../support/made-up-weights.ts';

const scratch = useScratchFolder();
const answers = { activation: 'gelu', visionHeads: 2, textHeads: 1 } as const;

interface Row {
  name: string;
  shape: readonly number[];
  dtype: Dtype;
}

/** A safetensors file of zeros (a sparse file) with the given tensors. */
async function writeZeros(rows: readonly Row[]): Promise<string> {
  let at = 0;
  const header = buildSafetensorsHeader(
    rows.map((row) => {
      const begin = at;
      at += row.shape.reduce((a, b) => a * b, 1) * dtypeSizeBytes[row.dtype];
      return { ...row, begin, end: at };
    }),
    {},
  );
  const path = await scratch.write(`${rows.length}-${Math.random()}.safetensors`, header);
  await truncate(path, header.length + at);
  return path;
}

const tinyRows = (): Row[] =>
  madeUpTensors(tinyClipConfig).map(({ name, shape }) => ({ name, shape, dtype: 'F16' }));
const without = (pattern: RegExp): Row[] => tinyRows().filter(({ name }) => !pattern.test(name));
const reshaped = (name: string, shape: number[]): Row[] =>
  tinyRows().map((row) => (row.name === name ? { ...row, shape } : row));
const extra = (...rows: [string, number[]][]): Row[] => [
  ...tinyRows(),
  ...rows.map(([name, shape]) => ({ name, shape, dtype: 'F32' as const })),
];

const fc = 'visual.transformer.resblocks.2.mlp.c_fc.weight';

describe('a checkpoint', () => {
  it.each([
    ['without its last norm', without(/^ln_final\.bias/), 'corrupt-file', /ln_final\.bias is missing/],
    [
      'without a block in the middle',
      without(/^visual\.transformer\.resblocks\.1\./),
      'corrupt-file',
      /resblocks\.1.*missing/,
    ],
    ['without any text block', without(/^transformer/), 'corrupt-file', /missing/],
    [
      'without the text half',
      without(/^(transformer|token|positional|ln_final|text_)/),
      'unsupported',
      /image half/,
    ],
    ['without the image half', without(/^visual/), 'unsupported', /text half/],
    ['without ln_pre', without(/ln_pre/), 'corrupt-file', /ln_pre.*missing/],
    ['of nothing', [], 'unsupported', /not those of a CLIP/],
    ['with a mis-shaped matrix', reshaped(fc, [128, 192]), 'corrupt-file', /\[128, 192\] where \[192, 128\]/],
    ['with a matrix as a list', reshaped(fc, [24_576]), 'corrupt-file', /\[24576\]/],
    ['with an empty matrix', reshaped(fc, [0, 128]), 'corrupt-file', /\[0, 128\]/],
    [
      'with positions that make no square',
      reshaped('visual.positional_embedding', [12, 128]),
      'corrupt-file',
      /square/,
    ],
    [
      'with oblong patches',
      reshaped('visual.conv1.weight', [128, 3, 4, 8]),
      'corrupt-file',
      /square patches/,
    ],
    ['for grey images', reshaped('visual.conv1.weight', [128, 1, 4, 4]), 'corrupt-file', /colour/],
    ['with no patches', reshaped('visual.conv1.weight', [0, 3, 4, 4]), 'corrupt-file', /no CLIP has/],
    ['with another vocabulary', reshaped('token_embedding.weight', [250_002, 64]), 'unsupported', /250002/],
    ['with another embedding', reshaped('text_projection', [64, 33]), 'corrupt-file', /text_projection/],
    ['of a ResNet', extra(['visual.layer1.0.conv1.weight', [8]]), 'unsupported', /ResNet/],
    [
      'with layer scales',
      extra(['visual.transformer.resblocks.0.ls_1.gamma', [128]]),
      'unsupported',
      /ls_1\.gamma/,
    ],
    [
      'of CoCa',
      extra(['text_decoder.resblocks.0.x', [8]], ['text.cls_emb', [8]]),
      'unsupported',
      /text_decoder/,
    ],
    [
      'with two models',
      extra(['ema.visual.conv1.weight', [128, 3, 4, 4]]),
      'unsupported',
      /2 image encoders/,
    ],
    ['of whole numbers', tinyRows().map((row) => ({ ...row, dtype: 'I8' as const })), 'unsupported', /I8/],
    [
      'in double precision',
      tinyRows().map((row) => ({ ...row, dtype: 'F64' as const })),
      'unsupported',
      /F64/,
    ],
    [
      'of prompts',
      [{ name: 'prompt_learner.ctx_pos', shape: [1, 1, 2, 8], dtype: 'F32' }],
      'unsupported',
      /as prompts/,
    ],
    [
      'of billions of blocks',
      extra(['visual.transformer.resblocks.4294967296.ln_1.bias', [128]]),
      'unsupported',
      /plain CLIP/,
    ],
    [
      'of 1000 blocks',
      extra(['visual.transformer.resblocks.999.ln_1.bias', [128]]),
      'too-large',
      /beyond any CLIP/,
    ],
  ] as const)('%s is refused, and nothing is left', async (_what, rows, code, words) => {
    const path = await writeZeros(rows);
    await expectRefusal(inspectModel({ path, answers }), code, words);
    const before = await readdir(scratch.path());
    await expectRefusal(importModel({ path, answers, targetFolder: scratch.path('target') }), code, words);
    expect(await readdir(scratch.path())).toEqual(before);
  });

  it('with foreign tensors is read, and says what it left out', async () => {
    const path = await writeZeros(extra(['logit_bias', []], ['probe.weight', [3]], ['attn_mask', [77, 77]]));
    const preview = await inspectModel({ path, answers });
    expect(preview.warnings).toEqual(['Left out, they belong to no CLIP: logit_bias, probe.weight.']);
  });

  it('in Hugging Face’s names with a key left out or mis-shaped is refused', async () => {
    const path = await writeMadeUpCheckpoint(scratch.path('hf'), 'huggingface-safetensors', {
      config: tinyClipConfig,
    });
    const bytes = await readFile(path);
    const key = Buffer.from('text_model.encoder.layers.1.self_attn.k_proj.bias');
    bytes.write('text_model.encoder.layers.1.self_attn.k_proj.bjas', bytes.indexOf(key));
    await writeFile(path, bytes);
    await expectRefusal(inspectModel({ path, answers }), 'unsupported', /k_proj\.bjas/);
  });
});

describe('a checkpoint with values that are no numbers', () => {
  let source = '';
  beforeAll(async () => {
    source = await writeMadeUpCheckpoint(scratch.path('good'), 'open-clip-safetensors', {
      config: tinyClipConfig,
    });
  });

  it.each([
    ['NaN', 0x7e00],
    ['infinity', 0xfc00],
  ])('(%s) is refused by the name of the tensor, and nothing is left', async (name, half) => {
    const bytes = await readFile(source);
    const headerBytes = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes)) as Record<
      string,
      { data_offsets: number[] }
    >;
    const [begin = 0] = header['transformer.resblocks.1.ln_2.weight']!.data_offsets;
    const path = scratch.path(`${name}.safetensors`);
    await copyFile(source, path);
    const handle = await open(path, 'r+');
    await handle.write(Buffer.from(Uint16Array.of(half).buffer), 0, 2, 8 + headerBytes + begin + 10);
    await handle.close();
    const before = await readdir(scratch.path());
    const attempt = importModel({ path, answers, targetFolder: scratch.path('target') });
    await expectRefusal(attempt, 'corrupt-file', /transformer\.resblocks\.1\.ln_2\.weight.*not finite/);
    expect(await readdir(scratch.path())).toEqual(before);
  });
});
