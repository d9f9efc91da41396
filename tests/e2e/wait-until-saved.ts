import { expect, type Page } from '@playwright/test';
import { thresholdSettingPrefix } from '../../src-shared/domain/chosen-thresholds.ts';
import { askHost } from './ask-host.ts';

/**
 * The window saves where it is a moment after it came to rest. Who kills its host or closes it, and expects the next
 * window at the same place, waits for that here.
 */
export async function waitUntilPlaceIsSaved(page: Page): Promise<void> {
  await expect
    .poll(async () => {
      const { values } = await askHost(page, 'settings.get', {});
      return values['window.address'] === (await page.evaluate(() => window.location.hash));
    }, 'the place of the window is stored')
    .toBe(true);
}

/** Waits until the host has stored a chosen threshold of some run that `isIt` knows. */
export async function waitUntilThresholdIsSaved(
  page: Page,
  isIt: (chosen: Readonly<Record<string, unknown>>) => boolean,
): Promise<void> {
  await expect
    .poll(async () => {
      const { values } = await askHost(page, 'settings.get', {});
      return Object.entries(values).some(
        ([key, value]) =>
          key.startsWith(thresholdSettingPrefix) &&
          typeof value === 'object' &&
          value !== null &&
          !Array.isArray(value) &&
          isIt(value),
      );
    }, 'the threshold is stored')
    .toBe(true);
}
