import { expect, type Locator, type Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** Something that a test drops: as the browser tells of it, without a path. */
export interface Dropped {
  readonly name: string;
  /** Names in it; absent: it is a file. */
  readonly entries?: readonly string[];
}

/** The import page: a folder is looked into before it is stored. */
export class ImportPage {
  readonly page: Page;
  readonly field: Locator;
  readonly preview: Locator;
  readonly importButton: Locator;
  readonly problem: Locator;

  constructor(page: Page) {
    this.page = page;
    this.field = page.getByRole('textbox', { name: 'Folder of images' });
    this.preview = page.getByRole('region', { name: 'What was understood' });
    this.importButton = page.getByRole('button', { name: /^Import [\d,]+ images?$/ });
    this.problem = page.getByRole('alert');
  }

  async open(): Promise<void> {
    await new Frame(this.page).goTo('Data');
    await this.page.getByRole('button', { name: 'Add a folder' }).click();
    await expect(this.field).toBeVisible();
  }

  /** Types a path and looks; what comes of it is for the test. */
  async lookAt(path: string): Promise<void> {
    await this.field.fill(path);
    await this.field.press('Enter');
  }

  async choose(label: string, option: string): Promise<void> {
    await this.page.getByRole('combobox', { name: label, exact: true }).click();
    await this.page.getByRole('option', { name: option, exact: true }).click();
  }

  heading(words: string): Locator {
    return this.preview.getByRole('heading', { name: words, exact: true });
  }

  /** A kind of problem, which opens and closes. */
  kind(words: RegExp): Locator {
    return this.preview.getByRole('button', { name: words });
  }

  /** What a browser does when something is dragged over the window and let go. */
  async drop(things: readonly Dropped[]): Promise<void> {
    await this.page.evaluate((dropped) => {
      const items = dropped.map(({ name, entries }) => {
        const handle = {
          isDirectory: entries !== undefined,
          createReader: () => ({
            readEntries: (done: (found: unknown[]) => void) => {
              done((entries ?? []).map((entry) => ({ name: entry })));
            },
          }),
        };
        return { kind: 'file', getAsFile: () => new File([], name), webkitGetAsEntry: () => handle };
      });
      for (const type of ['dragenter', 'dragover', 'drop']) {
        const event = new Event(type, { bubbles: true, cancelable: true });
        Object.defineProperty(event, 'dataTransfer', { value: { types: ['Files'], items } });
        document.body.dispatchEvent(event);
      }
    }, things);
  }
}
