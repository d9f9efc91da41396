import { expect, type Locator, type Page } from '@playwright/test';

/** Start: what is run on a data set, and with what. */
export class StartPage {
  readonly page: Page;
  readonly methods: Locator;

  constructor(page: Page) {
    this.page = page;
    this.methods = page.getByRole('group', { name: 'Methods' });
  }

  /** Leaves exactly these methods chosen. */
  async choose(...names: readonly string[]): Promise<void> {
    await expect(this.method(names[0] ?? '')).toBeVisible();
    for (const name of names) await this.method(name).check();
    for (const box of await this.methods.getByRole('checkbox', { checked: true }).all()) {
      const label = await box.locator('xpath=ancestor::label').innerText();
      if (!names.some((name) => label.startsWith(name))) await box.uncheck();
    }
    await expect(this.methods.getByRole('checkbox', { checked: true })).toHaveCount(names.length);
  }

  /** `CLIP` names CLIP alone, not CLIP-AC. */
  method(name: string): Locator {
    return this.methods
      .locator('label')
      .filter({ has: this.page.getByText(name, { exact: true }) })
      .getByRole('checkbox');
  }
}
