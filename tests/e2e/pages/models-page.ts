import { expect, type Locator, type Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** Models: backbones and learned prompts. */
export class ModelsPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens the import of a model on a file; returns the panel that shows what was understood. */
  async lookInto(file: string): Promise<Locator> {
    await new Frame(this.page).goTo('Models');
    await this.page.getByRole('button', { name: 'Import a model' }).click();
    const panel = this.page.getByRole('region', { name: 'Import a model' });
    await panel.getByRole('textbox', { name: /CLIP checkpoint/ }).fill(file);
    await panel.getByRole('button', { name: 'Look inside' }).click();
    return panel;
  }

  /** Imports what the panel shows under a name, and waits until it is in the library. */
  async importShown(panel: Locator, name: string): Promise<void> {
    await panel.getByRole('textbox', { name: 'Name' }).fill(name);
    await panel.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(this.page.getByRole('heading', { name, exact: true })).toBeVisible({ timeout: 30_000 });
    await expect(this.page.getByTestId('job')).toHaveCount(0);
  }

  /** The row of a prompt set. */
  prompts(name: string): Locator {
    return this.page
      .getByRole('listitem')
      .filter({ has: this.page.getByRole('heading', { name, exact: true }) });
  }

  async removePrompts(name: string): Promise<void> {
    await new Frame(this.page).goTo('Models');
    await this.prompts(name)
      .getByRole('button', { name: `Remove ${name}` })
      .click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect(this.prompts(name)).toHaveCount(0);
  }

  async importPrompts(file: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Import prompts' }).click();
    const panel = this.page.getByRole('region', { name: 'Import prompts' });
    await panel.getByRole('textbox', { name: /Learned prompts/ }).fill(file);
    await panel.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(panel).toHaveCount(0);
  }
}
