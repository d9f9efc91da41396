import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importPrompts } from '../../../src-main/compute/clip/import-prompts.ts';
import { writePrompts } from '../../../src-main/compute/clip/write-prompts.ts';
import { openCheckpoint } from '../../../src-main/compute/checkpoints/open-checkpoint.ts';
import { readSafetensorsMetadata } from '../../../src-main/compute/checkpoints/safetensors-metadata.ts';
import { writeSafetensors } from '../../../src-main/compute/checkpoints/write-safetensors.ts';
import type { StoredModel } from '../../../src-main/compute/runtime/feature-extractor.ts';
import { readTensors } from '../../../src-main/compute/runtime/read-learned-prompts.ts';
import { defaultTrainingSettings, type PromptProvenance } from '../../../src-shared/domain/training.ts';
import { tinyPrompts, writeTinyModel } from '../../support/tiny-model.ts';

const assetsFolder = resolve(import.meta.dirname, '../../../assets');
let folder: string;
let model: StoredModel;
let source: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'write-prompts-'));
  model = await writeTinyModel(folder);
  source = join(folder, 'source.safetensors');
  await writeSafetensors({
    file: source,
    tensors: [...tinyPrompts()].map(([name, { shape, data }]) => ({ name, shape, chunks: () => [data] })),
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const write = (format: 'safetensors' | 'torch', name: string, more = {}) =>
  writePrompts({ source, target: join(folder, name), format, metadata: {}, model, assetsFolder, ...more });

/** What the file's reader sees of a tensor. */
async function entriesOf(file: string) {
  const checkpoint = await openCheckpoint(file, 'prompts');
  try {
    const rows = new Map<string, { dtype: string; shape: readonly number[]; bytes: Buffer }>();
    for (const { name, dtype, shape, readChunks } of checkpoint.tensors.values()) {
      const pieces: Buffer[] = [];
      for await (const piece of readChunks()) pieces.push(Buffer.from(piece));
      rows.set(name, { dtype, shape, bytes: Buffer.concat(pieces) });
    }
    return rows;
  } finally {
    await checkpoint.close();
  }
}

describe('learned prompts for the released code', () => {
  it('hold the embeddings and token ids that its prompt learner registers', async () => {
    await write('torch', 'whole.pth');
    const rows = await entriesOf(join(folder, 'whole.pth'));
    const { contextLength, width } = model.config.text;
    const words = tinyPrompts().get('ctx_pos')!.shape[2]!;
    const ids = rows.get('prompt_learner.tokenized_prompts_neg')!;
    expect([ids.dtype, ids.shape]).toEqual(['I32', [1, 1, contextLength]]);
    const tokens = new Int32Array(new Uint8Array(ids.bytes).buffer);
    // «damaged object .» and the end come behind the learned words.
    expect([tokens[0], ...tokens.slice(1 + words, 5 + words)]).toEqual([49406, 13568, 14115, 269, 49407]);

    const table = (await readTensors(join(model.folder, 'model.safetensors'))).get('token_embedding.weight')!;
    const suffix = rows.get('prompt_learner.token_suffix_neg')!;
    expect(suffix.shape).toEqual([1, 1, contextLength - 1 - words, width]);
    const values = new Float32Array(new Uint8Array(suffix.bytes).buffer);
    expect(values.slice(0, width)).toEqual(table.data.slice(13568 * width, 13569 * width));
    expect(rows.get('prompt_learner.compound_prompt_projections.0.weight')?.shape).toEqual([896, width]);
  });

  it('begin every record at a multiple of 64 bytes, as they are mapped', async () => {
    await write('torch', 'aligned.pth');
    const bytes = await readFile(join(folder, 'aligned.pth'));
    let records = 0;
    for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50; records++) {
      const data = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
      expect(data % 64).toBe(0);
      at = data + bytes.readUInt32LE(at + 18);
    }
    expect(records).toBeGreaterThan(5);
  });

  it('come back by import as they were', async () => {
    await write('torch', 'back.pth');
    const targetFile = join(folder, 'back.safetensors');
    const { methodId, provenance } = await importPrompts({ path: join(folder, 'back.pth'), targetFile });
    expect([methodId, provenance]).toEqual(['anomalyclip', null]);
    const back = await readTensors(targetFile);
    for (const [name, { data }] of tinyPrompts()) expect(back.get(name)?.data).toEqual(data);
  });

  it('are refused without the model whose embeddings they need, and nothing is left', async () => {
    await expect(write('torch', 'never.pth', { model: undefined })).rejects.toMatchObject({
      code: 'needs-choice',
    });
    expect(readdirSync(folder).filter((name) => name.includes('never'))).toEqual([]);
  });
});

describe('the metadata of a prompt file', () => {
  const provenance = (): PromptProvenance => ({
    trainingId: 3,
    epoch: 2,
    methodId: 'anomalyclip',
    modelId: 'starter',
    modelSha256: 'a'.repeat(64),
    datasetName: 'Schrauben «neu»',
    classNames: null,
    versionHash: 'b'.repeat(64),
    imageCount: 9,
    anomalousCount: 4,
    settings: defaultTrainingSettings('anomalyclip', model.config),
    losses: { total: 1.5 },
    validation: null,
    madeWith: '1.0.0',
    createdAtMs: 1,
  });

  it('says where the prompts come from, through export and import', async () => {
    await write('safetensors', 'from.safetensors', {
      metadata: { provenance: JSON.stringify(provenance()) },
    });
    const once = join(folder, 'once.safetensors');
    const read = await importPrompts({ path: join(folder, 'from.safetensors'), targetFile: once });
    expect(read.provenance).toEqual(provenance());
    const again = await importPrompts({ path: once, targetFile: join(folder, 'again.safetensors') });
    expect(again.provenance).toEqual(provenance());
  });

  it('goes through the released code’s format too: provenance, wording and method', async () => {
    const told = { object_aware: 'false', state_word: 'verkratzt «ß»', method: 'anomalyclip' };
    const worded = join(folder, 'worded.safetensors');
    await writeSafetensors({
      file: worded,
      tensors: [...tinyPrompts()].map(([name, { shape, data }]) => ({ name, shape, chunks: () => [data] })),
      metadata: told,
    });
    await write('torch', 'worded.pth', {
      source: worded,
      metadata: { provenance: JSON.stringify(provenance()) },
    });
    const targetFile = join(folder, 'worded-back.safetensors');
    const read = await importPrompts({ path: join(folder, 'worded.pth'), targetFile });
    expect(read.provenance).toEqual(provenance());
    expect(Object.fromEntries(await readSafetensorsMetadata(targetFile))).toMatchObject(told);
    // Nothing of it is taken for a tensor.
    expect(
      [...(await entriesOf(join(folder, 'worded.pth'))).keys()].filter(
        (name) => !name.startsWith('prompt_learner.'),
      ),
    ).toEqual([]);
  });

  it('is passed over where it is nothing that can be read', async () => {
    await write('safetensors', 'odd.safetensors', { metadata: { provenance: '{"epoch": "soon"' } });
    const targetFile = join(folder, 'odd-read.safetensors');
    const read = await importPrompts({ path: join(folder, 'odd.safetensors'), targetFile });
    expect(read).toMatchObject({ methodId: 'anomalyclip', provenance: null });
  });
});

describe('CoOp’s words', () => {
  it.each([
    [[3, 16], 48],
    [[2, 3, 16], 96],
  ])('of the shape %j are taken', async (shape, count) => {
    const path = join(folder, 'coop.safetensors');
    const data = Float32Array.from({ length: count }, (_, i) => i / 100);
    await writeSafetensors({ file: path, tensors: [{ name: 'ctx', shape, chunks: () => [data] }] });
    const read = await importPrompts({ path, targetFile: join(folder, 'coop-read.safetensors') });
    expect(read).toMatchObject({ methodId: 'coop', contextLength: 3, textWidth: 16, deepBlocks: 0 });
  });

  it('of another shape are refused', async () => {
    const path = join(folder, 'coop-wrong.safetensors');
    const data = new Float32Array(144);
    await writeSafetensors({
      file: path,
      tensors: [{ name: 'ctx', shape: [3, 3, 16], chunks: () => [data] }],
    });
    const refused = importPrompts({ path, targetFile: join(folder, 'never.safetensors') });
    await expect(refused).rejects.toMatchObject({ code: 'corrupt-file' });
  });
});
