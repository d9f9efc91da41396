import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { StartPage } from './pages/start-page.ts';
import { TrainingPage } from './pages/training-page.ts';
import { makeMvtecClass } from './test-images.ts';

const images = { className: 'felt', goodCount: 3, scratchedCount: 3 };

function tilesOf(window: Page): Locator {
  return window.getByTestId('bench-tile');
}

/** Scores in the order of the tiles; only those that are there. */
async function scoresOf(window: Page): Promise<number[]> {
  const texts = await tilesOf(window).evaluateAll((tiles) =>
    tiles.flatMap((tile) => (tile instanceof HTMLElement ? [tile.dataset['score'] ?? ''] : [])),
  );
  return texts.filter((text) => text !== '').map(Number);
}

/** Indexes of the tiles, highest score first. */
function orderOf(scores: readonly number[]): number[] {
  return scores.map((_, index) => index).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
}

const drawnMap = (window: Page) =>
  tilesOf(window)
    .first()
    .locator('canvas')
    .evaluate((canvas) => (canvas instanceof HTMLCanvasElement ? canvas.toDataURL() : ''));

test('exchanged words turn the order of the scores around and change the maps, and lead to a run', async ({
  window,
}, testInfo) => {
  const folder = testInfo.outputPath('surfaces');
  await makeMvtecClass(folder, images);
  await new DataPage(window).importFolder(folder);
  await new Frame(window).goTo('Prompts');
  await window.getByRole('combobox', { name: 'Method' }).click();
  await window.getByRole('option', { name: 'CLIP', exact: true }).click();
  await expect(tilesOf(window)).toHaveCount(6);
  await expect.poll(() => scoresOf(window), { timeout: 60_000 }).toHaveLength(6);

  const words = window.getByRole('group', { name: 'Prompts of CLIP', exact: true });
  const write = async (normal: string, anomalous: string) => {
    const before = await scoresOf(window);
    // Half of the words cannot be scored, so that the next scores are those of all of them.
    await words.getByRole('textbox', { name: 'Anomalous' }).fill('');
    await words.getByRole('textbox', { name: 'Normal' }).fill(normal);
    await words.getByRole('textbox', { name: 'Anomalous' }).fill(anomalous);
    await expect.poll(() => scoresOf(window)).not.toEqual(before);
    await expect(window.getByRole('progressbar')).toHaveCount(0);
  };
  await write('flawless {}', 'damaged {}');
  const before = { scores: await scoresOf(window), map: await drawnMap(window) };
  await write('damaged {}', 'flawless {}');
  await expect.poll(async () => orderOf(await scoresOf(window))).toEqual(orderOf(before.scores).toReversed());
  await expect.poll(() => drawnMap(window)).not.toBe(before.map);
  await expectAccessible(window, 'Prompts');

  await words.getByRole('textbox', { name: 'Normal' }).fill('nothing to fill in');
  await expect(words.getByText(/^Line 1: write \{\}/)).toBeVisible();
  await expect(window.getByRole('button', { name: 'Use these words in a run' })).toBeDisabled();
  await words.getByRole('textbox', { name: 'Normal' }).fill('dented {}');
  await window.getByRole('button', { name: 'Use these words in a run' }).click();
  const start = new StartPage(window);
  await expect(start.method('CLIP')).toBeChecked();
  await expect(start.prompts('CLIP').getByRole('textbox', { name: 'Normal' })).toHaveValue('dented {}');
  await expect(start.prompts('CLIP').getByRole('textbox', { name: 'Anomalous' })).toHaveValue('flawless {}');
});

test('epochs of a training are tried from its scrubber, without being kept, and say what its probe images said', async ({
  window,
}, testInfo) => {
  const folder = testInfo.outputPath('surfaces');
  await makeMvtecClass(folder, images);
  await new DataPage(window).importFolder(folder);
  const page = new TrainingPage(window);
  await page.setUp();
  await page.fill('Name', 'Scratches');
  await page.fill('Epochs', '3');
  await page.fill('Learning rate', '0.05');
  await page.start();
  await page.waitForEnd();
  await expect.poll(() => page.paintedEpochs()).toEqual(['1', '3']);
  await page.slider.press('ArrowLeft');
  await expect.poll(() => page.paintedEpochs()).toEqual(['1', '2']);
  await window.getByRole('button', { name: 'Try on images' }).click();

  const prompts = window.getByRole('combobox', { name: 'Prompts of AnomalyCLIP', exact: true });
  await expect(prompts).toHaveText('Training «Scratches»');
  const slider = window.getByRole('slider', { name: 'Epoch' });
  await expect(slider).toHaveValue('2');
  await expect(window).toHaveURL(/checkpoint=1-2/);
  await expect.poll(() => scoresOf(window), { timeout: 60_000 }).toHaveLength(6);
  await expect(window.getByRole('progressbar')).toHaveCount(0);
  await expect(window.getByText(/changes are told against «.+»/)).toBeVisible();
  const ofSecond = await scoresOf(window);
  await slider.press('ArrowRight');
  await expect(slider).toHaveValue('3');
  await expect.poll(() => scoresOf(window)).not.toEqual(ofSecond);
  await expectAccessible(window, 'epochs of a training in Prompts');
  const onBench = await scoresOf(window);

  await window.getByRole('button', { name: 'Show this epoch in Training' }).click();
  await expect.poll(() => page.paintedEpochs()).toEqual(['1', '3']);
  const probed = await page.probes.getByText(/^Epoch 3: score/).allTextContents();
  expect(probed.length).toBeGreaterThan(0);
  for (const text of probed) {
    const score = Number(/score ([\d.]+)/.exec(text)?.[1]);
    // As far as the window tells them.
    expect(Math.min(...onBench.map((other) => Math.abs(other - score)))).toBeLessThan(0.0006);
  }

  await page.keep('Scratches at their end');
  await window.getByRole('button', { name: 'Try on images' }).click();
  await expect(prompts).toHaveText('Training «Scratches»');
  await prompts.click();
  await window.getByRole('option', { name: 'Scratches at their end' }).click();
  await expect(slider).toHaveCount(0);
  await expect(window).not.toHaveURL(/checkpoint/);
  await expect(window.getByRole('button', { name: 'Use these prompts in a run' })).toBeEnabled();
});
