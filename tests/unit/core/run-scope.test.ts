import { describe, expect, it } from 'vitest';
import type { PromptText } from '../../../src-shared/domain/prompt-text.ts';
import { baselineRun, importPictures, openTestCore, temporaryFolder, writeTree } from './support/harness.ts';

const twoClasses = [
  ...['felt/train/good/1.png', 'felt/test/good/2.png', 'felt/test/cut/3.png'],
  ...['tile/test/good/1.png', 'tile/test/crack/2.png'],
];

describe('a run of one class', () => {
  it('looks through its images alone, and its metrics and exports say nothing of the others', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, twoClasses);
    const { run, job } = await test.core.call('runs.create', {
      ...baselineRun(datasetId),
      className: 'tile',
    });
    expect(run).toMatchObject({ className: 'tile', imageCount: 2 });
    expect(job.title).toMatch(/ on tile of /);
    expect(await test.jobEnd(job.id)).toMatchObject({
      state: 'succeeded',
      progress: { done: 2, total: 2 },
    });
    const { scores, classNames } = await test.core.call('runs.scores', { runId: run.id });
    expect(scores).toHaveLength(2);
    expect(classNames).toContain('tile');
    const { classes } = await test.core.call('runs.evaluate', { runId: run.id });
    expect(classes.map(({ className, counts, notes }) => [className, counts.good, notes])).toMatchObject([
      ['felt', 0, []],
      ['tile', 1, expect.any(Array)],
    ]);
  });

  it('takes up images of the class that came later, and no others', async () => {
    const test = await openTestCore();
    const { datasetId, root } = await importPictures(test, twoClasses);
    const { run, job } = await test.core.call('runs.create', {
      ...baselineRun(datasetId),
      className: 'tile',
    });
    await test.jobEnd(job.id);
    await writeTree(root, { 'tile/test/good/9.png': 'picture', 'felt/test/good/9.png': 'picture' });
    const again = await test.core.call('datasets.import', { path: root });
    await test.jobEnd(again.job.id);
    await test.core.call('jobs.resume', { jobId: job.id });
    await test.jobEnd(job.id);
    expect(await test.core.call('runs.get', { runId: run.id })).toMatchObject({
      scoredCount: 3,
      imageCount: 3,
    });
  });

  it('is refused for a class that is not there, and the classes are named', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, twoClasses);
    const call = test.core.call('runs.create', { ...baselineRun(datasetId), className: 'steel' });
    await expect(call).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/has no class «steel»\. It has «felt», «tile»\.$/),
    });
    expect((await test.core.call('runs.list', { datasetId })).runs).toEqual([]);
  });
});

describe('a run’s name', () => {
  it('is given, changed and taken away', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, ['1.png']);
    const { run } = await test.core.call('runs.create', baselineRun(datasetId));
    expect(run.name).toBeUndefined();
    const runId = run.id;
    expect(await test.core.call('runs.rename', { runId, name: '  Night shift ' })).toMatchObject({
      name: 'Night shift',
    });
    expect((await test.core.call('runs.list', { datasetId })).runs[0]?.name).toBe('Night shift');
    expect((await test.core.call('runs.rename', { runId, name: null })).name).toBeUndefined();
    await expect(test.core.call('runs.rename', { runId, name: ' ' })).rejects.toMatchObject({
      code: 'bad-request',
    });
  });
});

describe('what runs would cost', () => {
  it('is not known before one of the kind was made, then is what that one measured', async () => {
    const test = await openTestCore();
    const { datasetId } = await importPictures(test, twoClasses);
    const wish = { datasetId, modelId: null, runs: [{ ...baselineRun(datasetId) }] };
    const runs = wish.runs.map(({ methodId, promptSetId, settings }) => ({
      methodId,
      promptSetId,
      settings,
    }));
    const before = await test.core.call('runs.estimate', { datasetId, modelId: null, runs });
    expect(before).toMatchObject({ imageCount: 5, perImage: [null], durationMs: null });
    expect(before.neededBytes).toBe(5 * (111 + 585));
    expect(before.freeBytes).toBeGreaterThan(0);

    const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
    const ended = await test.jobEnd(job.id);
    const after = await test.core.call('runs.estimate', {
      datasetId,
      modelId: null,
      className: 'felt',
      runs,
    });
    const clockMs = (ended.finishedAtMs ?? 0) - (ended.startedAtMs ?? 0);
    expect(after.perImage).toEqual([{ runId: run.id, measuredCount: 5, durationMs: clockMs / 5 }]);
    expect(after.durationMs).toBeCloseTo((3 * clockMs) / 5, 6);
    const other = [{ methodId: 'clip' as const, promptSetId: null, settings: {} }];
    expect(
      await test.core.call('runs.estimate', { datasetId, modelId: null, runs: [...runs, ...other] }),
    ).toMatchObject({ perImage: [{ runId: run.id }, null], durationMs: null, neededBytes: null });
  });
});

describe('texts of prompts', () => {
  const text: PromptText = { normal: ['{}'], abnormal: ['broken {}'], templates: ['a photo of a {}.'] };

  it('are saved under a name, replaced, found by another start, and removed', async () => {
    const dataFolder = await temporaryFolder();
    const test = await openTestCore({ dataFolder });
    const saved = await test.core.call('promptTexts.save', { name: 'Castings', text });
    expect(saved).toMatchObject({ name: 'Castings', text });
    const changed = { ...text, abnormal: ['cracked {}'] };
    expect(
      await test.core.call('promptTexts.save', { name: 'Castings', text: { ...changed, name: 'Old' } }),
    ).toMatchObject({ id: saved.id, text: changed });
    const again = await openTestCore({ dataFolder });
    const { promptTexts } = await again.core.call('promptTexts.list', {});
    expect(promptTexts).toMatchObject([{ id: saved.id, name: 'Castings', text: changed }]);
    expect(promptTexts[0]?.text).not.toHaveProperty('name');
    await again.core.call('promptTexts.remove', { promptTextId: saved.id });
    expect((await again.core.call('promptTexts.list', {})).promptTexts).toEqual([]);
    await expect(again.core.call('promptTexts.remove', { promptTextId: saved.id })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('that make no sentence are refused', async () => {
    const test = await openTestCore();
    for (const wrong of [
      { ...text, normal: [] },
      { ...text, templates: ['no place'] },
    ])
      await expect(test.core.call('promptTexts.save', { name: 'x', text: wrong })).rejects.toMatchObject({
        code: 'bad-request',
      });
  });

  it('are read as the model’s tokenizer reads them', async () => {
    const test = await openTestCore();
    const long = `a photo of a {} ${'with one more word '.repeat(14)}.`;
    const measured = await test.core.call('promptTexts.measure', {
      text: { ...text, templates: ['a photo of a {}.', long] },
      objects: ['bottle', 'xq7731 zgrmpf'],
      contextLength: 77,
    });
    expect(measured.sentenceCount).toBe(4);
    expect(measured.spelt.map(({ word }) => word)).toEqual(['xq7731', 'zgrmpf']);
    expect(measured.tooLongCount).toBe(measured.tooLong.length);
    expect(measured.tooLong.every(({ tokens }) => tokens > 77)).toBe(true);
    const short = await test.core.call('promptTexts.measure', {
      text,
      objects: ['bottle'],
      contextLength: 77,
    });
    // Two marks, «a photo of a broken bottle .»
    expect(short).toEqual({ sentenceCount: 2, mostTokens: 9, tooLong: [], tooLongCount: 0, spelt: [] });
  });
});
