import { stat } from 'node:fs/promises';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { StartPage } from './pages/start-page.ts';
import { TrainingPage } from './pages/training-page.ts';
import { makeMvtecClass } from './test-images.ts';

test.beforeEach(async ({ window }, testInfo) => {
  const folder = testInfo.outputPath('surfaces');
  for (const className of ['felt', 'steel'])
    await makeMvtecClass(folder, { className, goodCount: 4, scratchedCount: 4 });
  await new DataPage(window).importFolder(folder);
});

test('prompts are learned, watched, looked through by epoch, kept, used in a run and exported', async ({
  window,
}, testInfo) => {
  const page = new TrainingPage(window);
  await page.setUp();
  await expect(page.plan).toContainText('Learns from 16 images, 8 anomalous');
  await page.fill('Name', 'Scratches');
  await page.fill('Epochs', '3');
  await page.fill('Batch', '4');
  await page.fill('Learning rate', 'fast');
  await expect(window.getByTestId('training-cost')).toContainText('Mend these settings first: Learning rate');
  await expect(window.getByRole('button', { name: 'Start the training' })).toBeDisabled();
  await page.fill('Learning rate', '0.001');
  await page.validateOnSame();
  await window.getByText('All settings').click();
  await expectAccessible(window, 'setting a training up');

  // What the model cannot have is refused where it is typed.
  const blocks = window.getByRole('textbox', { name: 'DPAM over the last blocks' });
  const usual = await blocks.inputValue();
  await expect(blocks).toHaveAccessibleDescription(/^How many blocks have it: 1 to \d+ in this model\.$/);
  await blocks.fill('200');
  await expect(blocks).toHaveAccessibleDescription(/^«200» cannot be used\. .* 1 to \d+ in this model\.$/);
  await expect(window.getByTestId('training-cost')).toContainText('DPAM over the last blocks');
  await expect(window.getByRole('button', { name: 'Start the training' })).toBeDisabled();
  await blocks.fill(usual);
  await page.start();

  await expect.poll(() => page.lossPoints(), { timeout: 60_000 }).toBeGreaterThan(0);
  await page.waitForEnd();
  await expect.poll(() => page.lossPoints()).toBe(12);
  await expect(page.epochs).toHaveCount(3);
  await expect(page.epochs.first()).toContainText('%');

  // One epoch is the best, by a metric that is said and can be another one.
  await expect(page.bestEpoch).toHaveCount(1);
  await expect(page.bestEpoch).toContainText('Best by Image AUROC');
  await page.pick('Best epoch by', 'AUPRO (papers’ code)');
  await expect(page.bestEpoch).toHaveCount(1);
  await expect(page.bestEpoch).toContainText('Best by AUPRO (papers’ code)');

  await expect(page.probes).toHaveCount(8);
  await expect.poll(() => page.paintedEpochs()).toEqual(['1', '3']);
  expect(await page.comparedEpochs()).toEqual(['Epoch 1', 'Epoch 3']);
  await expect(page.compared.getByRole('columnheader', { name: 'Pixel AUROC' })).toBeVisible();
  await page.slider.press('ArrowLeft');
  await expect(window.getByRole('heading', { name: 'Epoch 2' })).toBeVisible();
  await expect.poll(() => page.paintedEpochs()).toEqual(['1', '2']);

  // Two checkpoints side by side, neither of them the first; a reload keeps them.
  await window.getByRole('button', { name: 'Put epoch 2 on the left' }).click();
  await page.slider.press('ArrowRight');
  await expect.poll(() => page.paintedEpochs()).toEqual(['2', '3']);
  await window.reload();
  await expect.poll(() => page.paintedEpochs()).toEqual(['2', '3']);
  expect(await page.comparedEpochs()).toEqual(['Epoch 2', 'Epoch 3']);
  await expectAccessible(window, 'two epochs side by side');
  await window.getByRole('button', { name: 'Put the first epoch on the left again' }).click();
  await expect.poll(() => page.paintedEpochs()).toEqual(['1', '3']);
  await expectAccessible(window, 'a training');

  await page.keep('Scratches at their end');
  await window.getByRole('button', { name: 'Use in a run' }).click();
  const start = new StartPage(window);
  await expect(start.method('AnomalyCLIP')).toBeChecked();
  await expect(window.getByRole('combobox', { name: 'Prompts of AnomalyCLIP' })).toHaveText(
    'Scratches at their end',
  );
  await start.start();
  await new ReviewPage(window).waitForEnd();
  await new ReviewPage(window).waitForHeat();

  await new Frame(window).goTo('Models');
  for (const [format, file] of [
    ['safetensors, with where', testInfo.outputPath('prompts.safetensors')],
    ['.pth, as the released', testInfo.outputPath('prompts.pth')],
  ] as const) {
    await window.getByRole('button', { name: 'Export Scratches at their end' }).click();
    const dialog = window.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Format' }).click();
    await window.getByRole('option', { name: format }).click();
    await dialog.getByRole('textbox', { name: 'File' }).fill(file);
    await dialog.getByRole('button', { name: 'Write' }).click();
    await expect(dialog.getByText(`Written to ${file}`)).toBeVisible();
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect((await stat(file)).size).toBeGreaterThan(1000);
  }

  await new Frame(window).goTo('Training');
  await window.getByRole('button', { name: 'All trainings' }).click();
  await expect(window.getByTestId('training-row')).toHaveCount(1);
  await expect(window.getByTestId('training-row')).toContainText('Done · 3 of 3 epochs');
  await new Frame(window).chooseTheme('Light');
  await new Frame(window).goTo('Training');
  await expectAccessible(window, 'the list of trainings');
  await window.getByRole('button', { name: 'Open «Scratches»' }).click();
  await expect.poll(() => page.paintedEpochs()).toEqual(['1', '3']);
  await expectAccessible(window, 'a training that is over');
});

test('the classes that nothing is learned from are chosen at once, and trainings of other sets found', async ({
  window,
}, testInfo) => {
  const page = new TrainingPage(window);
  await page.setUp();
  await page.validateOnSame();
  const judged = page.classes('Classes to validate on');
  const notLearned = judged.getByRole('button', { name: 'Those not learned from' });
  await expect(notLearned).toBeDisabled();
  await page
    .classes('Classes to learn from')
    .getByRole('checkbox', { name: /^steel/ })
    .uncheck();
  await notLearned.click();
  await expect.poll(() => page.ticked('Classes to validate on')).toEqual(['steel']);
  await expect(page.plan).toContainText('Learns from 8 images');
  await expect(page.plan.locator('[data-code="same-set"]')).toHaveCount(0);
  await judged.getByRole('button', { name: 'All', exact: true }).click();
  await expect.poll(() => page.ticked('Classes to validate on')).toBeNull();
  await expect(page.plan.locator('[data-code="same-set"]')).toBeVisible();
  await notLearned.click();
  await page.fill('Name', 'Felt alone');
  await page.fill('Epochs', '1');
  await page.start();
  await page.waitForEnd();

  const other = testInfo.outputPath('boards');
  await makeMvtecClass(other, { className: 'board', goodCount: 2, scratchedCount: 2 });
  await new DataPage(window).importFolder(other);
  await new Frame(window).goTo('Training');
  await expect(window.getByText('Nothing was learned from boards yet.')).toBeVisible();
  const others = window.getByRole('list', { name: 'On other data sets' });
  await expect(others.getByTestId('training-row')).toContainText('of surfaces, 4 anomalous');
  await expectAccessible(window, 'trainings of other data sets');
  await window.getByRole('button', { name: 'New training' }).click();
  await expect(window.getByRole('heading', { name: 'Learn prompts from boards' })).toBeVisible();
  await window.goBack();
  await window.getByRole('button', { name: 'Open «Felt alone»' }).click();
  await expect(page.training).toHaveAttribute('data-state', 'succeeded');
});

test('a training whose host is killed goes on from its last checkpoint', async ({ workbench }) => {
  const before = new TrainingPage(workbench.page);
  await before.setUp();
  await before.fill('Epochs', '16');
  await before.fill('Batch', '2');
  await before.start();
  await expect(before.epochs.first()).toBeVisible({ timeout: 60_000 });
  expect(await before.epochs.count()).toBeLessThan(16);

  const window = await workbench.restart('kill');
  const page = new TrainingPage(window);
  await expect(page.training).toBeVisible();
  await expect(page.epochs.first()).toBeVisible();
  await page.waitForEnd();
  await expect(page.epochs).toHaveCount(16);
  await expect.poll(() => page.lossPoints()).toBe(128);
});
