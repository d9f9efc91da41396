import { expect, type Locator, type Page } from '@playwright/test';

/** Runs: every run of a data set, newest first. */
export class RunsPage {
  readonly page: Page;
  readonly rows: Locator;

  constructor(page: Page) {
    this.page = page;
    this.rows = page.getByRole('list', { name: 'Runs' }).getByTestId('run-row');
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: 'All runs of this data set' }).click();
    await expect(this.page.getByRole('heading', { level: 1, name: /^Runs of/ })).toBeVisible();
  }

  /** The row of the run with this number. */
  run(id: number): Locator {
    return this.rows.filter({ hasText: new RegExp(`Run ${id} ·`) });
  }

  async name(id: number, name: string): Promise<void> {
    await this.run(id)
      .getByRole('button', { name: `Name run ${id}` })
      .click();
    const dialog = this.page.getByRole('dialog', { name: `Name run ${id}` });
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog).toHaveCount(0);
  }

  async again(id: number): Promise<void> {
    await this.run(id)
      .getByRole('button', { name: `Run ${id} again with changes` })
      .click();
    await expect(this.page.getByRole('heading', { level: 1, name: /^Start a run/ })).toBeVisible();
  }
}
