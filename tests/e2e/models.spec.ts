import path from 'node:path';
import { tinyClipConfig, writeMadeUpCheckpoint } from '../support/made-up-checkpoints.ts';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ModelsPage } from './pages/models-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { StartPage } from './pages/start-page.ts';
import { makeMvtecClass } from './test-images.ts';

test('a checkpoint becomes a model, its open question is asked, and CLIP runs with it', async ({
  window,
}, testInfo) => {
  await window.emulateMedia({ reducedMotion: 'reduce' });
  const checkpoint = await writeMadeUpCheckpoint(testInfo.outputPath('checkpoint'), 'torch-state-dict', {
    config: tinyClipConfig,
  });
  const images = testInfo.outputPath('images');
  await makeMvtecClass(images, { className: 'felt', goodCount: 3, scratchedCount: 3 });
  const models = new ModelsPage(window);

  await test.step('the question that the file leaves open has to be answered', async () => {
    const panel = await models.lookInto(checkpoint);
    await expect(panel.getByText(/Which activation/)).toBeVisible();
    await expect(panel.getByRole('button', { name: 'Import', exact: true })).toBeDisabled();
    await panel.getByRole('combobox', { name: 'Answer' }).click();
    await window.getByRole('option', { name: 'quick_gelu' }).click();
    await expect(panel.getByText(/4 blocks, width 128/)).toBeVisible();
    await expectAccessible(window, 'Models, a question answered');
    await models.importShown(panel, 'Tiny');
  });

  await test.step('prompts of another width are imported, and AnomalyCLIP says why it cannot use them', async () => {
    await models.importPrompts(
      path.resolve(import.meta.dirname, '../support/fixtures/anomalyclip-prompts.pth'),
    );
    await expect(window.getByRole('heading', { name: 'anomalyclip-prompts' })).toBeVisible();
    await expectAccessible(window, 'Models, filled');
    await new DataPage(window).importFolder(images);
    await window.getByRole('button', { name: 'Start a run' }).click();
    const start = new StartPage(window);
    await expect(start.method('AnomalyCLIP')).toBeDisabled();
    await expect(window.getByText(/for text width 8/)).toBeVisible();
    await start.choose('CLIP');
    await expect(start.prompts('CLIP')).toContainText('«a photo of a normal ');
    await expect(window.getByRole('combobox', { name: 'Model' })).toHaveText('Tiny');
    await expectAccessible(window, 'Start, with a model');
  });

  await test.step('CLIP runs with the model and its maps are shown', async () => {
    await window.getByRole('textbox', { name: 'Object name' }).fill('felt cloth');
    await window.getByRole('button', { name: /^Start on 6 images/ }).click();
    const review = new ReviewPage(window);
    await review.waitForEnd();
    await review.waitForHeat();
    await expect(window.getByRole('banner')).toContainText('CLIP · Tiny · «felt cloth»');
  });

  await test.step('a model is removed after a question', async () => {
    await new Frame(window).goTo('Models');
    await window.getByRole('button', { name: 'Remove Tiny' }).click();
    await window.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect(window.getByRole('dialog')).toHaveCount(0);
    await expect(window.getByRole('heading', { name: 'Tiny' })).toHaveCount(0);
  });
});

test('a file that is no checkpoint is refused in words', async ({ window }) => {
  const panel = await new ModelsPage(window).lookInto(import.meta.filename);
  await expect(panel.getByRole('alert')).toContainText('models.spec.ts');
  await expect(panel.getByRole('button', { name: 'Import', exact: true })).toHaveCount(0);
});
