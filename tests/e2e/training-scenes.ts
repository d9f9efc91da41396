import type { Page } from '@playwright/test';
import { expect } from './fixtures.ts';
import { TrainingPage } from './pages/training-page.ts';

/** From inside a labelled data set that nothing was learned from: trains three epochs. Resolves with the address of the page. */
export async function makeTraining(page: Page): Promise<string> {
  const training = new TrainingPage(page);
  await training.setUp();
  await training.pick('Model', 'Starter model');
  await training.fill('Epochs', '3');
  await training.validateOnSame();
  await training.start();
  await training.waitForEnd();
  return new URL(page.url()).hash;
}

async function goToHash(page: Page, hash: string): Promise<void> {
  await page.evaluate((target) => {
    window.location.hash = target;
  }, hash);
}

/** What is set up, a training at its end and at its first epoch, and the list of them. */
export function trainingScenes(trainingHash: string) {
  const shows = async (page: Page, epochs: readonly string[]) => {
    await expect.poll(() => new TrainingPage(page).paintedEpochs()).toEqual(epochs);
  };
  return [
    {
      name: '70-training-set-up',
      show: async (page: Page) => {
        await goToHash(page, trainingHash.replace('#/training', '#/train'));
        await expect(new TrainingPage(page).plan).toBeVisible();
      },
    },
    {
      name: '71-training-all-settings',
      show: async (page: Page) => {
        await goToHash(page, trainingHash.replace('#/training', '#/train'));
        await page.getByText('All settings').click();
        await expect(page.getByRole('textbox', { name: 'Image size' })).toBeVisible();
      },
      leave: (page: Page) => page.getByText('All settings').click(),
    },
    {
      name: '72-training',
      show: async (page: Page) => {
        await goToHash(page, trainingHash);
        await shows(page, ['1', '3']);
      },
    },
    {
      name: '73-training-first-epoch',
      show: async (page: Page) => {
        await goToHash(page, `${trainingHash}&epoch=1`);
        await shows(page, ['1', '1']);
      },
    },
    {
      name: '74-training-keep',
      show: async (page: Page) => {
        await goToHash(page, trainingHash);
        await page.getByRole('button', { name: 'Keep these prompts' }).click();
        await expect(page.getByRole('dialog')).toBeVisible();
      },
    },
    {
      name: '75-trainings',
      show: async (page: Page) => {
        await goToHash(page, trainingHash.replace(/&training=\d+/, ''));
        await expect(page.getByTestId('training-row').first()).toBeVisible();
      },
    },
  ];
}
