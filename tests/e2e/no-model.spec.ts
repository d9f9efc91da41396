import { tinyClipConfig, writeMadeUpCheckpoint } from '../support/made-up-checkpoints.ts';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ModelsPage } from './pages/models-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { StartPage } from './pages/start-page.ts';
import { makeMvtecClass } from './test-images.ts';

test.use({ hasStarterModel: false });

const noModel = 'needs a CLIP model and none is installed. Import one under «Models».';

test('no model: every view says what to do and leads there, until a model is imported and runs', async ({
  window,
}, testInfo) => {
  await window.emulateMedia({ reducedMotion: 'reduce' });
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 3, scratchedCount: 3 });
  const frame = new Frame(window);
  const start = new StartPage(window);

  await test.step('Review and Thresholds without anything lead to Data', async () => {
    for (const view of ['Review', 'Thresholds', 'Compare'] as const) {
      await frame.goTo(view);
      await window.getByRole('main').getByRole('button', { name: 'Go to Data' }).click();
      await expect(window.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible();
    }
  });

  await test.step('Models says that there is none, what needs one, and offers import and downloads', async () => {
    await frame.goTo('Models');
    await expect(window.getByRole('heading', { name: 'No model yet' })).toBeVisible();
    await expect(window.getByText(/^Block statistics need no model\./)).toBeVisible();
    await expect(window.getByRole('button', { name: /^Download / }).first()).toBeVisible();
    await expectAccessible(window, 'Models, none');
    await testInfo.attach('models', { body: await window.screenshot(), contentType: 'image/png' });
    await window.getByRole('button', { name: 'Import a model' }).click();
    await expect(window.getByRole('region', { name: 'Import a model' })).toBeVisible();
  });

  await test.step('Review of a set without a run leads to the start of one', async () => {
    await new DataPage(window).importFolder(folder);
    await frame.goTo('Review');
    await expect(window.getByRole('heading', { name: /^Nothing was run on/ })).toBeVisible();
    await expect(window.getByText(/Block statistics need no model/)).toBeVisible();
    await window.getByRole('main').getByRole('button', { name: 'Start a run' }).click();
  });

  await test.step('methods that need a model say so, and offer to add one', async () => {
    await expect(start.method('Block statistics')).toBeChecked();
    for (const name of ['CLIP', 'CLIP-AC', 'WinCLIP', 'AnomalyCLIP', 'FAPrompt']) {
      await expect(start.method(name)).toBeDisabled();
      await expect(window.getByText(`${name} ${noModel}`, { exact: true })).toBeVisible();
    }
    await expect(start.startButton).toBeEnabled();
    await expectAccessible(window, 'Start, no model');
    await testInfo.attach('start', { body: await window.screenshot(), contentType: 'image/png' });
    const place = window.url();
    await window.getByRole('button', { name: 'Add a model for WinCLIP' }).click();
    await expect(window.getByRole('heading', { name: 'No model yet' })).toBeVisible();
    await window.goBack();
    await expect(window).toHaveURL(place);
  });

  await test.step('an address that asks for such a method says why it cannot be started', async () => {
    await window.goto(window.url().replace(/#.*$/, '#/start?set=1&methods=clip'));
    await expect(start.cost).toHaveText(`CLIP ${noModel}`);
    await expect(start.startButton).toBeDisabled();
  });

  await test.step('what needs no model runs', async () => {
    await start.choose('Block statistics');
    await start.start();
    const review = new ReviewPage(window);
    await review.waitForEnd();
    await review.goToWorst(6);
  });

  await test.step('with a model of one’s own the others run too', async () => {
    const checkpoint = await writeMadeUpCheckpoint(testInfo.outputPath('checkpoint'), 'openai-state-dict', {
      config: tinyClipConfig,
    });
    const models = new ModelsPage(window);
    const panel = await models.lookInto(checkpoint);
    await models.importShown(panel, 'Tiny');
    await expect(window.getByRole('heading', { name: 'No model yet' })).toHaveCount(0);
    await window.goto(window.url().replace(/#.*$/, '#/start?set=1&methods=clip'));
    await expect(start.method('CLIP')).toBeChecked();
    await expect(start.startButton).toBeEnabled();
  });
});
