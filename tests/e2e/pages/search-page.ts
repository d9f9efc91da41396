import { expect, type Locator, type Page } from '@playwright/test';

/** The search over everything, on Ctrl+K. */
export class SearchPage {
  readonly page: Page;
  readonly dialog: Locator;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole('dialog', { name: 'Find anything' });
  }

  async open(): Promise<void> {
    await this.page.keyboard.press('Control+k');
    await expect(this.dialog.getByRole('combobox')).toBeFocused();
  }

  /** Types, waits until the option is the chosen one of the list, and takes it with Enter. */
  async choose(text: string, option: string | RegExp): Promise<void> {
    await this.page.keyboard.type(text);
    const wanted = this.dialog.getByRole('option', { name: option }).first();
    await expect(wanted).toBeVisible();
    await expect(async () => {
      if ((await wanted.getAttribute('aria-selected')) === 'true') return;
      await this.page.keyboard.press('ArrowDown');
      expect(await wanted.getAttribute('aria-selected')).toBe('true');
    }).toPass({ timeout: 5_000 });
    await this.page.keyboard.press('Enter');
    await expect(this.dialog).toHaveCount(0);
  }
}
