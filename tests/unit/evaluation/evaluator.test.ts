import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createEvaluator } from '../../../src-main/core/evaluation/evaluator.ts';
import { createEventBus } from '../../../src-main/core/event-bus.ts';
import { openDatabase } from '../../../src-main/core/db/open-database.ts';
import { createRepositories } from '../../../src-main/core/db/repositories.ts';
import { auroc } from '../../../src-shared/metrics/ranking.ts';
import {
  baselineRun,
  eventually,
  migrationsFolder,
  openTestCore,
  temporaryFolder,
  writeTree,
} from '../core/support/harness.ts';

async function halfMask(side: 'left' | 'right'): Promise<Buffer> {
  const data = Uint8Array.from({ length: 16 * 12 }, (_, i) => (i % 16 < 8 === (side === 'left') ? 255 : 0));
  return await sharp(data, { raw: { width: 16, height: 12, channels: 1 } })
    .png()
    .toBuffer();
}

/** A finished run over four images, in a core of its own, with what the evaluator works on beside it. */
async function scannedSet(extra: Parameters<typeof writeTree>[1] = {}) {
  const dataFolder = await temporaryFolder();
  const opened = await openTestCore({ dataFolder });
  const root = await temporaryFolder();
  await writeTree(root, {
    'nut/test/good/10.png': 'picture',
    'nut/test/good/60.png': 'picture',
    'nut/test/crack/40.png': 'picture',
    'nut/test/crack/90.png': 'picture',
    'nut/ground_truth/crack/40_mask.png': await halfMask('left'),
    'nut/ground_truth/crack/90_mask.png': await halfMask('left'),
    ...extra,
  });
  const { dataset, job } = await opened.core.call('datasets.import', { path: root, layout: 'mvtec' });
  await opened.jobEnd(job.id);
  const created = await opened.core.call('runs.create', baselineRun(dataset.id));
  await opened.jobEnd(created.job.id);
  const database = openDatabase({ dataFolder, migrationsFolder, log: () => undefined });
  return { ...opened, root, dataFolder, database, runId: created.run.id, datasetId: dataset.id };
}

function storedRows(database: ReturnType<typeof openDatabase>) {
  return database.all<{ computed_at_ms: number; inputs_hash: string }>(
    'SELECT computed_at_ms, inputs_hash FROM run_evaluations',
  );
}

describe('evaluating', () => {
  test('what was computed once is not computed again until something it depends on changes', async () => {
    const { core, root, database, runId } = await scannedSet();
    const first = await core.call('runs.evaluate', { runId });
    const [before] = storedRows(database);
    // Marks the stored figures, so that reading them can be told from computing them.
    const marked = { ...first, mean: { ...first.mean, durationMs: 12_345 } };
    database.run('UPDATE run_evaluations SET evaluation = ?', [JSON.stringify(marked)]);
    expect(await core.call('runs.evaluate', { runId })).toEqual(marked);

    // A mask that a user touched up: the same name, other pixels.
    const mask = join(root, 'nut/ground_truth/crack/40_mask.png');
    await writeFile(mask, await halfMask('right'));
    await utimes(mask, new Date(), new Date(Date.now() + 5000));
    const changed = await core.call('runs.evaluate', { runId });
    expect(changed.mean.durationMs).not.toBe(12_345);
    expect(changed.mean.pixel.auroc).not.toBe(first.mean.pixel.auroc);
    const [after] = storedRows(database);
    expect(after?.inputs_hash).not.toBe(before?.inputs_hash);

    // Figures of another program's form are computed anew.
    database.run('UPDATE run_evaluations SET evaluation = ?', ['{"runId":1}']);
    expect(await core.call('runs.evaluate', { runId })).toEqual(changed);
    database.close();
  });

  test('figures go with their run', async () => {
    const { core, database, runId } = await scannedSet();
    await core.call('runs.evaluate', { runId });
    expect(storedRows(database)).toHaveLength(1);
    await core.call('runs.remove', { runId });
    await eventually(() => storedRows(database).length === 0);
    expect(storedRows(database)).toEqual([]);
    database.close();
  });

  test('images that a few-shot run was shown are left out and counted apart', async () => {
    const { core, database, runId } = await scannedSet();
    database.run(
      `INSERT INTO run_references (run_id, class_name, position, path) VALUES (?, 'nut', 0, 'nut/test/good/60.png')`,
      [runId],
    );
    const { classes } = await core.call('runs.evaluate', { runId });
    expect(classes[0]).toMatchObject({
      counts: { good: 1, anomalous: 2, references: 1 },
      // Without the good 0.6, both anomalous 0.9 and 0.4 are above the good 0.1.
      image: { auroc: 1, ap: 1, f1Max: 1 },
    });
    database.close();
  });

  test('scores say which images count in no metric, and what counts gives the evaluation’s own figures', async () => {
    const { core, database, runId } = await scannedSet({ 'nut/train/good/95.png': 'picture' });
    database.run(
      `INSERT INTO run_references (run_id, class_name, position, path) VALUES (?, 'nut', 0, 'nut/test/good/60.png')`,
      [runId],
    );
    const { scores, labels, leftOut } = await core.call('runs.scores', { runId });
    // Worst first: 95 of the train split, 90, 60 that was shown as a reference, 40, 10.
    expect(leftOut).toEqual(['train', null, 'reference', null, null]);
    const counted = [...scores.keys()].filter((row) => leftOut[row] === null);
    const { mean } = await core.call('runs.evaluate', { runId });
    expect(mean.image.auroc).toBe(
      auroc({
        scores: counted.map((row) => scores[row]!),
        labels: counted.map((row) => labels[row] === 'anomalous'),
      }),
    );
    // With them it would be another figure.
    expect(auroc({ scores, labels: labels.map((label) => label === 'anomalous') })).not.toBe(
      mean.image.auroc,
    );
    database.close();
  });

  test('a class of anomalous images alone has pixel metrics and says why it has no image metrics', async () => {
    const { core, database, runId } = await scannedSet({
      'polyp/test/bad/30.png': 'picture',
      'polyp/test/bad/80.png': 'picture',
      'polyp/ground_truth/bad/30_mask.png': await halfMask('left'),
      'polyp/ground_truth/bad/80_mask.png': await halfMask('right'),
    });
    const { classes, mean } = await core.call('runs.evaluate', { runId });
    const polyp = classes.find(({ className }) => className === 'polyp');
    expect(polyp?.image).toEqual({ auroc: null, ap: null, f1Max: null });
    expect(polyp?.pixel.aupro).toBeGreaterThan(0);
    expect(polyp?.notes).toEqual(['No image of 2 is good: AUROC, AP and F1-max of images have no meaning.']);
    expect(mean.image.auroc).toBe(classes.find(({ className }) => className === 'nut')?.image.auroc);
    database.close();
  });

  test('it can be stopped, by name and by closing, and tells how far it is', async () => {
    const { database, runId } = await scannedSet();
    const repositories = createRepositories(database);
    const run = repositories.runs.get(runId)!;
    const closing = new AbortController();
    const log = () => undefined;
    const evaluator = createEvaluator({
      repositories,
      events: createEventBus(log),
      closing: closing.signal,
      log,
    });
    const stopped = evaluator.evaluate(run);
    expect(evaluator.evaluate(run)).toBe(stopped);
    evaluator.stop(runId);
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(storedRows(database)).toEqual([]);

    const closed = evaluator.evaluate(run);
    closing.abort();
    await expect(closed).rejects.toMatchObject({ code: 'cancelled' });
    await evaluator.settled();
    expect(storedRows(database)).toEqual([]);
    database.close();
  });

  test('who asks when a run has ended is not given figures that were begun before its last image', async () => {
    const { database, runId } = await scannedSet();
    const repositories = createRepositories(database);
    const ended = repositories.runs.get(runId)!;
    const going = { ...ended, state: 'running', scoredCount: ended.scoredCount - 1 } as const;
    let hasArrived = false;
    const log = () => undefined;
    const evaluator = createEvaluator({
      repositories: {
        ...repositories,
        evaluations: {
          ...repositories.evaluations,
          subjects: (...wanted) =>
            repositories.evaluations
              .subjects(...wanted)
              .map((subject, place) =>
                place > 0 || hasArrived ? subject : { ...subject, score: null, error: null },
              ),
          store: (...stored) => {
            repositories.evaluations.store(...stored);
            // The last image arrives when the first figures are made.
            hasArrived = true;
          },
        },
      },
      events: createEventBus(log),
      closing: new AbortController().signal,
      log,
    });
    const begun = evaluator.evaluate(going);
    expect(evaluator.evaluate(going)).toBe(begun);
    const [asked, askedToo] = [evaluator.evaluate(ended), evaluator.evaluate(ended)];

    expect((await begun).classes[0]?.notes).toEqual(['1 of 4 images are still to come.']);
    expect((await asked).classes[0]).toMatchObject({ notes: [], image: { auroc: expect.any(Number) } });
    expect(await askedToo).toBe(await asked);
    database.close();
  });

  test('stopping what is not under way does nothing', async () => {
    const { core, database, runId } = await scannedSet();
    expect(await core.call('runs.stopEvaluating', { runId })).toEqual({ ok: true });
    expect((await core.call('runs.evaluate', { runId })).mean.pixel.aupro).toBeGreaterThan(0);
    database.close();
  });
});
