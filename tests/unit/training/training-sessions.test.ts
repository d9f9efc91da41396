import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importPrompts } from '../../../src-main/compute/clip/import-prompts.ts';
import { writePrompts } from '../../../src-main/compute/clip/write-prompts.ts';
import type { StoredModel } from '../../../src-main/compute/runtime/feature-extractor.ts';
import { readLearnedPrompts, readTensors } from '../../../src-main/compute/runtime/read-learned-prompts.ts';
import { createScanSessions } from '../../../src-main/compute/runtime/scan-sessions.ts';
import { trainableMethods } from '../../../src-main/compute/training/trainable-methods.ts';
import { createTrainingSessions } from '../../../src-main/compute/training/training-sessions.ts';
import { createSessionStore } from '../../../src-main/compute/runtime/session-store.ts';
import {
  defaultTrainingSettings,
  type TrainableMethodId,
  type TrainingSettings,
} from '../../../src-shared/domain/training.ts';
import { encodeRuns } from '../../../src-shared/mask/run-length.ts';
import { writeTinyModel } from '../../support/tiny-model.ts';

const assetsFolder = resolve(import.meta.dirname, '../../../assets');
const store = createSessionStore({ intraOpThreads: 1 });
const trainings = createTrainingSessions({ assetsFolder, store, methods: trainableMethods });
const scans = createScanSessions({ assetsFolder, store });
const methodIds: readonly TrainableMethodId[] = ['anomalyclip', 'faprompt', 'coop'];
let folder: string;
let model: StoredModel;

type OpenParams = Parameters<typeof trainings.open>[0];
let images: OpenParams['images'];

function settingsOf(methodId: TrainableMethodId, more: Partial<TrainingSettings> = {}): TrainingSettings {
  const defaults = defaultTrainingSettings(methodId, model.config);
  return { ...defaults, contextLength: 3, abnormalPrompts: 2, priorPatches: 3, seed: 7, ...more };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'training-sessions-'));
  model = await writeTinyModel(folder);
  const { imageSizePx } = settingsOf('anomalyclip');
  images = await Promise.all(
    [0, 1, 2].map(async (n) => {
      const imagePath = join(folder, `image-${n}.png`);
      const data = Buffer.from(Uint8Array.from({ length: 40 * 40 * 3 }, (_, i) => (i * (31 + 7 * n)) % 256));
      await sharp(data, { raw: { width: 40, height: 40, channels: 3 } })
        .png()
        .toFile(imagePath);
      const raster = Uint8Array.from({ length: imageSizePx ** 2 }, (_, i) => (i % imageSizePx < 9 ? 1 : 0));
      return {
        imagePath,
        className: 'nut',
        label: n === 0 ? (0 as const) : (1 as const),
        mask:
          n === 0
            ? null
            : {
                width: imageSizePx,
                height: imageSizePx,
                runs: Uint32Array.from(encodeRuns(raster, imageSizePx, imageSizePx).runs),
              },
      };
    }),
  );
}, 60_000);
afterAll(async () => {
  await store.releaseAll();
  rmSync(folder, { recursive: true, force: true });
});

async function openOne(
  methodId: TrainableMethodId,
  checkpointFile: string | null = null,
  more: Partial<TrainingSettings> = {},
) {
  const opened = await trainings.open({
    model,
    methodId,
    settings: settingsOf(methodId, more),
    classNames: ['nut'],
    featureCache: { folder: join(folder, 'features'), limitBytes: 1e9 },
    images,
    checkpointFile,
  });
  const { sessionId } = opened;
  return {
    ...opened,
    prepare: (image: number) => trainings.prepare({ sessionId, image }),
    step: (indices: number[], learningRate = 0.01) =>
      trainings.step({ sessionId, images: indices, learningRate }),
    save: async (name: string) => {
      const file = join(folder, name);
      await trainings.save({ sessionId, file, metadata: {} });
      return file;
    },
    close: () => trainings.close({ sessionId }),
  };
}

const valuesOf = async (file: string) =>
  new Map([...(await readTensors(file))].map(([name, { data }]) => [name, [...data]]));

describe.each(methodIds)('learning %s', (methodId) => {
  it('lowers the loss, and the parts sum up to it', async () => {
    const session = await openOne(methodId);
    const first = await session.step([0, 1, 2]);
    const sum = Object.values(first.parts).reduce((total, part) => total + part, 0);
    expect(sum).toBeCloseTo(first.total, 4);
    for (let n = 0; n < 20; n++) await session.step([0, 1, 2]);
    expect((await session.step([0, 1, 2])).total).toBeLessThan(first.total);
    await session.close();
  });

  it('goes on from a saved checkpoint to the very same numbers', async () => {
    const steps = [[0, 1], [2], [1, 2], [0], [2, 0], [1]];
    const whole = await openOne(methodId);
    for (const step of steps) await whole.step(step);
    const uninterrupted = await whole.save(`${methodId}-whole.safetensors`);
    await whole.close();

    const before = await openOne(methodId);
    for (const step of steps.slice(0, 3)) await before.step(step);
    const saved = await before.save(`${methodId}-part.safetensors`);
    await before.close();
    const after = await openOne(methodId, saved);
    for (const step of steps.slice(3)) await after.step(step);
    const resumed = await after.save(`${methodId}-resumed.safetensors`);
    await after.close();

    expect(await valuesOf(resumed)).toEqual(await valuesOf(uninterrupted));
    expect(await valuesOf(saved)).not.toEqual(await valuesOf(uninterrupted));
  });

  it('gives checkpoints that scans, exports and imports take', async () => {
    const session = await openOne(methodId);
    await session.step([0, 1, 2]);
    const file = await session.save(`${methodId}-scan.safetensors`);
    await session.close();
    expect([...(await readLearnedPrompts(file)).keys()].join()).not.toContain('optimiser');

    const exported = join(folder, `${methodId}.pth`);
    await writePrompts({
      source: file,
      target: exported,
      format: 'torch',
      metadata: {},
      model,
      assetsFolder,
    });
    const targetFile = join(folder, `${methodId}-back.safetensors`);
    expect((await importPrompts({ path: exported, targetFile })).methodId).toBe(methodId);
    const back = await valuesOf(targetFile);
    const whole = await valuesOf(file);
    if (methodId !== 'coop') for (const [name, values] of back) expect(values).toEqual(whole.get(name));
    else expect(back.get('ctx')).toEqual([...(whole.get('ctx_pos') ?? []), ...(whole.get('ctx_neg') ?? [])]);

    const scores: number[] = [];
    for (const promptFile of [file, targetFile]) {
      const scan = await scans.open({
        model,
        classNames: ['nut'],
        methods: [{ methodId, promptFile, settings: {}, references: [] }],
      });
      expect(scan.methods).toMatchObject([{ ok: true }]);
      const scored = await scans.image({
        sessionId: scan.sessionId,
        imagePath: images[1]!.imagePath,
        className: 'nut',
      });
      const [result] = scored.results;
      if (result?.ok === true) scores.push(result.score);
      await scans.close({ sessionId: scan.sessionId });
    }
    expect(scores).toHaveLength(2);
    expect(scores[0]).toBe(scores[1]);
  });
});

describe('a training session', () => {
  it('takes features from the cache once they were prepared', async () => {
    const first = await openOne('anomalyclip', null, { imageSizePx: settingsOf('anomalyclip').imageSizePx });
    await first.prepare(0);
    expect(await first.prepare(0)).toMatchObject({ hit: true });
    await first.close();
  });

  it('begins with the same numbers for the same seed and others for another', async () => {
    const saveFirst = async (seed: number, name: string) => {
      const session = await openOne('anomalyclip', null, { seed });
      const file = await session.save(name);
      await session.close();
      return valuesOf(file);
    };
    const one = await saveFirst(1, 'seed-a.safetensors');
    expect(await saveFirst(1, 'seed-b.safetensors')).toEqual(one);
    expect(await saveFirst(2, 'seed-c.safetensors')).not.toEqual(one);
  });

  it('keeps its numbers where a step goes astray, and says so', async () => {
    const session = await openOne('anomalyclip');
    const before = await valuesOf(await session.save('before.safetensors'));
    await expect(session.step([0, 1], Number.POSITIVE_INFINITY)).rejects.toThrow('smaller learning rate');
    expect(await valuesOf(await session.save('after.safetensors'))).toEqual(before);
    await session.close();
  });

  it('refuses an image that it has not, and a session that is closed', async () => {
    const session = await openOne('coop');
    await expect(session.step([9])).rejects.toThrow('none with the number 9');
    await session.close();
    await expect(async () => session.step([0])).rejects.toThrow('not open any more');
  });

  it('keeps the graphs that it runs, and of those of earlier ones only the newest', async () => {
    const graphs = () => readdirSync(model.folder).filter((name) => name.startsWith('train-'));
    // What trainings left behind whose process was killed.
    for (let n = 0; n < 9; n++) {
      const path = join(model.folder, `train-coop-${String(n).padStart(24, '0')}.onnx`);
      writeFileSync(path, '');
      utimesSync(path, n, n);
    }
    const session = await openOne('coop');
    await session.step([0, 1, 2]);
    await session.step([0, 1]);
    await session.step([0, 1, 2]);
    const left = graphs();
    expect(left.length).toBeLessThanOrEqual(2 + 4);
    expect(left.filter((name) => name.includes('-0000')).length).toBeLessThanOrEqual(4);
    expect(left).not.toContain(`train-coop-${'0'.repeat(24)}.onnx`);
    await session.close();

    for (let contextLength = 1; contextLength <= 6; contextLength++) {
      const another = await openOne('coop', null, { contextLength });
      await another.step([0, 1, 2]);
      await another.close();
    }
    expect(graphs()).toHaveLength(5);
  });

  it('leaves nothing half written', () => {
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
