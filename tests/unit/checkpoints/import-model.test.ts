import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { importModel } from '../../../src-main/compute/clip/import-model.ts';
import type { ImportModelOptions } from '../../../src-main/compute/clip/import-model.ts';
import { inspectModel } from '../../../src-main/compute/clip/inspect-model.ts';
import { expectedTensors } from '../../../src-main/compute/clip/canonical-tensors.ts';
import {
  expectRefusal,
  fixtureValues,
  fixturesFolder,
  readStored,
  useScratchFolder,
} from '../../support/checkpoint-scratch.ts';
import {
  huggingFaceConfig,
  madeUpKinds,
  openClipConfig,
  tinyClipConfig,
  writeMadeUpCheckpoint,
} from '../../support/made-up-checkpoints.ts';
import type { MadeUpKind } from '../../support/made-up-checkpoints.ts';
import { madeUpBytes, madeUpTensors } from '../../support/made-up-weights.ts';

const scratch = useScratchFolder();
const files = new Map<MadeUpKind, string>();

beforeAll(async () => {
  for (const kind of madeUpKinds) {
    files.set(kind, await writeMadeUpCheckpoint(scratch.path(kind), kind, { config: tinyClipConfig }));
  }
});

let targets = 0;
/** A target in a library folder of its own, so that everything left behind can be seen. */
function newTarget(): string {
  return scratch.path(join(`library-${targets++}`, 'model'));
}
const importTo = (targetFolder: string, path: string, options: Partial<ImportModelOptions> = {}) =>
  importModel({ path, answers: {}, targetFolder, ...options });
const file = (kind: MadeUpKind): string => files.get(kind)!;
const leftovers = (target: string): Promise<string[]> => readdir(dirname(target)).catch(() => []);

/** The fixtures' sizes (fixtures/make-fixtures.py). */
const fixtureConfig: ClipConfig = {
  embeddingSize: 4,
  activation: 'quick_gelu',
  layerNormEpsilon: 1e-5,
  vision: { width: 8, layers: 2, heads: 2, patchSize: 2, gridSize: 1, mlpWidth: 12 },
  text: { width: 8, layers: 1, heads: 4, contextLength: 5, vocabularySize: 49_408, mlpWidth: 12 },
};

describe('inspecting a checkpoint', () => {
  it.each([
    ['openai-torchscript', 'openai-torchscript'],
    ['openai-state-dict', 'torch-zip'],
    ['training-checkpoint', 'torch-zip'],
    ['huggingface-safetensors', 'huggingface'],
    ['huggingface-bin', 'huggingface'],
    ['open-clip-safetensors', 'safetensors'],
    ['open-clip-bin', 'torch-zip'],
    ['open-clip-custom-text', 'safetensors'],
  ] as const)('%s is understood without a question', async (kind, format) => {
    const preview = await inspectModel({ path: file(kind), answers: {} });
    expect(preview).toMatchObject({ format, sourceDtype: 'F16', questions: [], warnings: [] });
    expect(preview.config).toEqual(tinyClipConfig);
  });

  it('asks for the activation where nothing says it, and takes the answer', async () => {
    const open = await inspectModel({ path: file('torch-state-dict'), answers: {} });
    expect(open.config).toBeNull();
    expect(open.questions.map(({ field }) => field)).toEqual(['activation']);
    const answered = await inspectModel({ path: file('torch-state-dict'), answers: { activation: 'gelu' } });
    expect(answered.config).toEqual({ ...tinyClipConfig, activation: 'gelu' });
  });

  it('asks for everything where a Hugging Face file lost its configuration', async () => {
    const lonely = scratch.path('lonely.safetensors');
    await copyFile(file('huggingface-safetensors'), lonely);
    const open = await inspectModel({ path: lonely, answers: {} });
    expect(open.questions.map(({ field }) => field)).toEqual(['activation', 'visionHeads', 'textHeads']);
    expect(open.questions[1]?.choices).toContain(2);
    const answers = { activation: 'quick_gelu', visionHeads: 2, textHeads: 1 } as const;
    expect((await inspectModel({ path: lonely, answers })).config).toEqual(tinyClipConfig);
    await expectRefusal(inspectModel({ path: lonely, answers: { visionHeads: 5 } }), 'bad-request', /divide/);
  });

  it('takes a folder, and names the model after it', async () => {
    const preview = await inspectModel({ path: scratch.path('huggingface-safetensors'), answers: {} });
    expect(preview.suggestedName).toBe('huggingface-safetensors');
    const cache = scratch.path('models--openai--clip-vit-large-patch14-336/snapshots/0123abc');
    await mkdir(cache, { recursive: true });
    await copyFile(file('huggingface-safetensors'), join(cache, 'model.safetensors'));
    await writeFile(join(cache, 'config.json'), huggingFaceConfig(tinyClipConfig));
    expect((await inspectModel({ path: cache, answers: {} })).suggestedName).toBe(
      'clip-vit-large-patch14-336',
    );
  });

  it('says which folder holds no weights, or too many', async () => {
    await mkdir(scratch.path('none'));
    await expectRefusal(
      inspectModel({ path: scratch.path('none'), answers: {} }),
      'not-found',
      /no weight file/,
    );
    await mkdir(scratch.path('many'));
    for (const name of ['a.pt', 'b.pt']) await writeFile(scratch.path(`many/${name}`), '');
    await expectRefusal(
      inspectModel({ path: scratch.path('many'), answers: {} }),
      'bad-request',
      /a\.pt, b\.pt/,
    );
  });

  it('reads the heads of real TorchScript modules', async () => {
    const preview = await inspectModel({ path: `${fixturesFolder}/torchscript-clip.pt`, answers: {} });
    expect(preview.config).toEqual(fixtureConfig);
  });

  it('takes what transformers leaves out of its configuration from its defaults', async () => {
    const folder = scratch.path('defaults');
    const config: ClipConfig = {
      ...tinyClipConfig,
      vision: { ...tinyClipConfig.vision, width: 96, heads: 12 },
      text: { ...tinyClipConfig.text, heads: 8 },
    };
    const path = await writeMadeUpCheckpoint(folder, 'huggingface-safetensors', { config });
    await writeFile(join(folder, 'config.json'), '{"model_type":"clip","text_config":{},"vision_config":{}}');
    expect((await inspectModel({ path, answers: {} })).config).toEqual(config);
  });
});

describe('a configuration beside the weights', () => {
  async function withConfig(
    kind: 'huggingface-safetensors' | 'open-clip-safetensors',
    text: string,
  ): Promise<string> {
    const folder = scratch.path(`config-${targets++}`);
    await mkdir(folder);
    const path = join(folder, basename(file(kind)));
    await copyFile(file(kind), path);
    await writeFile(
      join(folder, kind === 'huggingface-safetensors' ? 'config.json' : 'open_clip_config.json'),
      text,
    );
    return path;
  }

  it.each([
    [
      'of another model',
      (t: string) => t.replace('"hidden_size":128', '"hidden_size":1024'),
      'incompatible',
      /vision width/,
    ],
    ['that is damaged', (t: string) => t.slice(0, -9), 'corrupt-file', /config\.json/],
    ['of another family', (t: string) => t.replace('"clip"', '"siglip"'), 'unsupported', /siglip/],
    ['with another activation', (t: string) => t.replaceAll('quick_gelu', 'silu'), 'unsupported', /silu/],
    [
      'with heads that do not divide',
      (t: string) => t.replace('heads":2', 'heads":3'),
      'corrupt-file',
      /divide/,
    ],
  ] as const)('(Hugging Face) %s is refused', async (_what, damage, code, words) => {
    const path = await withConfig('huggingface-safetensors', damage(huggingFaceConfig(tinyClipConfig)));
    await expectRefusal(inspectModel({ path, answers: {} }), code, words);
  });

  it.each([
    [
      'of another model',
      (t: string) => t.replace('"layers":4', '"layers":24'),
      'incompatible',
      /vision layers/,
    ],
    [
      'with another pooling',
      (t: string) => t.replace('"head_width"', '"pool_type":"avg","head_width"'),
      'unsupported',
      /pools/,
    ],
    ['of a ResNet', (t: string) => t.replace('"layers":4', '"layers":[3,4,6,3]'), 'unsupported', /ResNet/],
    ['without its parts', () => '{"model_cfg":{}}', 'corrupt-file', /vision_cfg/],
  ] as const)('(open_clip) %s is refused', async (_what, damage, code, words) => {
    const path = await withConfig('open-clip-safetensors', damage(openClipConfig(tinyClipConfig)));
    await expectRefusal(inspectModel({ path, answers: {} }), code, words);
  });
});

describe('importing a checkpoint', () => {
  it('gives the same file, bit by bit, from every format', async () => {
    const sums = new Set<string>();
    for (const kind of madeUpKinds) {
      const imported = await importTo(newTarget(), file(kind), { answers: { activation: 'quick_gelu' } });
      expect(imported.config).toEqual(tinyClipConfig);
      sums.add(imported.sha256);
    }
    expect(sums.size).toBe(1);
  });

  it('stores every tensor by its canonical name, shape and exact value, with where it came from', async () => {
    const target = newTarget();
    const imported = await importTo(target, file('huggingface-bin'));
    const stored = await readStored(join(target, 'model.safetensors'));
    expect([...stored.keys()].sort()).toEqual(
      expectedTensors(tinyClipConfig)
        .map(({ name }) => name)
        .sort(),
    );
    for (const tensor of madeUpTensors(tinyClipConfig)) {
      const { shape, values } = stored.get(tensor.name)!;
      expect(shape).toEqual(tensor.shape);
      const halves = Buffer.concat([...madeUpBytes(tensor, 'F16', 1)]);
      const first = new DataView(halves.buffer, halves.byteOffset).getUint16(0, true);
      expect(values[0], tensor.name).toBe(decodeHalf(first));
      expect(values.at(-1)).toBe(decodeHalf(halves.readUInt16LE(halves.length - 2)));
    }
    const bytes = await readFile(join(target, 'model.safetensors'));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(imported.sha256);
    const json = JSON.parse(await readFile(join(target, 'model.json'), 'utf8'));
    expect(json).toMatchObject({
      version: 1,
      config: tinyClipConfig,
      provenance: {
        format: 'huggingface',
        sourceFile: 'pytorch_model.bin',
        sourceDtype: 'F16',
        sha256: imported.sha256,
      },
    });
    expect((await readdir(target)).filter((name) => name.endsWith('.onnx')).length).toBeGreaterThan(0);
  });

  it('widens fp32 and bf16 exactly', async () => {
    for (const dtype of ['F32', 'BF16'] as const) {
      const path = await writeMadeUpCheckpoint(scratch.path(dtype), 'openai-torchscript', {
        config: tinyClipConfig,
        dtype,
      });
      const target = newTarget();
      const imported = await importTo(target, path);
      expect(imported.sourceDtype).toBe(dtype);
      const stored = await readStored(join(target, 'model.safetensors'));
      const tensor = madeUpTensors(tinyClipConfig).find(({ name }) => name === 'visual.proj')!;
      const raw = new Uint8Array(Buffer.concat([...madeUpBytes(tensor, dtype, 1)]));
      const expected =
        dtype === 'F32'
          ? new Float32Array(raw.buffer)
          : new Float32Array(Uint32Array.from(new Uint16Array(raw.buffer), (half) => half << 16).buffer);
      expect(stored.get('visual.proj')?.values).toEqual(expected);
    }
  });

  it.each(['torchscript-clip.pt', 'state-dict-protocol-2.pt', 'state-dict-protocol-5.pth'])(
    'reads %s, written by real PyTorch, with mixed dtypes and strides',
    async (name) => {
      const target = newTarget();
      const answers = name.startsWith('torchscript')
        ? {}
        : ({ activation: 'quick_gelu', visionHeads: 2, textHeads: 4 } as const);
      const imported = await importTo(target, `${fixturesFolder}/${name}`, { answers });
      expect(imported.config).toEqual(fixtureConfig);
      for (const [key, { values }] of await readStored(join(target, 'model.safetensors'))) {
        const row = key === 'token_embedding.weight' ? values.subarray(0, 8) : values;
        expect(row, key).toEqual(fixtureValues(key, row.length));
      }
    },
  );

  it('reports its progress in bytes up to the whole', async () => {
    const seen: { done: number; total: number }[] = [];
    const target = newTarget();
    await importTo(target, file('openai-torchscript'), { onProgress: (progress) => seen.push(progress) });
    expect(seen.length).toBeGreaterThan(50);
    expect(seen.every(({ done }, i) => done >= (seen[i - 1]?.done ?? 0))).toBe(true);
    expect(seen.at(-1)?.done).toBe(seen.at(-1)?.total);
  });

  it('waits for open questions and leaves nothing', async () => {
    const target = newTarget();
    await expectRefusal(importTo(target, file('torch-state-dict')), 'needs-choice', /activation/);
    expect(await leftovers(target)).toEqual([]);
  });

  it('refuses a target that exists, and leaves it alone', async () => {
    const target = newTarget();
    await mkdir(target, { recursive: true });
    await writeFile(join(target, 'mine.txt'), 'mine');
    await expectRefusal(importTo(target, file('open-clip-bin')), 'already-exists');
    expect(await readdir(target)).toEqual(['mine.txt']);
    expect(await leftovers(target)).toEqual(['model']);
  });

  it('can be cancelled before and in the middle, and leaves nothing', async () => {
    const target = newTarget();
    await expectRefusal(
      importTo(target, file('open-clip-bin'), { signal: AbortSignal.abort() }),
      'cancelled',
    );
    const controller = new AbortController();
    const onProgress = ({ done, total }: { done: number; total: number }): void => {
      if (done > total / 2) controller.abort();
    };
    const { signal } = controller;
    await expectRefusal(importTo(target, file('open-clip-bin'), { signal, onProgress }), 'cancelled');
    expect(await leftovers(target)).toEqual([]);
  });

  it('looks for room first', async () => {
    const target = newTarget();
    const freeBytesAt = async (): Promise<number> => 1e6;
    await expectRefusal(
      importTo(target, file('open-clip-bin'), { freeBytesAt }),
      'disk-full',
      / 1\.00 MB are free/,
    );
    expect(await leftovers(target)).toEqual([]);
  });

  it('removes what a killed import left behind', async () => {
    const target = newTarget();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await mkdir(join(dirname(target), `.importing-${pid}-0123abcd`), { recursive: true });
    await mkdir(join(dirname(target), `.importing-${process.pid}-0123abcd`));
    await importTo(target, file('openai-torchscript'));
    expect(await leftovers(target)).toEqual([`.importing-${process.pid}-0123abcd`, 'model']);
  });
});

/** IEEE half precision, written out once more so that the product's table is not its own judge. */
function decodeHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
