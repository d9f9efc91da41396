import { describe, expect, it } from 'vitest';
import type { Job } from '../../../src-shared/domain/job.ts';
import { rootsToRefresh, upsertJob } from '../../../src-renderer/state/events.ts';
import {
  describeProgress,
  describeUnstoredEnd,
  jobShare,
  overallShare,
} from '../../../src-renderer/state/job-words.ts';
import { describeProblems } from '../../../src-renderer/state/problem-words.ts';
import { describeAuroc, meanAuroc, runState, runTitle } from '../../../src-renderer/state/run-words.ts';

const job: Job = {
  id: 4,
  kind: 'scan',
  title: 'Block statistics on felt',
  state: 'running',
  progress: { done: 34, total: 115, ratePerSecond: 2.1, secondsLeft: 38.2, message: 'Scoring' },
  error: null,
  datasetId: 1,
  runId: 2,
  modelId: null,
  createdAtMs: 0,
  queuedAtMs: 0,
  startedAtMs: 0,
  finishedAtMs: null,
};

describe('jobs in words', () => {
  it('say how far they are, how fast, and how long still', () => {
    expect(describeProgress(job)).toBe('34 of 115 images · 2.1 images/s · 38 s left');
  });

  it('count a model in bytes', () => {
    const progress = { done: 9e8, total: 1.7e9, ratePerSecond: 9.5e7, secondsLeft: 8.7, message: '' };
    expect(describeProgress({ kind: 'model-import', state: 'running', progress })).toBe(
      '900 MB of 1.70 GB · 95.0 MB/s · 9 s left',
    );
  });

  it('say only what is known', () => {
    const progress = { done: 1, total: null, ratePerSecond: null, secondsLeft: null, message: '' };
    expect(describeProgress({ ...job, progress })).toBe('1 image');
    expect(jobShare({ progress })).toBeNull();
    expect(describeProgress({ ...job, state: 'cancelled' })).toBe('34 of 115 images');
  });

  it('say that an end found no room on the disk, and nothing where all is well', () => {
    const reason = { code: 'disk-full', message: 'The disk is full.' };
    const unstoredEnd = { state: 'succeeded' as const, error: null, reason, triedCount: 1 };
    expect(describeUnstoredEnd({ ...job, unstoredEnd })).toBe(
      '«Block statistics on felt» came to its end, but that could not be stored; trying again. The disk is full.',
    );
    expect(describeUnstoredEnd({ ...job, unstoredEnd: { ...unstoredEnd, state: 'failed' } })).toBe(
      '«Block statistics on felt» failed, and that could not be stored; trying again. The disk is full.',
    );
    expect(describeUnstoredEnd(job)).toBeNull();
  });

  it('fill the ring by what is under way alone', () => {
    const done: Job = { ...job, id: 5, state: 'succeeded' };
    const queued: Job = { ...job, id: 6, state: 'queued', progress: { ...job.progress, done: 0 } };
    expect(overallShare([done])).toBeNull();
    expect(overallShare([job, queued, done])).toBeCloseTo(34 / 115 / 2);
  });

  it('take their place in the list, newest first', () => {
    const changed: Job = { ...job, state: 'cancelled' };
    expect(upsertJob([job], changed)).toEqual([changed]);
    expect(upsertJob([job], { ...job, id: 9 }).map(({ id }) => id)).toEqual([9, 4]);
  });
});

describe('events', () => {
  it('refresh what they are about', () => {
    expect(rootsToRefresh({ event: 'job.changed', job })).toContain('scores');
    expect(rootsToRefresh({ event: 'job.changed', job: { ...job, kind: 'dataset-import' } })).toContain(
      'datasets',
    );
    expect(rootsToRefresh({ event: 'job.changed', job: { ...job, kind: 'model-import' } })).toEqual([]);
    expect(
      rootsToRefresh({ event: 'job.changed', job: { ...job, kind: 'model-import', state: 'succeeded' } }),
    ).toContain('models');
    expect(rootsToRefresh({ event: 'models.changed' })).toContain('methods');
    expect(rootsToRefresh({ event: 'compute.changed', state: 'ready', message: '' })).toEqual([]);
  });
});

describe('runs in words', () => {
  const names = { models: [], promptSets: [] };

  it('name method, model, prompts and what was set, in one line', () => {
    expect(runTitle({ methodId: 'baseline', modelId: null, promptSetId: null, settings: {} }, names)).toBe(
      'Block statistics',
    );
    expect(
      runTitle(
        {
          methodId: 'clip',
          modelId: 'vit-l-14',
          promptSetId: null,
          settings: { objectName: 'bolt', imageSizePx: 336 },
        },
        names,
      ),
    ).toBe('CLIP · vit-l-14 · «bolt» · 336 px');
  });

  it('say where they stand', () => {
    expect(runState({ state: 'succeeded', scoredCount: 1150, imageCount: 1150 })).toBe('1,150 images');
    expect(runState({ state: 'cancelled', scoredCount: 34, imageCount: 115 })).toBe('34 of 115, cancelled');
  });

  it('average AUROC over the classes that have one', () => {
    const imageAuroc = [
      { className: 'a', auroc: 0.5 },
      { className: 'b', auroc: null },
      { className: 'c', auroc: 1 },
    ];
    expect(meanAuroc({ imageAuroc })).toBe(0.75);
    expect(describeAuroc({ imageAuroc })).toBe('AUROC 75.0 %');
    expect(describeAuroc({ imageAuroc: [] })).toBe('');
  });
});

describe('problems in words', () => {
  it('count each kind and own up to what is not listed', () => {
    const problem = (code: 'unreadable-image' | 'mask-missing') => ({ path: 'a', code, message: 'b' });
    expect(
      describeProblems(
        [problem('unreadable-image'), problem('unreadable-image'), problem('mask-missing')],
        3,
      ),
    ).toBe('2 images could not be read and 1 mask missing');
    expect(describeProblems([problem('unreadable-image')], 1001)).toBe(
      '1 image could not be read and 1,000 problems more',
    );
  });
});
