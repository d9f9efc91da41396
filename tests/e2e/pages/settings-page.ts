import { expect, type Locator, type Page } from '@playwright/test';

/** The settings view. */
export class SettingsPage {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** One of what can compute, by its whole name. */
  provider(name: string): Locator {
    return this.page
      .getByRole('list', { name: /^What computes/ })
      .getByRole('listitem')
      .filter({ has: this.page.getByRole('button', { name: `Test ${name}`, exact: true }) });
  }

  async test(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Test ${name}`, exact: true }).click();
  }

  /** Types into a field and leaves it, which stores it. */
  async write(label: string, text: string): Promise<void> {
    const field = this.page.getByLabel(label);
    await field.fill(text);
    await field.press('Enter');
    await field.blur();
  }

  /** In the workbench's own dialog, as a browser has it: from folder to folder by their names. */
  async chooseDataFolder(folder: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Open another folder at the next start' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Data folder of the next start' });
    await expect(dialog).toBeVisible();
    // Up to the root, then down by name.
    const shown = dialog.locator('bdi');
    await expect(shown).toHaveText(/^\//);
    while ((await shown.textContent()) !== '/') {
      const before = await shown.textContent();
      await dialog.getByRole('button', { name: 'Folder above' }).click();
      await expect(shown).not.toHaveText(before ?? '');
    }
    for (const part of folder.split('/').filter((name) => name !== ''))
      await dialog.getByRole('button', { name: part, exact: true }).click();
    await expect(shown).toHaveText(folder);
    await dialog.getByRole('button', { name: 'Choose this folder' }).click();
    await expect(dialog).toHaveCount(0);
  }
}
