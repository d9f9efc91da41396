import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baselineRun, importPictures, openTestCore, temporaryFolder } from './support/harness.ts';

const chosen = {
  level: 'image' as const,
  className: null,
  threshold: 0.5,
  secondThreshold: 0.25,
  minRegionAreaPx: 12,
  recipe: { kind: 'false-alarm-rate' as const, target: 0.05 },
  counts: {
    ...{ truePositives: 3, falsePositives: 1, trueNegatives: 19, falseNegatives: 0 },
    ...{ unlabelledAbove: 2, unlabelledBelow: 5 },
  },
};

async function openRun() {
  const dataFolder = await temporaryFolder();
  const test = await openTestCore({ dataFolder });
  const { datasetId } = await importPictures(test, ['a-1.png']);
  const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
  await test.jobEnd(job.id);
  return { ...test, dataFolder, datasetId, run };
}

describe('operating points', () => {
  it('are saved with the run’s facts, and found again by the next start, also without the run', async () => {
    const { core, dataFolder, datasetId, run, events } = await openRun();
    const point = await core.call('operatingPoints.save', { ...chosen, name: ' Line 4 ', runId: run.id });
    expect(point).toMatchObject({
      ...{
        ...chosen,
        name: 'Line 4',
        datasetId,
        runId: run.id,
        methodId: 'baseline',
        settings: run.settings,
      },
      ...{ modelId: null, modelSha256: null, promptSetId: null },
    });
    expect(point.author).not.toBe('');
    expect(events).toContainEqual({ event: 'operatingPoints.changed', datasetId });
    await core.call('runs.remove', { runId: run.id });
    await core.close();
    const next = await openTestCore({ dataFolder });
    expect(await next.core.call('operatingPoints.list', { datasetId })).toEqual({ operatingPoints: [point] });
  });

  it('are listed newest first for a data set or for all, renamed, and removed', async () => {
    const { core, datasetId, run } = await openRun();
    const save = (name: string) => core.call('operatingPoints.save', { ...chosen, name, runId: run.id });
    const [first, second] = [await save('strict'), await save('strict')];
    const list = async (id: number | null) =>
      (await core.call('operatingPoints.list', { datasetId: id })).operatingPoints;
    expect(await list(null)).toEqual([second, first]);
    const renamed = await core.call('operatingPoints.rename', { id: first.id, name: 'loose' });
    expect(renamed).toEqual({ ...first, name: 'loose' });
    expect(await list(datasetId)).toEqual([second, renamed]);
    await core.call('operatingPoints.remove', { id: second.id });
    expect(await list(datasetId)).toEqual([renamed]);
    expect(await list(datasetId + 1)).toEqual([]);
    for (const lost of [
      core.call('operatingPoints.remove', { id: second.id }),
      core.call('operatingPoints.rename', { id: second.id, name: 'x' }),
      core.call('operatingPoints.save', { ...chosen, name: 'x', runId: run.id + 9 }),
    ])
      await expect(lost).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are refused without a name, without a number, and with the thresholds the wrong way round', async () => {
    const { core, run } = await openRun();
    for (const change of [
      { name: '  ' },
      { threshold: Number.POSITIVE_INFINITY },
      { secondThreshold: 0.6 },
      { recipe: { kind: 'miss-rate', target: 1.5 } },
      { counts: { ...chosen.counts, falseNegatives: -1 } },
    ])
      expect(
        await core.dispatch({
          ...{ id: 1, method: 'operatingPoints.save' },
          params: { ...chosen, name: 'x', runId: run.id, ...change },
        }),
      ).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    expect(await core.call('operatingPoints.list', { datasetId: null })).toEqual({ operatingPoints: [] });
  });

  it('are written as JSON in one piece, in place of an older file', async () => {
    const { core, run } = await openRun();
    const point = await core.call('operatingPoints.save', { ...chosen, name: 'Line 4', runId: run.id });
    const folder = join(await temporaryFolder(), 'new');
    const file = join(folder, 'line-4.json');
    await mkdir(folder);
    await writeFile(file, 'old');
    expect(await core.call('operatingPoints.export', { id: point.id, file })).toEqual({ file });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      format: 'anomaly-workbench-operating-point/1',
      workbenchVersion: '0.0.0-test',
      operatingPoint: point,
    });
    expect(await readdir(folder)).toEqual(['line-4.json']);
    await expect(
      core.call('operatingPoints.export', { id: point.id, file: join(file, 'below.json') }),
    ).rejects.toMatchObject({ message: expect.stringContaining(file) });
  });
});
