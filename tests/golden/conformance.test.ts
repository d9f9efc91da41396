import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runConformance } from '../../src-main/compute/conformance/run-conformance.ts';
import type { ConformanceItem } from '../../src-shared/domain/conformance.ts';
import { assetsFolder, goldenFolderPath } from './golden-folder-path.ts';

/** Every item that must pass in this build, by name: an item that quietly disappears is a failure too. */
const clipItems = [
  'input.pixel_values',
  'clip.tokens',
  'clip.text_features',
  'clip.image_tokens',
  'clip.image_score',
  'clip.map_abnormal',
  'compositional_ensemble.text_features',
  'clip_ac.text_features',
  'clip_ac.image_score',
  'clip_ac.map_abnormal',
  'anomalyclip.cls',
  'anomalyclip.patch_layer2',
  'anomalyclip.patch_layer4',
  'anomalyclip.patch_layer6',
  'anomalyclip.patch_layer8',
  'dpam.qq.patch_layer8',
  'dpam.kk.patch_layer8',
  'dpam.vv.patch_layer8',
  'anomalyclip.prompt_tokens',
  'anomalyclip.text_features',
  'anomalyclip.image_score',
  'anomalyclip.map_before_smoothing',
  'anomalyclip.map',
  ...['grad0', 'after3'].flatMap((kind) =>
    ['ctx_pos', 'ctx_neg', 'compound_prompts_text.0', 'compound_prompts_text.1'].map(
      (key) => `anomalyclip.train.${kind}.${key}`,
    ),
  ),
  'anomalyclip.train.history',
].map((name) => `clip-and-anomalyclip/${name}`);

const otherItems = [
  'preprocess.down',
  'preprocess.up',
  'preprocess.wide',
  'too_long',
  ...Array.from({ length: 13 }, (_, i) => `tokenizer.${i}`),
  ...[0, 1, 2].flatMap((i) => [
    ...['image', 'pixel'].flatMap((level) =>
      ['auroc', 'ap', 'f1max'].map((metric) => `metrics${i}.${level}_${metric}`),
    ),
    `metrics${i}.aupro`,
    `metrics${i}.aupro_200_thresholds`,
  ]),
].map((name) => `metrics-and-preprocess/${name}`);

/** Gradients of the first step, parameters after three of Adam's, and all losses on the way. */
const faPromptTrainItems = ['paper', 'released'].flatMap((variant) => [
  ...['grad0', 'after3'].flatMap((kind) =>
    [
      'ctx_pos',
      'ctx_neg',
      'patch_meta_net.linear1.weight',
      'patch_meta_net.linear1.bias',
      'patch_meta_net.linear2.weight',
      'patch_meta_net.linear2.bias',
      'compound_prompts_text.0',
      'compound_prompts_text.1',
    ].map((key) => `faprompt/${variant}.train.${kind}.${key}`),
  ),
  `faprompt/${variant}.train.history`,
]);

const faPromptItems = [
  'cls',
  'patch',
  'prompt_tokens_normal',
  'prompt_tokens_abnormal',
  ...['paper', 'released'].flatMap((variant) =>
    [
      'text_features_normal',
      'text_features_abnormal',
      'text_features_adapted',
      'top_patch_indices',
      'image_score',
      'map_before_smoothing',
      'map',
    ].map((name) => `${variant}.${name}`),
  ),
].map((name) => `faprompt/${name}`);

const winClipItems = [
  'input.pixel_values',
  'windows.window2',
  'windows.window3',
  'window2.embeddings',
  'window3.embeddings',
  'class_embedding',
  'score.window2',
  'score.window3',
  'image_score',
  'map_patch',
  'map',
].map((name) => `winclip/${name}`);

const scratch = mkdtempSync(join(tmpdir(), 'conformance-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A folder with one pair of the golden ones, changed by `change`. */
function copyOf(
  stem: string,
  newStem: string,
  change: (paths: { json: string; tensors: string }) => void,
): string {
  const folder = mkdtempSync(join(scratch, 'copy-'));
  const paths = { json: join(folder, `${newStem}.json`), tensors: join(folder, `${newStem}.safetensors`) };
  cpSync(join(goldenFolderPath(), `${stem}.json`), paths.json);
  cpSync(join(goldenFolderPath(), `${stem}.safetensors`), paths.tensors);
  change(paths);
  return folder;
}

/** Adds `by` to the first value of one fp32 tensor of a safetensors file. */
function perturb(file: string, tensor: string, by: number): void {
  const bytes = readFileSync(file);
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes)) as Record<
    string,
    { data_offsets: number[] }
  >;
  const at = 8 + headerBytes + header[tensor]!.data_offsets[0]!;
  bytes.writeFloatLE(bytes.readFloatLE(at) + by, at);
  writeFileSync(file, bytes);
}

describe('conformance with the golden numbers', () => {
  let items: ReadonlyMap<string, ConformanceItem>;
  const streamed: string[] = [];
  beforeAll(async () => {
    const result = await runConformance({
      folder: goldenFolderPath(),
      assetsFolder,
      onItem: ({ item }) => streamed.push(item),
    });
    items = new Map(result.items.map((item) => [item.item, item]));
  }, 120_000);

  it.each([...clipItems, ...faPromptItems, ...faPromptTrainItems, ...winClipItems, ...otherItems])(
    'passes %s',
    (name) => {
      const item = items.get(name);
      expect(item, `${name} was not checked`).toBeDefined();
      expect(item, item?.detail).toMatchObject({ state: 'pass' });
      expect(item?.error).toBeTypeOf('number');
    },
  );

  it('fails nothing and hands out every item as it is done', () => {
    expect([...items.values()].filter(({ state }) => state === 'fail')).toEqual([]);
    expect(streamed).toEqual([...items.keys()]);
  });

  it('leaves nothing out as not available', () => {
    expect([...items.values()].filter(({ state }) => state === 'not available')).toEqual([]);
  });
});

/** Made by tests/support/fixtures/make-golden-other.py: other widths, depths, sizes, words and seeds than the shared golden's. */
const otherFolder = resolve(import.meta.dirname, '../support/fixtures/golden-other');

describe('conformance with models of other shapes', () => {
  it('passes what PyTorch computed of them, few-shot WinCLIP too', async () => {
    const { items } = await runConformance({ folder: otherFolder, assetsFolder });
    expect(items.filter(({ state }) => state !== 'pass')).toEqual([]);
    const names = items.map(({ item }) => item);
    for (const name of faPromptItems) expect(names).toContain(name.replace('/', '-other/'));
    for (const name of winClipItems) expect(names).toContain(name.replace('/', '-other/'));
    expect(names).toContain('winclip-other/few_shot.score');
    expect(names).toContain('winclip-other/few_shot.map');
  }, 60_000);

  it('fails exactly what was changed in them', async () => {
    const folder = mkdtempSync(join(scratch, 'other-'));
    cpSync(otherFolder, folder, { recursive: true });
    const winClip = ['window2.embeddings', 'score.window3', 'map_patch'];
    const faPrompt = ['paper.text_features_adapted', 'released.image_score', 'released.map'];
    for (const tensor of winClip) perturb(join(folder, 'winclip-other.safetensors'), tensor, 0.01);
    for (const tensor of faPrompt) perturb(join(folder, 'faprompt-other.safetensors'), tensor, 0.01);
    const { items } = await runConformance({ folder, assetsFolder });
    expect(items.filter(({ state }) => state === 'fail').map(({ item }) => item)).toEqual([
      ...faPrompt.map((tensor) => `faprompt-other/${tensor}`),
      ...winClip.map((tensor) => `winclip-other/${tensor}`),
    ]);
  }, 60_000);

  it('finds FAPrompt’s weights beside it, and says so where nothing lists them', async () => {
    const folder = mkdtempSync(join(scratch, 'lonely-'));
    for (const suffix of ['json', 'safetensors'])
      cpSync(join(goldenFolderPath(), `faprompt.${suffix}`), join(folder, `faprompt.${suffix}`));
    await expect(runConformance({ folder, assetsFolder })).rejects.toMatchObject({
      code: 'corrupt-file',
      message: expect.stringContaining('tiny-clip') as string,
    });
  });
});

describe('conformance with other folders', () => {
  it('fails exactly the items of which one value is off by 0.01', async () => {
    const wrong = [
      'input.pixel_values',
      'clip.text_features',
      'clip.map_abnormal',
      'dpam.qq.patch_layer8',
      'anomalyclip.map',
      'anomalyclip.train.grad0.ctx_neg',
      'anomalyclip.train.after3.ctx_pos',
    ];
    const folder = copyOf('clip-and-anomalyclip', 'off', ({ tensors }) => {
      for (const tensor of wrong) perturb(tensors, tensor, 0.01);
    });
    const { items } = await runConformance({ folder, assetsFolder });
    expect(items.filter(({ state }) => state === 'fail').map(({ item }) => item)).toEqual(
      wrong.map((tensor) => `off/${tensor}`),
    );
    expect(items.filter(({ state }) => state === 'pass')).toHaveLength(clipItems.length - wrong.length);
  });

  it('recognises a pair by its content and follows its prompts, whatever its name', async () => {
    const folder = copyOf('clip-and-anomalyclip', 'zebra', ({ json }) => {
      const content = JSON.parse(readFileSync(json, 'utf8')) as Record<string, unknown>;
      content['clip.texts'] = ['a photo of a normal cat', 'a photo of an anomalous cat'];
      writeFileSync(json, JSON.stringify(content));
    });
    const { items } = await runConformance({ folder, assetsFolder });
    const states = new Map(items.map(({ item, state }) => [item, state]));
    expect(states.get('zebra/clip.image_score')).toBe('fail');
    expect(states.get('zebra/clip.tokens')).toBe('fail');
    expect(states.get('zebra/clip_ac.image_score')).toBe('pass');
    expect(states.get('zebra/anomalyclip.map')).toBe('pass');
  });

  it('fails all of a model whose weights come from another seed', async () => {
    const folder = copyOf('clip-and-anomalyclip', 'seed', ({ json }) => {
      const content = JSON.parse(readFileSync(json, 'utf8')) as Record<string, unknown>;
      writeFileSync(json, JSON.stringify({ ...content, weights_prefix: 'another-clip' }));
    });
    const { items } = await runConformance({ folder, assetsFolder });
    const passed = items.filter(({ state }) => state === 'pass').map(({ item }) => item);
    expect(passed.sort()).toEqual([
      'seed/anomalyclip.prompt_tokens',
      'seed/clip.tokens',
      'seed/input.pixel_values',
    ]);
  });

  it('fails wrong token ids and a prompt that should have been refused', async () => {
    const folder = copyOf('metrics-and-preprocess', 'other', ({ json, tensors }) => {
      const content = JSON.parse(readFileSync(json, 'utf8')) as {
        tokenizer: { text: string; ids: unknown }[];
        too_long: { text: string };
        metrics: Record<string, unknown>[];
      };
      (content.tokenizer[0]!.ids as number[])[1]! += 1;
      content.tokenizer[1]!.ids = 'refused';
      content.too_long.text = 'short';
      content.metrics[0]!['image_ap'] = 0.70001;
      writeFileSync(json, JSON.stringify(content));
      for (const name of ['down', 'up', 'wide'])
        cpSync(
          join(goldenFolderPath(), `preprocess-${name}.png`),
          join(tensors, `../preprocess-${name}.png`),
        );
    });
    const { items } = await runConformance({ folder, assetsFolder });
    expect(items.filter(({ state }) => state === 'fail').map(({ item }) => item)).toEqual([
      'other/tokenizer.0',
      'other/tokenizer.1',
      'other/too_long',
      'other/metrics0.image_ap',
    ]);
  });

  it('refuses an empty folder, a missing one and damaged files with a message that names them', async () => {
    const empty = join(scratch, 'empty');
    mkdirSync(empty);
    await expect(runConformance({ folder: empty, assetsFolder })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(empty) as string,
    });
    await expect(runConformance({ folder: join(scratch, 'nowhere'), assetsFolder })).rejects.toMatchObject({
      code: 'not-found',
    });
    const cutJson = copyOf('winclip', 'winclip', ({ json }) =>
      writeFileSync(json, readFileSync(json).subarray(0, 500)),
    );
    await expect(runConformance({ folder: cutJson, assetsFolder })).rejects.toMatchObject({
      code: 'corrupt-file',
      message: expect.stringContaining('winclip.json') as string,
    });
    const cutTensors = copyOf('winclip', 'winclip', ({ tensors }) =>
      writeFileSync(tensors, readFileSync(tensors).subarray(0, 5000)),
    );
    await expect(runConformance({ folder: cutTensors, assetsFolder })).rejects.toMatchObject({
      code: 'corrupt-file',
      message: expect.stringContaining('winclip.safetensors') as string,
    });
    const noTensors = copyOf('winclip', 'winclip', ({ tensors }) => rmSync(tensors));
    await expect(runConformance({ folder: noTensors, assetsFolder })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
