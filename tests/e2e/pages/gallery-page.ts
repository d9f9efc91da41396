import type { Locator, Page } from '@playwright/test';

/** Inside a data set: its images with their filters. */
export class GalleryPage {
  readonly page: Page;
  readonly tiles: Locator;
  readonly search: Locator;
  /** «4 of 10 images». */
  readonly countShown: Locator;

  constructor(page: Page) {
    this.page = page;
    this.tiles = page.getByTestId('gallery').locator('[data-index]');
    this.search = page.getByRole('searchbox', { name: 'Find in paths' });
    this.countShown = page.getByTestId('images-shown');
  }

  async scrollTop(): Promise<number> {
    return await this.page.getByTestId('gallery').evaluate((element) => element.scrollTop);
  }

  box(group: string, name: string): Locator {
    return this.row(group, name).getByRole('checkbox');
  }

  /** A box with its name and its count. */
  row(group: string, name: string): Locator {
    return this.page
      .getByRole('group', { name: group, exact: true })
      .locator('label')
      .filter({ hasText: new RegExp(`^${name}`) });
  }
}
