import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { RunScores } from '../../src-shared/domain/run.ts';
import { bootstrapMetrics } from '../../src-shared/metrics/bootstrap.ts';
import { tinyClipConfig, writeMadeUpCheckpoint } from '../support/made-up-checkpoints.ts';
import { askHost } from './ask-host.ts';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { ComparePage } from './pages/compare-page.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ModelsPage } from './pages/models-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { makeMvtecClass } from './test-images.ts';

test('three methods of the sample set are compared, and every figure leads to its images', async ({
  window,
}, testInfo) => {
  // One long story: three runs, then everything that can be done with them.
  test.setTimeout(360_000);
  await window.emulateMedia({ reducedMotion: 'reduce' });
  const frame = new Frame(window);
  const data = new DataPage(window);
  const review = new ReviewPage(window);
  const compare = new ComparePage(window);

  await test.step('without data, and with one run only, it says what to do', async () => {
    await frame.goTo('Compare');
    await expect(window.getByText('Nothing to compare yet')).toBeVisible();
    await expectAccessible(window, 'Compare, empty');
    await window.getByRole('button', { name: 'Go to Data' }).click();
    await window.getByRole('button', { name: 'Try the sample images' }).click();
    await review.waitForEnd();
    await frame.goTo('Compare');
    await expect(window.getByText(/has only one run so far/)).toBeVisible();
    await expect(window.getByRole('main').getByRole('button', { name: 'Start a run' })).toBeVisible();
  });

  await test.step('three methods stand side by side', async () => {
    const checkpoint = await writeMadeUpCheckpoint(testInfo.outputPath('checkpoint'), 'openai-torchscript', {
      config: tinyClipConfig,
    });
    const models = new ModelsPage(window);
    await models.importShown(await models.lookInto(checkpoint), 'Tiny');
    await frame.goTo('Review');
    await data.startRun('CLIP', 'CLIP-AC');
    await review.waitForEnd();
    await frame.goTo('Compare');
    await expect(compare.panes).toHaveCount(3);
    await compare.waitForHeat();
    await expect(window.getByTestId('pane-facts').filter({ hasText: /rank \d+ of 48/ })).toHaveCount(3);
    await testInfo.attach('compare', { body: await window.screenshot(), contentType: 'image/png' });
  });

  await test.step('the images come by rank disagreement: the first one parts the methods', async () => {
    const ranks = await compare.ranks();
    expect(Math.max(...ranks) - Math.min(...ranks)).toBeGreaterThan(10);
    const first = await compare.shownImage();
    await compare.order('Score of A');
    await expect.poll(async () => (await compare.ranks())[0]).toBe(1);
    await compare.order('Rank disagreement');
    await expect.poll(() => compare.shownImage()).toBe(first);
    await window.keyboard.press('Escape');
    await compare.panes.first().getByRole('img').click();
    await window.keyboard.press('ArrowRight');
    await expect.poll(() => compare.shownImage()).not.toBe(first);
  });

  await test.step('zoom, pan and pointer of one pane are those of all', async () => {
    await compare.waitForImage();
    const fitted = await compare.imageChecksums();
    await compare.panes.nth(1).getByRole('img').hover();
    await window.mouse.wheel(0, -500);
    await expect
      .poll(async () => (await compare.imageChecksums()).every((sum, k) => sum !== fitted[k]))
      .toBe(true);
    await expect(window.getByTestId('shared-pointer')).toHaveCount(2);
    await expect(window.getByTestId('pane-read-out').filter({ hasText: /map -?\d/ })).toHaveCount(3);
    await window.keyboard.press('0');
    await expect.poll(() => compare.imageChecksums()).toEqual(fitted);
  });

  await test.step('panes are reached and pointed at by keyboard', async () => {
    await window.mouse.move(0, 0);
    await expect(window.getByTestId('pane-read-out')).toHaveCount(0);
    await window.getByTestId('pane-picture').first().focus();
    await window.keyboard.press('Shift+ArrowRight');
    await expect(window.getByTestId('pane-read-out').filter({ hasText: /map -?\d/ })).toHaveCount(3);
    await expect(window.getByTestId('own-pointer')).toHaveCount(1);
    await window.keyboard.press('Tab');
    await expect(window.getByTestId('pane-read-out')).toHaveCount(0);
    await compare.filmstrip.locator('[aria-current]').focus();
    const before = await compare.shownImage();
    await window.keyboard.press('ArrowRight');
    await expect.poll(() => compare.shownImage()).not.toBe(before);
    await expect(compare.filmstrip.locator('[aria-current]')).toBeFocused();
  });

  await test.step('intervals are those of the shared function over the same scores and seed', async () => {
    await compare.waitForFigures();
    const runIds = await shownRuns(window);
    const expected = await intervalsOf(window, runIds, 'gauge');
    for (const [place, interval] of expected.entries()) {
      const cell = compare.cell('Image AUROC', 'ABC'[place] ?? '', 'gauge');
      await expect(cell.getByTestId('interval')).toHaveText(interval);
    }
    await expect(compare.side.getByText(/95 % intervals of 1,000 resamples/)).toBeVisible();
    await expect(window.getByTestId('differences').getByRole('listitem')).toHaveCount(2);
    await compare.chooseMetric('Pixel AUROC');
    await expect(compare.side.getByText(/whole images are drawn with all their pixels/)).toBeVisible();
    await compare.chooseMetric('Image AUROC');
  });

  await test.step('the table can be taken along, and a report written', async () => {
    const download = window.waitForEvent('download');
    await compare.side.getByRole('button', { name: 'Save as CSV' }).click();
    const csv = await readFile(await (await download).path(), 'utf8');
    expect(csv.split('\r\n')[0]).toContain('class,metric,pane,run,what');
    expect(csv).toMatch(/\r\ngauge,image\.auroc,A,\d+,/);
    await compare.side.getByRole('button', { name: 'Report…' }).click();
    const dialog = window.getByRole('dialog', { name: /^Report of/ });
    const file = testInfo.outputPath('comparison.html');
    await dialog.getByRole('textbox', { name: 'File' }).fill(file);
    await expectAccessible(window, 'Compare, report');
    await dialog.getByRole('button', { name: 'Write the report' }).click();
    await expect(dialog.getByText(/^Written to/)).toBeVisible();
    expect(await readFile(file, 'utf8')).toContain('CLIP-AC');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(dialog).toHaveCount(0);
  });

  await test.step('a cell of the table shows the images that make it', async () => {
    const cell = compare.side.getByRole('button', { name: /^Image AUROC of A, gauge/ });
    await cell.click();
    await expect(cell).toHaveAttribute('aria-pressed', 'true');
    await expect(window.getByRole('combobox', { name: 'Order' })).toHaveText(/Image AUROC of A, gauge/);
    await expect(window.getByText('6 images', { exact: true })).toBeVisible();
    await compare.restPointer();
    await expectAccessible(window, 'Compare, metrics');
    await window.goBack();
    await expect(window.getByText('48 images', { exact: true })).toBeVisible();
  });

  await test.step('scatter and curves open the image that is clicked', async () => {
    await compare.besides('Scatter');
    const before = await compare.shownImage();
    const scatter = window.getByTestId('score-scatter');
    await compare.restPointer();
    await expectAccessible(window, 'Compare, scatter');
    const { width = 0, height = 0 } = (await scatter.boundingBox()) ?? {};
    // The highest score across stands on the right edge, the lowest on the left: one of them is another image.
    await expect(async () => {
      for (const x of [width - 12, 12])
        for (let share = 0.02; share < 1; share += 0.08)
          await scatter.click({ position: { x, y: height * share } });
      expect(await compare.shownImage()).not.toBe(before);
    }).toPass();
    await compare.besides('ROC');
    await expect(window.getByTestId('compare-curves')).toBeVisible();
    await compare.restPointer();
    await expectAccessible(window, 'Compare, ROC');
    await compare.besides('PR');
    await window.getByTestId('compare-curves').click({ position: { x: 160, y: 160 } });
    await compare.restPointer();
    await expectAccessible(window, 'Compare, precision and recall');
    await compare.besides('Metrics');
  });

  await test.step('a run is left out, and the address brings the comparison back', async () => {
    await compare.panes.nth(1).getByRole('button', { name: 'Leave B out' }).click();
    await expect(compare.panes).toHaveCount(2);
    await window.reload();
    await expect(compare.panes).toHaveCount(2);
    await window.getByRole('button', { name: /^Add/ }).click();
    await window.getByRole('menuitem').first().click();
    await expect(compare.panes).toHaveCount(3);
  });

  await test.step('one run is cut at two thresholds: what that changes comes first and can be filtered', async () => {
    const [first] = await shownRuns(window);
    await goToPanes(window, [`${first}`, `${first}s0`]);
    await expect(compare.panes).toHaveCount(2);
    await compare.cut('B', 'No anomalous image missed');
    await expect.poll(async () => (await compare.headings())[0]).toBe('cut as in Review');
    expect((await compare.headings())[1]).toMatch(/^score ≥ /);
    await compare.chooseMetric('Recall at the threshold');
    await compare.waitForFigures();
    await expect(compare.cell('Recall at the threshold', 'B', 'Mean')).toHaveText(/100\.0/);
    // Below every score: B calls all of them defects, A does not.
    await goToPanes(window, [`${first}`, `${first}s-1000000`]);
    await compare.filter('The panes judge differently');
    await expect(compare.shownCount(48)).toHaveCount(0);
    await expect
      .poll(async () => {
        const said = await window.getByTestId('pane-facts').allInnerTexts();
        return said.map((text) => /Defect|Good/.exec(text)?.[0]);
      })
      .toEqual(['Good', 'Defect']);
    await compare.filter('The panes judge differently');
    await expect(compare.shownCount(48)).toBeVisible();
    await compare.filter('Label: good');
    const { labels } = await askHost(window, 'runs.scores', { runId: first ?? 0 });
    await expect(compare.shownCount(labels.filter((label) => label === 'good').length)).toBeVisible();
    await compare.restPointer();
    await expectAccessible(window, 'Compare, two thresholds');
    await compare.filter('Label: good');
    await compare.chooseMetric('Image AUROC');
  });

  await test.step('five panes fit, each of them with a picture', async () => {
    const [first] = await shownRuns(window);
    await goToPanes(window, [first, `${first}s1`, `${first}s2`, `${first}s3`, `${first}s4`]);
    await expect(compare.panes).toHaveCount(5);
    await compare.waitForHeat();
    for (const picture of await window.getByTestId('pane-picture').all()) {
      const box = await picture.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThan(120);
    }
    await testInfo.attach('five panes', { body: await window.screenshot(), contentType: 'image/png' });
  });

  await test.step('it is as usable in the light', async () => {
    await frame.chooseTheme('Light');
    await frame.goTo('Compare');
    await compare.waitForHeat();
    await compare.restPointer();
    await expectAccessible(window, 'Compare, light');
  });
});

test('images of the train split have scores, but no rank and no part in figures', async ({
  window,
}, testInfo) => {
  const root = testInfo.outputPath('felt-set');
  await makeMvtecClass(root, { className: 'felt', goodCount: 6, scratchedCount: 6 });
  // Two of the good ones are what a method would train on.
  await mkdir(path.join(root, 'felt/train/good'), { recursive: true });
  const good = (await readdir(path.join(root, 'felt/test/good'))).sort();
  for (const name of good.slice(0, 2))
    await rename(path.join(root, 'felt/test/good', name), path.join(root, 'felt/train/good', name));
  const data = new DataPage(window);
  const review = new ReviewPage(window);
  const compare = new ComparePage(window);
  await data.importFolder(root);
  await data.startRun();
  await review.waitForEnd();
  await new Frame(window).goTo('Compare');
  await window.getByRole('button', { name: 'Compare it at two thresholds' }).click();
  await expect(compare.panes).toHaveCount(2);
  await expect(compare.shownCount(12)).toBeVisible();
  await expect(window.getByTestId('pane-facts').filter({ hasText: /of 10$/ })).toHaveCount(2);
  await compare.filter('Not counted in metrics');
  await expect(compare.shownCount(2)).toBeVisible();
  await expect(window.getByTestId('pane-facts').filter({ hasText: 'train split: not counted' })).toHaveCount(
    2,
  );
  await compare.filter('Not counted in metrics');
  await compare.waitForFigures();
  const [runId = 0] = await shownRuns(window);
  const [interval = ''] = await intervalsOf(window, [runId], 'felt');
  await expect(compare.cell('Image AUROC', 'A', 'felt').getByTestId('interval')).toHaveText(interval);
});

/** The runs of the panes, as the table of scores is asked for them. */
async function shownRuns(page: Page): Promise<readonly number[]> {
  return await page
    .getByTestId('pane')
    .evaluateAll((panes) => panes.map((pane) => Number(pane.getAttribute('data-run'))));
}

async function goToPanes(page: Page, tokens: readonly (string | number | undefined)[]): Promise<void> {
  await page.evaluate((runs) => {
    const [view = '', query = ''] = window.location.hash.split('?', 2);
    const parameters = new URLSearchParams(query);
    parameters.set('runs', runs);
    parameters.delete('image');
    window.location.hash = `${view}?${parameters.toString()}`;
  }, tokens.join(','));
}

/** Intervals of the image AUROC of a class as the table prints them, made here from what the host says of the scores. */
async function intervalsOf(
  page: Page,
  runIds: readonly number[],
  className: string,
): Promise<readonly string[]> {
  const runs: RunScores[] = [];
  for (const runId of runIds) runs.push(await askHost(page, 'runs.scores', { runId }));
  const rowsOf = (run: RunScores) =>
    [...run.imageIds.keys()].filter(
      (row) =>
        run.classNames[run.classes[row] ?? -1] === className &&
        run.leftOut[row] === null &&
        run.labels[row] !== null,
    );
  const [first] = runs;
  if (first === undefined) return [];
  const ids = rowsOf(first)
    .map((row) => first.imageIds[row] ?? 0)
    .sort((a, b) => a - b);
  const [group] = bootstrapMetrics(
    [
      {
        className,
        labels: ids.map((id) => (first.labels[first.imageIds.indexOf(id)] === 'anomalous' ? 1 : 0)),
        columns: runs.map((run) => ({
          scores: ids.map((id) => run.scores[run.imageIds.indexOf(id)] ?? Number.NaN),
          threshold: null,
        })),
      },
    ],
    { resamples: 1000, seed: 1, confidence: 0.95 },
  );
  return (group?.figures ?? []).map(([figure]) => {
    const interval = figure?.interval ?? null;
    const percent = (share: number) => (share * 100).toFixed(1);
    return interval === null ? '–' : `${percent(interval.lower)}–${percent(interval.upper)}`;
  });
}
