import { expect, type Locator, type Page } from '@playwright/test';

export type RailName =
  'Data' | 'Review' | 'Thresholds' | 'Compare' | 'Prompts' | 'Training' | 'Models' | 'Settings';

/** The frame around every view: rail, top bar, jobs panel. */
export class Frame {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async goTo(name: RailName): Promise<void> {
    const place = this.page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name });
    await place.click();
    await expect(place).toHaveAttribute('aria-current', 'page');
  }

  async openJobs(): Promise<Locator> {
    await this.page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: /^Jobs/ }).click();
    const panel = this.page.getByRole('dialog', { name: 'Jobs' });
    await expect(panel).toBeVisible();
    return panel;
  }

  async chooseTheme(name: 'Dark' | 'Light'): Promise<void> {
    await this.goTo('Settings');
    await this.page.getByRole('button', { name, exact: true }).click();
    await expect(this.page.locator('html')).toHaveAttribute('data-theme', name.toLowerCase());
  }
}
