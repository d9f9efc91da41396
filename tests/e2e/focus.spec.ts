import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { StartPage } from './pages/start-page.ts';
import { makePlainFolder } from './test-images.ts';

test('the keyboard keeps its place from a folder to a run that is cancelled and resumed', async ({
  window,
}, testInfo) => {
  const folder = testInfo.outputPath('images');
  await makePlainFolder(folder, 240, 320, 320);
  const data = new DataPage(window);
  const review = new ReviewPage(window);
  const pressOn = async (name: string | RegExp) => {
    await window.getByRole('button', { name }).first().focus();
    await window.keyboard.press('Enter');
  };

  await test.step('Add a folder begins in its field', async () => {
    await data.frame.goTo('Data');
    await pressOn('Add a folder');
    await expect(window.getByRole('textbox', { name: 'Folder of images' })).toBeFocused();
    await window.keyboard.type(folder);
    await window.keyboard.press('Enter');
  });

  await test.step('Import leads to the heading of the data set', async () => {
    await pressOn('Import 240 images');
    await expect(window.getByRole('heading', { level: 1, name: 'images' })).toBeFocused();
    await expect(window.getByTestId('job')).toHaveCount(0);
  });

  await test.step('Start leads to the heading of Review', async () => {
    await pressOn('Start a run');
    await expect(window.getByRole('heading', { level: 1, name: /^Start a run/ })).toBeFocused();
    await new StartPage(window).choose('Block statistics');
    await pressOn(/^Start on/);
    await expect(review.filmstrip).toBeVisible();
    await expect(window.getByRole('heading', { level: 1 })).toBeFocused();
  });

  await test.step('Cancel turns into Resume under the focus, without a banner', async () => {
    const job = review.strip.getByTestId('job');
    await pressOn('Cancel');
    await expect(job).toHaveAttribute('data-state', 'cancelled');
    await expect(window.getByRole('button', { name: 'Resume' })).toBeFocused();
    await expect(window.getByText(/compute process/)).toHaveCount(0);
    await window.keyboard.press('Enter');
    await review.waitForEnd();
    await expect(window.getByRole('heading', { level: 1 })).toBeFocused();
  });

  await test.step('keys work while a slider has the focus, except those that move it', async () => {
    const opacity = window.getByRole('slider', { name: 'Opacity of the heat map' });
    const heat = window.getByRole('button', { name: 'Heat map', exact: true });
    await expect.poll(async () => (await review.position()).count).toBe(240);
    const position = await review.position();
    await opacity.focus();
    const value = await opacity.getAttribute('aria-valuenow');
    await window.keyboard.press('ArrowLeft');
    await expect(opacity).not.toHaveAttribute('aria-valuenow', value ?? '');
    expect(await review.position()).toEqual(position);
    const contour = window.getByRole('button', { name: /^Contour/ });
    const isOn = await contour.getAttribute('aria-pressed');
    await window.keyboard.press('c');
    await expect(contour).toHaveAttribute('aria-pressed', isOn === 'true' ? 'false' : 'true');
    await window.keyboard.press('o');
    await expect(heat).toHaveAttribute('aria-pressed', 'false');
    await window.keyboard.press('?');
    await expect(window.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    await window.keyboard.press('Escape');
  });

  await test.step('importing a model or prompts begins in the field', async () => {
    await new Frame(window).goTo('Models');
    await pressOn('Import a model');
    await expect(window.getByRole('textbox', { name: /CLIP checkpoint/ })).toBeFocused();
    await pressOn('Import prompts');
    await expect(window.getByRole('textbox', { name: /Learned prompts/ })).toBeFocused();
  });
});
