import path from 'node:path';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { addBrokenFiles, makeMvtecClass, makePlainFolder } from './test-images.ts';

for (const theme of ['Dark', 'Light'] as const) {
  test(`every view passes axe in the ${theme.toLowerCase()} theme`, async ({
    window,
    workbench,
  }, testInfo) => {
    workbench.expectConsoleErrors(/Failed to load resource/);
    const root = testInfo.outputPath('images');
    await makeMvtecClass(path.join(root, 'labelled'), { className: 'felt', goodCount: 3, scratchedCount: 3 });
    await makePlainFolder(path.join(root, 'plain'), 6);
    await addBrokenFiles(path.join(root, 'plain'));
    // Nothing is measured halfway through a change of colour.
    await window.emulateMedia({ reducedMotion: 'reduce' });
    const frame = new Frame(window);
    const data = new DataPage(window);
    await frame.chooseTheme(theme);

    await frame.goTo('Data');
    await expectAccessible(window, 'Data, empty');
    await frame.goTo('Review');
    await expect(window.getByText('Nothing to review yet')).toBeVisible();
    await expectAccessible(window, 'Review, empty');
    await frame.goTo('Models');
    await expectAccessible(window, 'Models, empty');
    await window.getByRole('button', { name: 'Import a model' }).click();
    await expectAccessible(window, 'Models, importing');
    await frame.goTo('Settings');
    await expect(window.getByRole('progressbar')).toHaveCount(0);
    await expectAccessible(window, 'Settings');

    await frame.goTo('Data');
    await window.getByRole('button', { name: 'Add a folder' }).click();
    await window.getByRole('button', { name: 'Choose a folder' }).click();
    await expect(window.getByRole('dialog').getByRole('listitem').first()).toBeVisible();
    await expectAccessible(window, 'Folder dialog');
    await window.keyboard.press('Escape');
    await expect(window.getByRole('dialog')).toHaveCount(0);

    await data.importFolder(path.join(root, 'plain'));
    await frame.goTo('Data');
    await window.getByRole('button', { name: /could not be read/ }).click();
    await expectAccessible(window, 'Problems');
    await window.keyboard.press('Escape');
    await expect(window.getByRole('dialog')).toHaveCount(0);

    await data.lookInto(path.join(root, 'labelled'));
    await expectAccessible(window, 'Import preview');
    await data.importShown();
    await expectAccessible(window, 'Images');
    await window.getByRole('button', { name: 'Start a run' }).click();
    await expect(window.getByRole('checkbox').first()).toBeVisible();
    await expectAccessible(window, 'Start');
    await window.goBack();
    await data.startRun();
    const review = new ReviewPage(window);
    await review.waitForEnd();
    await review.waitForHeat();
    await expectAccessible(window, 'Review');
    await frame.goTo('Prompts');
    await expect(window.locator('[data-testid="bench-tile"][data-score]').first()).toBeVisible();
    await expect(window.getByRole('progressbar')).toHaveCount(0);
    await expectAccessible(window, 'Prompts');
    await frame.goTo('Review');
    await review.waitForHeat();
    await window.keyboard.press('?');
    await expect(window.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    await expectAccessible(window, 'Keys');
    await window.keyboard.press('Escape');
    await expect(window.getByRole('dialog')).toHaveCount(0);
    await frame.goTo('Data');
    await expectAccessible(window, 'Data');
    await frame.openJobs();
    await expectAccessible(window, 'Jobs');
  });
}
