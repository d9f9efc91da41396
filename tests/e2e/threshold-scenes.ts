import { expect, type Page } from '@playwright/test';
import { ThresholdsPage } from './pages/thresholds-page.ts';

interface ThresholdScene {
  readonly name: string;
  readonly show: (page: Page) => Promise<void>;
}

async function open(page: Page, reviewHash: string, level: 'Images' | 'Pixels'): Promise<ThresholdsPage> {
  await page.evaluate(
    (hash) => {
      window.location.hash = hash;
    },
    reviewHash.replace('review', 'thresholds'),
  );
  const view = new ThresholdsPage(page);
  await expect(view.recipes).toBeVisible({ timeout: 60_000 });
  await view.open(level);
  return view;
}

/** Waits until the pictures stand where the threshold is, and gives the focus away. */
async function settle(page: Page): Promise<void> {
  await expect(page.getByRole('navigation', { name: 'Images nearest to the threshold' })).toBeVisible();
  await page.getByRole('heading', { name: 'Put the threshold at' }).click();
}

/**
 * The Thresholds view of a labelled run and of an unlabelled batch, by the addresses of their reviews. The scenes hold
 * also when they are shown again in another theme or size.
 */
export function thresholdScenes(labelledHash: string, batchHash: string): readonly ThresholdScene[] {
  return [
    {
      name: '70-thresholds',
      show: async (page) => {
        const view = await open(page, labelledHash, 'Images');
        await view.cook('False alarms');
        const second = page.getByRole('switch', { name: 'Middle band for a human' });
        // Off and on again: the band of an earlier scene is not this threshold's.
        if (await second.isChecked()) await second.click();
        await second.click();
        if ((await view.points.count()) === 0) await view.save('Line 4, strict');
        await settle(page);
      },
    },
    {
      name: '71-thresholds-warning',
      show: async (page) => {
        const view = await open(page, labelledHash, 'Images');
        await view.cook('At most 1 missed');
        await expect(page.getByTestId('promise-missed')).toHaveAttribute('data-kind', 'too-few');
        await settle(page);
      },
    },
    {
      name: '72-thresholds-pixels',
      show: async (page) => {
        const view = await open(page, labelledHash, 'Pixels');
        await view.cook('Best F1');
        await settle(page);
      },
    },
    {
      name: '73-thresholds-unlabelled',
      show: async (page) => {
        const view = await open(page, batchHash, 'Images');
        await view.cook('Unlabelled stopped');
        await settle(page);
      },
    },
  ];
}
