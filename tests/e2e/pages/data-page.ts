import { expect, type Locator, type Page } from '@playwright/test';
import { Frame } from './frame.ts';
import { StartPage } from './start-page.ts';

/** Data: cards, import, images, start of a run. */
export class DataPage {
  readonly page: Page;
  readonly frame: Frame;

  constructor(page: Page) {
    this.page = page;
    this.frame = new Frame(page);
  }

  /** Opens the import page on a folder and waits for what was understood. */
  async lookInto(folder: string): Promise<Locator> {
    await this.frame.goTo('Data');
    await this.page.getByRole('button', { name: 'Add a folder' }).click();
    await this.page.getByRole('textbox', { name: 'Folder of images' }).fill(folder);
    await this.page.getByRole('button', { name: 'Look inside' }).click();
    const preview = this.page.getByRole('region', { name: 'What was understood' });
    await expect(preview).toBeVisible();
    return preview;
  }

  /** Imports what the preview shows and waits until every file was looked at. */
  async importShown(): Promise<void> {
    await this.page.getByRole('button', { name: /^Import [\d,]+ images?$/ }).click();
    await expect(this.page.getByTestId('gallery')).toBeVisible();
    await expect(this.page.getByTestId('job')).toHaveCount(0);
  }

  async importFolder(folder: string): Promise<void> {
    await this.lookInto(folder);
    await this.importShown();
  }

  /** From inside a data set: starts a run with each method. */
  async startRun(...methods: readonly string[]): Promise<void> {
    await this.startBy(/^Start( \d+ methods)? on/, methods);
  }

  /** The same, with everything hidden that the run finds. */
  async startBlinded(...methods: readonly string[]): Promise<void> {
    await this.startBy('Read it blinded', methods);
  }

  private async startBy(button: string | RegExp, methods: readonly string[]): Promise<void> {
    await this.page.getByRole('button', { name: 'Start a run' }).first().click();
    await new StartPage(this.page).choose(...(methods.length === 0 ? ['Block statistics'] : methods));
    await this.page.getByRole('button', { name: button }).click();
    await expect(this.page.locator('main')).toHaveAttribute('data-view', 'review');
  }

  /** The switch of the import page. */
  async readAs(layout: string): Promise<void> {
    await this.page.getByRole('combobox', { name: 'Read as' }).click();
    await this.page.getByRole('option', { name: layout, exact: true }).click();
  }

  /** Chooses in the menu of a card. */
  async chooseOf(name: string, action: string): Promise<void> {
    await this.frame.goTo('Data');
    await this.page.getByRole('button', { name: `More about ${name}` }).click();
    await this.page.getByRole('menuitem', { name: action }).click();
  }

  card(name: string): Locator {
    return this.page.getByRole('article', { name });
  }
}
