import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectDatabase } from '../../../src-main/core/db/database.ts';
import { databaseFileName } from '../../../src-main/core/db/open-database.ts';
import { readingSettingKey } from '../../../src-shared/domain/reading.ts';
import { verdictSchema, type VerdictValue } from '../../../src-shared/domain/verdict.ts';
import {
  baselineRun,
  eventually,
  importPictures,
  openTestCore,
  temporaryFolder,
  writeTree,
  type TestCore,
} from './support/harness.ts';

async function openSet(names: readonly string[] = ['a-1.png', 'b-2.png', 'c-3.png'], dataFolder?: string) {
  const test = await openTestCore({ dataFolder: dataFolder ?? (await temporaryFolder()) });
  const { datasetId, root } = await importPictures(test, names);
  return { ...test, test, datasetId, root, imageIds: (await columnsOf(test, datasetId)).imageIds };
}

const columnsOf = ({ core }: TestCore, datasetId: number, runId: number | null = null) =>
  core.call('images.columns', { datasetId, runId });

function say({ core }: TestCore, imageId: number, value: VerdictValue | null, note = '') {
  return core.call('verdicts.record', {
    ...{ imageId, value, note, runId: null, threshold: null, wasBlind: false },
  });
}

async function scanned(test: TestCore, datasetId: number) {
  const { run, job } = await test.core.call('runs.create', baselineRun(datasetId));
  expect((await test.jobEnd(job.id)).state).toBe('succeeded');
  return test.core.call('runs.get', { runId: run.id });
}

const trailOf = async ({ core }: TestCore, imageId: number) =>
  (await core.call('verdicts.trail', { imageId })).verdicts;

describe('verdicts', () => {
  it('make a trail in which each row names the one it supersedes, newest first', async () => {
    const { test, events, datasetId, imageIds } = await openSet();
    const image = imageIds[1]!;
    const first = await say(test, image, 'defect', 'scratch on the left');
    const second = await say(test, image, 'unsure');
    const third = await say(test, image, null);
    expect(first).toMatchObject({ imagePath: 'b-2.png', datasetId, supersedesId: null, basis: null });
    expect(first.author).not.toBe('');
    expect(second.supersedesId).toBe(first.id);
    expect(third.supersedesId).toBe(second.id);
    expect(await trailOf(test, image)).toEqual([third, second, first]);
    expect(await trailOf(test, imageIds[0]!)).toEqual([]);
    expect(events.filter(({ event }) => event === 'verdicts.changed')).toEqual(
      Array.from({ length: 3 }, () => ({ event: 'verdicts.changed', datasetId, imageId: image })),
    );
  });

  it('keep the run, the score and the threshold they were given on, and outlive the run', async () => {
    const { test, core, datasetId, imageIds } = await openSet();
    const run = await scanned(test, datasetId);
    const { scores } = await columnsOf(test, datasetId, run.id);
    const given = await core.call('verdicts.record', {
      ...{ imageId: imageIds[0]!, value: 'good', note: '', runId: run.id, threshold: 0.25, wasBlind: true },
    });
    expect(given.basis).toEqual({
      ...{ runId: run.id, methodId: 'baseline', modelId: null, modelSha256: null, promptSetId: null },
      ...{ settings: run.settings, score: scores[0], threshold: 0.25, wasBlind: true },
    });
    expect(scores[0]).toEqual(expect.any(Number));
    await core.call('runs.remove', { runId: run.id });
    expect(await trailOf(test, imageIds[0]!)).toEqual([given]);
    await expect(
      core.call('verdicts.record', {
        ...{
          imageId: imageIds[0]!,
          value: 'good',
          note: '',
          runId: run.id,
          threshold: null,
          wasBlind: false,
        },
      }),
    ).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('a-1.png') });
    expect(await trailOf(test, imageIds[0]!)).toHaveLength(1);
  });

  it('are not blind once scores of their data set were shown, whatever a window says', async () => {
    const { test, core, datasetId, imageIds } = await openSet();
    const run = await scanned(test, datasetId);
    const wasBlind = async (imageId: number) => {
      const said = { value: 'good', note: '', runId: run.id, threshold: 0.25, wasBlind: true } as const;
      return (await core.call('verdicts.record', { imageId, ...said })).basis?.wasBlind;
    };
    const key = readingSettingKey(datasetId);
    await core.call('settings.set', { key, value: { isBlind: true, openedAtMs: null } });
    expect(await wasBlind(imageIds[0]!)).toBe(true);
    await core.call('settings.set', { key, value: { isBlind: true, openedAtMs: 5 } });
    expect(await wasBlind(imageIds[1]!)).toBe(false);
  });

  it('carry the name that was set, else the account’s', async () => {
    const { test, core, imageIds } = await openSet();
    await core.call('settings.set', { key: 'author', value: ' Ines, line 4 ' });
    expect((await say(test, imageIds[0]!, 'good')).author).toBe('Ines, line 4');
    await core.call('settings.set', { key: 'author', value: '' });
    expect((await say(test, imageIds[0]!, 'good')).author).not.toMatch(/^$|Ines/);
  });

  it('are undone by a row that restores what was before, step by step, and back again', async () => {
    const { test, core, imageIds } = await openSet();
    const image = imageIds[0]!;
    const undo = (verdictId: number) => core.call('verdicts.undo', { verdictId });
    const first = await say(test, image, 'good', 'clean');
    const second = await say(test, image, 'defect', 'no, a crack');
    const undone = await undo(second.id);
    expect(undone).toMatchObject({
      value: 'good',
      note: 'clean',
      supersedesId: second.id,
      restoresId: first.id,
    });
    const none = await undo(first.id);
    expect(none).toMatchObject({ value: null, note: '', supersedesId: undone.id, restoresId: null });
    // An undo is a verdict like others: undone itself, it brings back what it took away.
    expect(await undo(none.id)).toMatchObject({ value: 'good', note: 'clean', restoresId: first.id });
    expect(await trailOf(test, image)).toHaveLength(5);
  });

  it('are not undone under a newer one, in a second window too', async () => {
    const { test, core, imageIds, datasetId } = await openSet();
    const image = imageIds[0]!;
    const mine = await say(test, image, 'good');
    const theirs = await say(test, image, 'defect');
    await expect(core.call('verdicts.undo', { verdictId: mine.id })).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringContaining('a-1.png'),
    });
    expect(await trailOf(test, image)).toEqual([theirs, mine]);
    expect((await columnsOf(test, datasetId)).verdicts[0]).toBe('defect');
    await expect(core.call('verdicts.undo', { verdictId: 999 })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('given in two processes at once follow one another, none is lost', async () => {
    const dataFolder = await temporaryFolder();
    const { test, imageIds } = await openSet(['a.png'], dataFolder);
    const other = await openTestCore({ dataFolder });
    const image = imageIds[0]!;
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        say(i % 2 === 0 ? test : other, image, i % 3 === 0 ? 'good' : 'defect'),
      ),
    );
    const trail = await trailOf(other, image);
    expect(trail).toHaveLength(20);
    expect(trail.map(({ supersedesId }) => supersedesId)).toEqual([
      ...trail.slice(1).map(({ id }) => id),
      null,
    ]);
  });

  it('survive that a file goes, is imported again, and comes back', async () => {
    const { test, core, jobEnd, datasetId, root, imageIds } = await openSet();
    const given = await say(test, imageIds[0]!, 'defect', 'dent');
    const importAgain = async () => jobEnd((await core.call('datasets.import', { path: root })).job.id);
    await rm(join(root, 'a-1.png'));
    await importAgain();
    expect((await columnsOf(test, datasetId)).paths).toEqual(['b-2.png', 'c-3.png']);
    await expect(core.call('verdicts.undo', { verdictId: given.id })).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await core.call('verdicts.list', { datasetId, afterId: 0, limit: 10 })).toEqual({
      verdicts: [given],
    });
    await writeTree(root, { 'a-1.png': 'picture' });
    await importAgain();
    const again = await columnsOf(test, datasetId);
    expect(again.verdicts).toEqual(['defect', null, null]);
    expect(again.hasNote).toEqual([true, false, false]);
    expect(await trailOf(test, again.imageIds[0]!)).toEqual([given]);
  });

  it('go with their data set, and only with it', async () => {
    const dataFolder = await temporaryFolder();
    const { test, core, datasetId, imageIds } = await openSet(['a.png'], dataFolder);
    const { datasetId: kept } = await importPictures(test, ['z.png']);
    await say(test, imageIds[0]!, 'good');
    await say(test, (await columnsOf(test, kept)).imageIds[0]!, 'unsure');
    await core.call('datasets.remove', { datasetId });
    await expect(core.call('verdicts.trail', { imageId: imageIds[0]! })).rejects.toMatchObject({
      code: 'not-found',
    });
    const database = connectDatabase({ filePath: join(dataFolder, databaseFileName), log: () => undefined });
    await eventually(() => database.get<{ n: number }>('SELECT count(*) AS n FROM verdicts')?.n === 1);
    expect(database.all('SELECT dataset_id FROM verdicts')).toEqual([{ dataset_id: kept }]);
    database.close();
  });

  it('are on the disk when they are answered: kill -9 loses none', async () => {
    const dataFolder = await temporaryFolder();
    const { test, core, datasetId, imageIds } = await openSet(['a.png', 'b.png'], dataFolder);
    await core.close();
    const host = spawn(
      process.execPath,
      [join(import.meta.dirname, 'support/verdict-process.ts'), dataFolder, ...imageIds.map(String)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void host.kill('SIGKILL'));
    const gone = new Promise((resolve) => host.once('exit', resolve));
    const answered: number[] = [];
    for await (const line of createInterface({ input: host.stdout })) {
      answered.push(verdictSchema.parse(JSON.parse(line)).id);
      if (answered.length >= 40) break;
    }
    host.kill('SIGKILL');
    await gone;
    const after = await openTestCore({ dataFolder });
    const { verdicts } = await after.core.call('verdicts.list', { datasetId, afterId: 0, limit: 1000 });
    expect(verdicts.map(({ id }) => id)).toEqual(expect.arrayContaining(answered));
    for (const imageId of imageIds) {
      const trail = await trailOf(after, imageId);
      expect(trail.map(({ supersedesId }) => supersedesId)).toEqual([
        ...trail.slice(1).map(({ id }) => id),
        null,
      ]);
    }
    expect(test.logs.filter((line) => line.startsWith('error'))).toEqual([]);
  });
});

describe('image columns', () => {
  it('give every image by path with class, label, score of the run, newest verdict and note', async () => {
    const test = await openTestCore();
    const root = await temporaryFolder();
    await writeTree(root, {
      'nut/test/good/1.png': 'picture',
      'nut/test/bent/2.png': 'picture',
      'cap/test/good/3.png': 'picture',
    });
    const { dataset, job } = await test.core.call('datasets.import', { path: root });
    await test.jobEnd(job.id);
    const before = await columnsOf(test, dataset.id);
    expect(before.scores).toEqual([null, null, null]);
    await say(test, before.imageIds[1]!, 'good');
    await say(test, before.imageIds[1]!, 'defect', 'bent');
    await say(test, before.imageIds[2]!, null, 'a note alone');
    const run = await scanned(test, dataset.id);
    const columns = await columnsOf(test, dataset.id, run.id);
    expect(columns).toEqual({
      classNames: ['cap', 'nut'],
      imageIds: before.imageIds,
      paths: ['cap/test/good/3.png', 'nut/test/bent/2.png', 'nut/test/good/1.png'],
      classes: [0, 1, 1],
      labels: ['good', 'anomalous', 'good'],
      scores: [expect.any(Number), expect.any(Number), expect.any(Number)],
      verdicts: [null, 'defect', null],
      hasNote: [false, true, true],
      splits: ['test', 'test', 'test'],
      hasProblem: [false, false, false],
      aspects: [1.333, 1.333, 1.333],
    });
    await expect(columnsOf(test, dataset.id, run.id + 1)).rejects.toMatchObject({ code: 'not-found' });
    await expect(columnsOf(test, dataset.id + 1)).rejects.toMatchObject({ code: 'not-found' });
  });
});
