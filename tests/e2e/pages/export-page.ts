import { expect, type Locator, type Page } from '@playwright/test';

/** Export: what, which runs and images, where to, and what was written. */
export class ExportPage {
  readonly page: Page;
  readonly plan: Locator;
  readonly folder: Locator;
  readonly start: Locator;
  /** The newest export: its progress, then where it lies. */
  readonly last: Locator;

  constructor(page: Page) {
    this.page = page;
    this.plan = page.getByTestId('plan');
    this.folder = page.getByRole('textbox', { name: 'Folder' });
    this.start = page.getByRole('main').getByRole('button', { name: 'Export', exact: true });
    this.last = page.getByTestId('last-export');
  }

  /** Opens it with the button of the top bar. */
  async open(): Promise<void> {
    await this.page.getByRole('banner').getByRole('button', { name: 'Export', exact: true }).click();
    await expect(this.page.getByRole('heading', { level: 1, name: /^Export / })).toBeVisible();
  }

  kind(name: string): Locator {
    return this.page.getByRole('checkbox', { name, exact: true });
  }

  images(name: RegExp): Locator {
    return this.page.getByRole('radio', { name });
  }

  /** What the plan says of a fact: `Images`, `Files`, `About`. */
  fact(name: string): Locator {
    return this.plan.locator(`dt:text-is("${name}") + dd`);
  }

  async exportTo(folder: string): Promise<void> {
    await this.folder.fill(folder);
    await expect(this.start).toBeEnabled();
    await this.start.click();
  }

  /** Waits until the newest export is done. */
  async waitForEnd(): Promise<void> {
    await expect(this.last.getByTestId('job')).toHaveAttribute('data-state', 'succeeded', {
      timeout: 60_000,
    });
  }
}
