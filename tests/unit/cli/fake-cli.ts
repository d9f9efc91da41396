import path from 'node:path';
import type { Job } from '../../../src-shared/domain/job.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Model, ModelPreview } from '../../../src-shared/domain/model.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { runCli } from '../../../src-main/cli/main.ts';
import { findProjectPaths } from '../../../src-main/serving/project-paths.ts';
import { createFakeCore, type FakeCore } from '../../support/fake-core.ts';
import { recordingIo } from './recording-io.ts';

export const paths = findProjectPaths(path.resolve(import.meta.dirname, '../../../src-main/cli'));

export async function cli(core: FakeCore, args: readonly string[], isTerminal = false) {
  const io = recordingIo(isTerminal);
  const code = await runCli(args, { io, paths, openCore: () => Promise.resolve(core) });
  return { code, out: io.out, err: io.err, json: () => JSON.parse(io.out) as Record<string, unknown> };
}

export const nothing = () => createFakeCore({});

export const model: Model = {
  id: 'vit-b-16',
  name: 'ViT-B/16',
  format: 'openai-torchscript',
  sourceFile: '/models/ViT-B-16.pt',
  sha256: 'a'.repeat(64),
  config: {
    embeddingSize: 512,
    activation: 'quick_gelu',
    layerNormEpsilon: 1e-5,
    vision: { width: 768, layers: 12, heads: 12, patchSize: 16, gridSize: 14, mlpWidth: 3072 },
    text: { width: 512, layers: 12, heads: 8, contextLength: 77, vocabularySize: 49408, mlpWidth: 2048 },
  },
  sourceDtype: 'F16',
  sizeBytes: 350 * 1024 * 1024,
  importedAtMs: 1,
};

export const preview: ModelPreview = {
  path: '/models/x.pt',
  suggestedName: 'x',
  format: 'torch-zip',
  sourceDtype: 'F32',
  config: null,
  questions: [
    {
      field: 'activation',
      message: 'The checkpoint does not say its activation.',
      choices: ['quick_gelu', 'gelu'],
    },
    { field: 'visionHeads', message: 'Width 1280 does not say its heads.', choices: [16, 20] },
  ],
  warnings: ['The weights are unusually large.'],
  sizeBytes: 1024 * 1024,
};

export function job(state: Job['state'], done: number, error: Job['error'] = null): Job {
  return {
    id: 5,
    kind: 'model-import',
    title: 'Import x.pt',
    state,
    progress: { done, total: 10, ratePerSecond: 2, secondsLeft: 3, message: 'writing weights' },
    error,
    datasetId: null,
    runId: null,
    modelId: 'vit-b-16',
    createdAtMs: 1,
    queuedAtMs: 1,
    startedAtMs: 2,
    finishedAtMs: null,
  };
}

export const dataset: Dataset = {
  id: 1,
  name: 'plates',
  root: '/plates',
  layout: 'folder',
  state: 'ready',
  createdAtMs: 1,
  imageCount: 1,
  problemCount: 0,
  classes: [{ name: 'plates', good: 0, anomalous: 0, unlabelled: 1, masks: 0 }],
};

export function run(id: number, made: Partial<Run>): Run {
  return {
    id,
    datasetId: 1,
    methodId: 'clip',
    modelId: null,
    modelSha256: null,
    promptSetId: null,
    settings: {},
    references: [],
    rendering: { sizePx: 518, sigmaPx: 0 },
    state: 'succeeded',
    error: null,
    jobId: id,
    createdAtMs: 1,
    imageCount: 1,
    scoredCount: 1,
    failedCount: 0,
    scale: null,
    imageAuroc: [],
    ...made,
  };
}
