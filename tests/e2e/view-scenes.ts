import path from 'node:path';
import { expect, type Page } from '@playwright/test';
import { ComparePage } from './pages/compare-page.ts';
import { DataPage } from './pages/data-page.ts';
import { ExportPage } from './pages/export-page.ts';
import { Frame } from './pages/frame.ts';
import { ImportPage } from './pages/import-page.ts';
import { ReviewPage } from './pages/review-page.ts';
import { SearchPage } from './pages/search-page.ts';

export interface Scene {
  readonly name: string;
  /** Leaves the page at what is to be seen. */
  readonly show: (page: Page) => Promise<void>;
  /** Puts back what the scene turned on, so that the next one is as it was; absent: nothing was. */
  readonly leave?: (page: Page) => Promise<void>;
  /** False: the view has no heading yet. */
  readonly hasHeading?: boolean;
}

export async function goToHash(page: Page, hash: string): Promise<void> {
  await page.evaluate((target) => {
    window.location.hash = target;
  }, hash);
}

/** Every view of an empty workbench. */
export const beforeAnyData: readonly Scene[] = [
  { name: '01-data-empty', show: (page) => new Frame(page).goTo('Data') },
  { name: '02-review-empty', show: (page) => new Frame(page).goTo('Review') },
  { name: '04-compare-empty', show: (page) => new Frame(page).goTo('Compare') },
  { name: '03-models-empty', show: (page) => new Frame(page).goTo('Models') },
  { name: '06-training-empty', show: (page) => new Frame(page).goTo('Training') },
  { name: '05-thresholds-empty', show: (page) => new Frame(page).goTo('Thresholds') },
  { name: '07-prompts-empty', show: (page) => new Frame(page).goTo('Prompts') },
];

/** Every view of a set with runs of three methods; `brokenFolder` holds files that cannot be read. */
export function withData(
  folder: string,
  brokenFolder: string,
  reviewHash: string,
  imagesHash: string,
): readonly Scene[] {
  const settleReview = async (page: Page) => {
    const review = new ReviewPage(page);
    await review.waitForEnd();
    await review.waitForHeat();
  };
  return [
    { name: '10-data', show: (page) => new Frame(page).goTo('Data') },
    {
      name: '11-add-folder',
      show: async (page) => {
        await goToHash(page, '#/add');
        await expect(page.getByRole('heading', { name: 'Add a folder' })).toBeVisible();
      },
    },
    {
      name: '12-folder-dialog',
      show: async (page) => {
        await goToHash(page, '#/add');
        await page.getByRole('button', { name: 'Choose a folder' }).click();
        await expect(page.getByRole('dialog')).toBeVisible();
      },
    },
    {
      name: '13-import-preview',
      show: async (page) => {
        await new DataPage(page).lookInto(folder);
      },
    },
    {
      name: '14-import-preview-problems',
      show: async (page) => {
        await new DataPage(page).lookInto(brokenFolder);
      },
    },
    { name: '15-images', show: (page) => goToHash(page, imagesHash) },
    {
      name: '16-problems',
      show: async (page) => {
        await new Frame(page).goTo('Data');
        await page
          .getByRole('button', { name: /could not be read/ })
          .first()
          .click();
        await expect(page.getByRole('dialog')).toBeVisible();
      },
    },
    {
      name: '17-data-details',
      show: async (page) => {
        await new DataPage(page).chooseOf(path.basename(folder), 'Show everything about it…');
        await expect(page.getByRole('dialog')).toBeVisible();
      },
    },
    {
      name: '18-images-filtered',
      show: async (page) => {
        await goToHash(page, `${imagesHash}&only=label-anomalous,split-test`);
        await expect(page.getByTestId('gallery').getByRole('button').first()).toBeVisible();
      },
    },
    {
      name: '19-dropped',
      show: async (page) => {
        await new Frame(page).goTo('Data');
        await new ImportPage(page).drop([{ name: 'delivery-2026-12', entries: ['part-0001.png'] }]);
        await expect(page.getByText(/It was not found at the usual places/)).toBeVisible();
      },
    },
    {
      name: '20-start',
      show: async (page) => {
        await goToHash(page, reviewHash.replace('review', 'start'));
        await expect(page.getByRole('group', { name: 'Methods' })).toBeVisible();
      },
    },
    {
      name: '25-prompts',
      show: async (page) => {
        await goToHash(page, reviewHash.replace('review', 'prompts'));
        await expect(page.locator('[data-testid="bench-tile"][data-score]').first()).toBeVisible();
        await expect(page.getByRole('progressbar')).toHaveCount(0);
      },
    },
    {
      name: '30-review',
      show: async (page) => {
        await goToHash(page, reviewHash);
        await settleReview(page);
      },
    },
    {
      name: '31-review-ground-truth',
      show: async (page) => {
        await goToHash(page, reviewHash);
        await settleReview(page);
        for (const key of ['ArrowRight', 'ArrowRight', 'g']) await page.keyboard.press(key);
        await settleReview(page);
      },
    },
    {
      name: '32-review-zoomed',
      show: async (page) => {
        await page.keyboard.press('g');
        await page.getByRole('list', { name: 'Regions' }).getByRole('button').first().click();
        await expect
          .poll(async () => (await new ReviewPage(page).pixels('marks')).paintedShare)
          .toBeGreaterThan(0);
      },
    },
    {
      name: '33-review-keys',
      show: async (page) => {
        await page.keyboard.press('0');
        await page.getByTestId('stage').click();
        await page.keyboard.press('?');
        await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
      },
    },
    ...(['Metrics', 'Scatter', 'ROC', 'PR'] as const).map((side, index) => ({
      name: `${36 + index}-compare-${side.toLowerCase()}`,
      show: async (page: Page) => {
        await goToHash(page, reviewHash.replace('review', 'compare').replace(/&run=\d+/, ''));
        const compare = new ComparePage(page);
        await compare.besides(side);
        await compare.waitForHeat();
        // Pixel metrics of three runs are counted when they are first asked for.
        await expect(page.getByRole('progressbar')).toHaveCount(0, { timeout: 120_000 });
      },
    })),
    {
      name: '45-export',
      show: async (page) => {
        await goToHash(page, reviewHash.replace('review', 'export'));
        const target = new ExportPage(page);
        for (const kind of ['Overlays', 'Masks']) await target.kind(kind).check();
        // An overlay and a mask an image: the plan of before has three files.
        await expect(target.fact('Files')).toHaveText(/\d{3}/);
        await expect(page.getByRole('progressbar')).toHaveCount(0);
      },
    },
    ...[2, 5].map((count) => ({
      name: `39-compare-${count}-panes`,
      show: async (page: Page) => {
        // The first run again and again, cut elsewhere each time.
        const own = /run=(\d+)/.exec(reviewHash)?.[1] ?? '1';
        const tokens = [own, ...Array.from({ length: count - 1 }, (_, k) => `${own}s${k + 1}`)];
        const place = reviewHash.replace('review', 'compare').replace(/&run=\d+/, '');
        await goToHash(page, `${place}&runs=${tokens.join(',')}&metric=at.recall`);
        const compare = new ComparePage(page);
        await expect(compare.panes).toHaveCount(count);
        await compare.waitForHeat();
        await compare.waitForFigures();
      },
    })),
    {
      name: '34-review-verdicts',
      show: async (page) => {
        await goToHash(page, reviewHash);
        await settleReview(page);
        const review = new ReviewPage(page);
        await page.keyboard.press('Home');
        await page.keyboard.press('d');
        await page.keyboard.press('Home');
        await expect(review.verdict('Defect')).toHaveAttribute('aria-pressed', 'true');
        await expect(review.trail.first()).toBeVisible();
      },
    },
    {
      name: '35-review-levels',
      show: async (page) => {
        await goToHash(page, reviewHash);
        await settleReview(page);
        await page.getByRole('button', { name: 'Window, level and smoothing' }).click();
        await expect(page.getByRole('dialog', { name: 'Picture' })).toBeVisible();
      },
    },
    {
      name: '35-review-beside',
      show: async (page) => {
        await goToHash(page, reviewHash);
        await settleReview(page);
        await page.keyboard.press('Shift+M');
        await expect(page.getByTestId('stage')).toHaveCount(2);
        await page.keyboard.press('e');
        const review = new ReviewPage(page);
        // The first move may come while the two pictures still find their places.
        await expect(async () => {
          await review.pointAt(0.45, 0.5);
          await review.pointAt(0.5, 0.5);
          await expect(review.readOut).toContainText('map', { timeout: 1000 });
        }).toPass({ timeout: 15_000 });
      },
      leave: async (page) => {
        await page.keyboard.press('e');
        await page.keyboard.press('Shift+M');
        await expect(page.getByTestId('stage')).toHaveCount(1);
      },
    },
    {
      name: '35-review-blinded',
      show: async (page) => {
        await goToHash(page, reviewHash);
        await settleReview(page);
        await page.getByRole('button', { name: /^Blinded/ }).click();
        await page.getByTestId('stage').click();
        await page.keyboard.press('n');
        await expect(page.getByText('Hidden until your verdict', { exact: true })).toBeVisible();
      },
      leave: async (page) => {
        await page.getByRole('button', { name: /^Blinded/ }).click();
      },
    },
    { name: '40-models', show: (page) => new Frame(page).goTo('Models') },
    {
      name: '50-jobs',
      show: async (page) => {
        await new Frame(page).goTo('Data');
        await new Frame(page).openJobs();
      },
    },
    {
      name: '51-search',
      show: async (page) => {
        await new SearchPage(page).open();
        await page.keyboard.type('s');
        await expect(page.getByRole('option').first()).toBeVisible();
      },
    },
    {
      name: '60-settings',
      show: async (page) => {
        await new Frame(page).goTo('Settings');
        await expect(page.getByRole('progressbar')).toHaveCount(0);
      },
    },
  ];
}
