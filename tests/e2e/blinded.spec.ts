import type { Page } from '@playwright/test';
import { expectAccessible } from './expect-accessible.ts';
import { expect, test } from './fixtures.ts';
import { DataPage } from './pages/data-page.ts';
import { ExportPage } from './pages/export-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';
import { SearchPage } from './pages/search-page.ts';
import { makeMvtecClass } from './test-images.ts';

/** Names of files and folders, scores, figures, labels of one image: whatever a blinded reader must not meet. */
const telling = /scratch|\d\.png|AUROC|score \d|labelled (good|anomalous)|peak \d|best F1|\d\.\d %/gi;

/** Everything that the page says, to eyes or to a reader of its elements. */
async function tellingIn(page: Page): Promise<readonly string[]> {
  const text = await page.evaluate(() => {
    const attributes = [...document.querySelectorAll('body *')].flatMap((element) =>
      [...element.attributes]
        // How something is drawn, in shares of its box.
        .filter(({ name }) => name !== 'style' && name !== 'd')
        .map(({ value }) => value),
    );
    return [document.title, document.body.innerText, ...attributes].join('\n');
  });
  return text.match(telling) ?? [];
}

async function readBlinded(page: Page, folder: string): Promise<ReviewPage> {
  await makeMvtecClass(folder, { className: 'felt', goodCount: 4, scratchedCount: 4 });
  const data = new DataPage(page);
  const review = new ReviewPage(page);
  await data.importFolder(folder);
  await data.startBlinded();
  await review.waitForEnd();
  return review;
}

function closedPage(page: Page) {
  return page.getByRole('heading', { name: 'Closed while you read blinded' });
}

test('read blinded from the start, nothing tells in any view until each image has a verdict', async ({
  window,
}, testInfo) => {
  const review = await readBlinded(window, testInfo.outputPath('images'));
  const address = new URL(window.url());

  await test.step('Review shows the image and nothing of the run', async () => {
    await expect(window.getByText('Hidden until your verdict', { exact: true })).toBeVisible();
    await expect(window.getByTestId('score')).toHaveCount(0);
    await expect(window.getByRole('region', { name: 'Map' })).toHaveCount(0);
    await expect.poll(async () => (await review.pixels('heat')).paintedShare).toBe(0);
    await expect(review.frame(8)).toHaveAccessibleName('Image 8 of 8, no verdict');
    expect(await tellingIn(window)).toEqual([]);
    await window.getByRole('button', { name: /^Run/ }).click();
    await expect(window.getByRole('menu')).toBeVisible();
    expect(await tellingIn(window)).toEqual([]);
    await window.keyboard.press('Escape');
    await expect(window.getByRole('menu')).toHaveCount(0);
    await new SearchPage(window).open();
    await window.keyboard.type('scratch');
    await expect(window.getByRole('option', { name: /scratch/ })).toHaveCount(0);
    await window.keyboard.press('Escape');
    await expect(window.getByRole('dialog')).toHaveCount(0);
  });

  const places = {
    images: closedPage(window),
    thresholds: closedPage(window),
    compare: closedPage(window),
    data: window.getByRole('article').first(),
    runs: window.getByTestId('run-row'),
    export: window.getByTestId('plan'),
    start: window.getByTestId('run-cost'),
  };
  for (const [view, there] of Object.entries(places)) {
    await test.step(`${view} tells nothing`, async () => {
      await window.goto(address.href.replace('#/review', `#/${view}`));
      await expect(window.locator('main')).toHaveAttribute('data-view', view);
      await expect(there).toBeVisible();
      expect(await tellingIn(window)).toEqual([]);
    });
  }

  await test.step('the page of exports counts nothing that the run says, and keeps its thresholds to itself', async () => {
    await window.goto(address.href.replace('#/review', '#/export'));
    const page = new ExportPage(window);
    await expect(page.images(/^Those with a verdict/)).toBeVisible();
    await expect(page.images(/predicted defect/)).toHaveCount(0);
    await expect(window.getByRole('combobox', { name: 'Images at' })).toHaveCount(0);
  });

  await test.step('a closed view leads back, and a verdict shows its own image alone', async () => {
    await new Frame(window).goTo('Thresholds');
    await expectAccessible(window, 'closed');
    await window.getByRole('button', { name: 'Go on reading' }).click();
    await window.getByRole('button', { name: /^Go on to the next image/ }).click();
    await window.getByTestId('stage').click();
    await window.keyboard.press('End');
    await window.keyboard.press('u');
    await expect(window.getByTestId('score')).toBeVisible();
    await expect(window.getByText(/^Labelled/)).toBeVisible();
    await review.waitForHeat();
    await expect(review.trail.first()).toContainText('blinded');
    await expect(window.getByRole('slider', { name: 'Score threshold' })).toHaveCount(0);
    await expect(window.getByText(/AUROC/)).toHaveCount(0);
    await new Frame(window).goTo('Thresholds');
    await expect(closedPage(window)).toBeVisible();
  });

  await test.step('with the last verdict everything opens by itself', async () => {
    await window.getByRole('button', { name: 'Go on reading' }).click();
    await window.getByTestId('stage').click();
    for (let left = 7; left > 0; left--) {
      await expect(review.left).toHaveText(`${left} without a verdict`);
      await window.keyboard.press('n');
      await expect(window.getByText('Hidden until your verdict', { exact: true })).toBeVisible();
      await window.keyboard.press('a');
    }
    await expect(review.left).toHaveText('Every image has a verdict');
    await expect(window.getByRole('slider', { name: 'Score threshold' })).toBeVisible();
    await new Frame(window).goTo('Thresholds');
    await expect(window.getByRole('slider').first()).toBeVisible();
    const page = new ExportPage(window);
    await page.open();
    await expect(page.images(/predicted defect/)).toBeVisible();
    await expect(window.getByRole('combobox', { name: 'Images at' })).toBeVisible();
  });
});

test('scores that were opened while blinded stay noted over a reload and a kill', async ({
  workbench,
}, testInfo) => {
  const page = workbench.page;
  await readBlinded(page, testInfo.outputPath('images'));
  await new Frame(page).goTo('Thresholds');
  await page.getByRole('button', { name: 'Show scores anyway' }).click();
  await expect(page.getByRole('slider').first()).toBeVisible();
  // Else the search for what tells would find nothing anywhere.
  await new Frame(page).goTo('Data');
  await expect.poll(() => tellingIn(page)).toContain('AUROC');
  await page.goBack();
  await page.reload();
  await expect(page.getByRole('slider').first()).toBeVisible();

  await test.step('blinded again, views are closed again, but it is not forgotten', async () => {
    await new Frame(page).goTo('Review');
    await page.getByRole('button', { name: /^Blinded/ }).click();
    await expect(page.getByText('Blinded, but scores were open before')).toBeVisible();
    await new Frame(page).goTo('Compare');
    await expect(closedPage(page)).toBeVisible();
    await page.getByRole('button', { name: 'Go on reading' }).click();
    await expect(page.getByText('Blinded, but scores were open before')).toBeVisible();
  });

  const again = await workbench.restart('kill');
  const review = new ReviewPage(again);
  await expect(again.getByText('Blinded, but scores were open before')).toBeVisible();
  await again.getByRole('button', { name: /^Go on to the next image/ }).click();
  await again.getByTestId('stage').click();
  await again.keyboard.press('d');
  await expect(review.trail.first()).toContainText('Defect');
  await expect(review.trail.first()).toContainText('Block statistics');
  await expect(review.trail.first()).not.toContainText('blinded');
});

test('ending blinded reading is asked about, and noted; it can begin from the search', async ({
  window,
}, testInfo) => {
  const review = await readBlinded(window, testInfo.outputPath('images'));
  const blinded = window.getByRole('button', { name: /^Blinded/ });
  await blinded.click();
  const question = window.getByRole('dialog', { name: /^Show scores before/ });
  await question.getByRole('button', { name: 'Keep' }).click();
  await expect(question).toHaveCount(0);
  await expect(blinded).toHaveAttribute('aria-pressed', 'true');
  await expect(window.getByTestId('score')).toHaveCount(0);
  await blinded.click();
  await question.getByRole('button', { name: 'Show scores anyway' }).click();
  await expect(window.getByTestId('score')).toBeVisible();
  await expect(blinded).toHaveAttribute('aria-pressed', 'false');

  const search = new SearchPage(window);
  await search.open();
  await search.choose('blinded', /^Read it blinded/);
  await expect(blinded).toHaveAttribute('aria-pressed', 'true');
  await expect(window.getByText('Blinded, but scores were open before')).toBeVisible();
  await expect(review.filmstrip).toBeVisible();
});
