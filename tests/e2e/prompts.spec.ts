import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ModelsPage } from './pages/models-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { RunsPage } from './pages/runs-page.ts';
import { StartPage } from './pages/start-page.ts';
import { makeMvtecClass } from './test-images.ts';

test('edited prompts change the scores, are saved under a name and are found after a restart', async ({
  workbench,
}, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 3, scratchedCount: 3 });
  let window = workbench.page;
  await window.emulateMedia({ reducedMotion: 'reduce' });
  const data = new DataPage(window);
  const start = new StartPage(window);
  await data.importFolder(folder);

  const scoreOfFirst = async () => {
    const review = new ReviewPage(workbench.page);
    await review.waitForEnd();
    // The first by path, so that the same image is asked in each run.
    await workbench.page.evaluate(() => {
      location.hash = location.hash.replace(/&image=\d+/, '');
    });
    await expect.poll(async () => (await review.position()).count).toBe(6);
    return await workbench.page.getByTestId('score').innerText();
  };

  await test.step('every sentence is shown with its count, as the paper has it', async () => {
    await data.page.getByRole('button', { name: 'Start a run' }).first().click();
    await start.choose('WinCLIP');
    await expect(start.prompts('WinCLIP').getByTestId('prompt-counts')).toHaveText(
      '7 normal and 4 anomalous states × 22 templates = 154 and 88 sentences',
    );
    await start.choose('CLIP');
    await expect(start.prompts('CLIP').getByTestId('prompt-counts')).toHaveText(
      '1 normal sentence, 1 anomalous',
    );
    await start.start();
  });
  const before = await scoreOfFirst();

  await test.step('a phrase without the object is refused in words, and nothing can be started', async () => {
    await window.getByRole('button', { name: 'Start a run' }).first().click();
    await start.choose('CLIP');
    const prompts = await start.openPrompts('CLIP');
    await prompts.getByRole('textbox', { name: 'Anomalous' }).fill('a torn photo');
    await expect(prompts).toContainText('Line 1: write {} where the object is to stand.');
    await expect(start.startButton).toBeDisabled();
    await expect(start.cost).toHaveText(/^Some prompts cannot be used/);
    await prompts.getByRole('textbox', { name: 'Anomalous' }).fill('');
    await expect(prompts).toContainText('Write at least one phrase');
  });

  await test.step('a sentence that is longer than the model reads is named', async () => {
    const prompts = start.prompts('CLIP');
    await prompts.getByRole('textbox', { name: 'Anomalous' }).fill(`a torn {} ${'a b c d '.repeat(24)}`);
    await prompts.getByRole('textbox', { name: 'Templates' }).fill('{} and again and again and again');
    await expect(prompts.getByRole('alert')).toContainText(/longer than the \d+ tokens that the model reads/);
    await expect(start.startButton).toBeDisabled();
  });

  await test.step('words that can be used are counted, saved and started', async () => {
    const prompts = start.prompts('CLIP');
    await prompts.getByRole('textbox', { name: 'Anomalous' }).fill('torn {}\n{} with a hole');
    await prompts.getByRole('textbox', { name: 'Templates' }).fill('a photo of a {}.\na close-up of a {}.');
    await expect(prompts.getByTestId('prompt-counts')).toHaveText(
      '1 normal and 2 anomalous states × 2 templates = 2 and 4 sentences · edited',
    );
    await expect(
      prompts.getByRole('list', { name: 'Anomalous: the sentences' }).getByRole('listitem'),
    ).toHaveText([
      'a photo of a torn felt.',
      'a close-up of a torn felt.',
      'a photo of a felt with a hole.',
      'a close-up of a felt with a hole.',
    ]);
    await expectAccessible(window, 'Start, prompts edited');
    await start.savePrompts('CLIP', 'Felts');
    await start.start();
  });
  const after = await scoreOfFirst();
  expect(after).not.toBe(before);
  await expect(window.getByRole('banner')).toContainText('«Felts»');

  await test.step('after a restart they can be picked again, and the run still says what it was made with', async () => {
    window = await workbench.restart();
    await window.emulateMedia({ reducedMotion: 'reduce' });
    await expect(window.getByRole('banner')).toContainText('«Felts»');
    await window.getByRole('button', { name: 'Start a run' }).first().click();
    const again = new StartPage(window);
    await again.choose('WinCLIP');
    await again.openPrompts('WinCLIP');
    await again.pickWords('WinCLIP', 'Felts');
    await expect(again.prompts('WinCLIP').getByTestId('prompt-counts')).toHaveText(/«Felts»$/);
    await again.prompts('WinCLIP').getByRole('button', { name: 'Back to the method’s own' }).click();
    await expect(again.prompts('WinCLIP').getByTestId('prompt-counts')).toHaveText(/154 and 88 sentences$/);
  });

  await test.step('the run is begun again with what it was made with, and the page says it would be the same', async () => {
    const runs = new RunsPage(window);
    await runs.open();
    await expectAccessible(window, 'Runs');
    await runs.again(2);
    const again = new StartPage(window);
    await expect(again.method('CLIP')).toBeChecked();
    await expect(again.words('CLIP')).toHaveText('Felts');
    await expect(window.getByText('Run 2 was made with just the same')).toBeVisible();
    await expect(again.cost).toHaveText(/by what run \d took on this machine/);
  });
});

test('AnomalyCLIP and FAPrompt run on a fresh machine, with the prompts that came with the program', async ({
  window,
}, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'felt', goodCount: 2, scratchedCount: 2 });
  const models = new ModelsPage(window);
  const start = new StartPage(window);

  await new Frame(window).goTo('Models');
  for (const name of ['Starter AnomalyCLIP', 'Starter FAPrompt']) {
    await expect(models.prompts(name)).toContainText('starter prompts, learned for the starter model');
    await expect(models.prompts(name)).toContainText(/Learned from \d+ images of paper-impurities/);
  }
  await expectAccessible(window, 'Models, as they came');

  await new DataPage(window).importFolder(folder);
  await window.getByRole('button', { name: 'Start a run' }).first().click();
  await start.choose('AnomalyCLIP', 'FAPrompt');
  await expect(window.getByRole('combobox', { name: 'Prompts of AnomalyCLIP' })).toHaveText(
    'Starter AnomalyCLIP',
  );
  await expect(window.getByRole('combobox', { name: 'Prompts of FAPrompt' })).toHaveText('Starter FAPrompt');
  await start.start();
  const review = new ReviewPage(window);
  await review.waitForEnd();
  await review.waitForHeat();
  await expect(window.getByRole('banner')).toContainText('Starter ');
});

test('what a run will lack is said before it starts, with the step that mends it', async ({
  window,
}, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makeMvtecClass(folder, { className: 'xq7731_zgrm', goodCount: 2, scratchedCount: 2 });
  await makeMvtecClass(folder, { className: 'felt', goodCount: 2, scratchedCount: 3 });
  const data = new DataPage(window);
  const start = new StartPage(window);
  await data.importFolder(folder);
  await window.getByRole('button', { name: 'Start a run' }).first().click();
  await start.choose('CLIP');

  await test.step('a class whose name the model does not know', async () => {
    await expect(window.getByText(/The model has no words «xq7731», «zgrm»/)).toBeVisible();
    await window.getByText(/^Names by class/).click();
    await window.getByRole('textbox', { name: 'xq7731_zgrm' }).fill('rubber seal');
    await expect(window.getByText(/The model has no word/)).toHaveCount(0);
  });

  await test.step('a model for trying out, and a method whose prompts were removed', async () => {
    await expect(window.getByText(/for work that matters import ViT-L/)).toBeVisible();
    await expect(start.method('AnomalyCLIP')).toBeEnabled();
    await expect(start.method('FAPrompt')).toBeEnabled();
    const place = window.url();
    const models = new ModelsPage(window);
    await models.removePrompts('Starter AnomalyCLIP');
    await window.goto(place);
    await expect(start.method('AnomalyCLIP')).toBeDisabled();
    await expect(start.method('FAPrompt')).toBeEnabled();
    await expect(start.methods).toContainText(
      'AnomalyCLIP needs learned prompts and those installed are of other methods.',
    );
    await window.getByRole('button', { name: 'Import prompts for AnomalyCLIP' }).click();
    await expect(window.locator('main')).toHaveAttribute('data-view', 'models');
    await window.goBack();
    await expect(start.method('CLIP')).toBeChecked();
  });

  await test.step('one class alone is looked through', async () => {
    await start.choose('Block statistics');
    await window.getByRole('combobox', { name: 'Look through' }).click();
    await window.getByRole('option', { name: 'felt (5 images)' }).click();
    await expect(start.startButton).toHaveText(/Start on 5 images/);
    await start.start();
    const review = new ReviewPage(window);
    await review.waitForEnd();
    await expect.poll(async () => (await review.position()).count).toBe(5);
    await expect(window.getByRole('banner')).toContainText('class felt');
  });

  await test.step('a data set that is not there leads back to the data sets', async () => {
    await window.evaluate(() => {
      location.hash = '#/start?set=4711';
    });
    await expect(window.getByRole('heading', { name: 'No data set is chosen' })).toBeVisible();
    await window.getByRole('button', { name: 'Choose a data set', exact: true }).click();
    await expect(new Frame(window).page.getByRole('article').first()).toBeVisible();
  });
});
