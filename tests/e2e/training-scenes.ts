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
  // The features of all images come first: minutes where the machine is busy.
  await expect(training.training).toHaveAttribute('data-state', 'succeeded', { timeout: 600_000 });
  return new URL(page.url()).hash;
}

/**
 * From inside the same data set: a training that was cancelled, and one that is paused after its first epoch. Resolves
 * with the address of the paused one.
 */
export async function makeTrainingsAtWork(page: Page): Promise<string> {
  const training = new TrainingPage(page);
  const begin = async (name: string) => {
    await goToHash(
      page,
      new URL(page.url()).hash.replace(/^#\/[a-z]+/, '#/train').replace(/&training=\d+/, ''),
    );
    await expect(training.plan).toBeVisible();
    await training.pick('Model', 'Starter model');
    await training.fill('Name', name);
    await training.fill('Epochs', '60');
    await training.start();
    await expect.poll(() => training.lossPoints(), { timeout: 60_000 }).toBeGreaterThan(0);
  };
  await begin('Stopped early');
  await training.job.getByRole('button', { name: 'Cancel' }).click();
  await expect(training.training).toHaveAttribute('data-state', 'cancelled');
  await begin('Over night');
  await pause(training);
  return new URL(page.url()).hash;
}

async function pause(training: TrainingPage): Promise<void> {
  await training.job.getByRole('button', { name: 'Pause' }).click();
  await expect(training.training).toHaveAttribute('data-state', 'paused');
}

/** A training under way, the same paused, and the list of all. */
export function trainingsAtWork(pausedHash: string) {
  return [
    {
      name: '76-training-paused',
      show: async (page: Page) => {
        await goToHash(page, pausedHash);
        await expect(new TrainingPage(page).training).toHaveAttribute('data-state', 'paused');
      },
    },
    {
      name: '77-training-running',
      show: async (page: Page) => {
        await goToHash(page, pausedHash);
        const training = new TrainingPage(page);
        await training.job.getByRole('button', { name: 'Resume' }).click();
        await expect(training.training).toHaveAttribute('data-state', 'running');
      },
      leave: (page: Page) => pause(new TrainingPage(page)),
    },
    {
      name: '78-trainings-states',
      show: async (page: Page) => {
        await goToHash(page, pausedHash.replace(/&training=\d+/, ''));
        for (const state of ['paused', 'cancelled'])
          await expect(page.locator(`[data-testid="training-row"][data-state="${state}"]`)).toBeVisible();
      },
    },
  ];
}

async function goToHash(page: Page, hash: string): Promise<void> {
  await page.evaluate((target) => {
    window.location.hash = target;
  }, hash);
}

/** What is set up and what is refused there, a training at its end and at its first epoch, and the list of them. */
export function trainingScenes(trainingHash: string) {
  const shows = async (page: Page, epochs: readonly string[]) => {
    await expect.poll(() => new TrainingPage(page).paintedEpochs()).toEqual(epochs);
  };
  // The page that sets one up forgets what was typed once it is left.
  const forget = async (page: Page) => {
    await goToHash(page, trainingHash);
    await expect(new TrainingPage(page).training).toBeVisible();
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
      name: '71-training-refused-setting',
      show: async (page: Page) => {
        await goToHash(page, trainingHash.replace('#/training', '#/train'));
        await page.getByText('All settings').click();
        const blocks = page.getByRole('textbox', { name: 'DPAM over the last blocks' });
        await blocks.fill('200');
        await expect(blocks).toHaveAccessibleDescription(/^«200» cannot be used/);
      },
      leave: forget,
    },
    {
      name: '71-training-held-out',
      show: async (page: Page) => {
        await goToHash(page, trainingHash.replace('#/training', '#/train'));
        const training = new TrainingPage(page);
        await expect(training.plan).toBeVisible();
        // «All» stands first.
        await training.classes('Classes to learn from').getByRole('checkbox').nth(1).uncheck();
        await training.validateOnSame();
        await training
          .classes('Classes to validate on')
          .getByRole('button', { name: 'Those not learned from' })
          .click();
        await expect
          .poll(async () => (await training.ticked('Classes to validate on'))?.length ?? null)
          .toBe(1);
      },
      leave: forget,
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
      name: '73-training-two-epochs',
      show: async (page: Page) => {
        await goToHash(page, `${trainingHash}&against=2`);
        await shows(page, ['2', '3']);
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
    {
      name: '75-trainings-of-other-sets',
      show: async (page: Page) => {
        // The first data set: nothing was learned from it.
        await goToHash(page, trainingHash.replace(/&training=\d+/, '').replace(/set=\d+/, 'set=1'));
        await expect(page.getByRole('list', { name: 'On other data sets' })).toBeVisible();
      },
    },
  ];
}
