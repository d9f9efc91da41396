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

  /** What a method says of the objects, and the editor of it. */
  prompts(method: string): Locator {
    return this.page.getByRole('group', { name: `Prompts of ${method}`, exact: true });
  }

  async openPrompts(method: string): Promise<Locator> {
    await this.page.getByRole('button', { name: `Edit the prompts of ${method}`, exact: true }).click();
    const prompts = this.prompts(method);
    await expect(prompts.getByRole('textbox', { name: 'Templates' })).toBeVisible();
    return prompts;
  }

  async savePrompts(method: string, name: string): Promise<void> {
    await this.prompts(method).getByRole('button', { name: 'Save under a name' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Save these prompts' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog).toHaveCount(0);
    await expect(this.words(method)).toHaveText(name);
  }

  /** Which text a method's prompts are: its own, a saved one, an edited one. */
  words(method: string): Locator {
    return this.prompts(method).getByRole('combobox', { name: 'Words' });
  }

  async pickWords(method: string, name: string): Promise<void> {
    await this.words(method).click();
    await this.page.getByRole('option', { name }).click();
  }

  /** The button that starts; its words say on how many images. */
  get startButton(): Locator {
    return this.page.getByRole('button', { name: /^Start( \d+ methods)? on/ });
  }

  /** What the start will cost, or what keeps it from being started. */
  get cost(): Locator {
    return this.page.getByTestId('run-cost');
  }

  async start(): Promise<void> {
    await this.startButton.click();
    await expect(this.page.locator('main')).toHaveAttribute('data-view', 'review');
  }

  /** `CLIP` names CLIP alone, not CLIP-AC. */
  method(name: string): Locator {
    return this.methods
      .locator('label')
      .filter({ has: this.page.getByText(name, { exact: true }) })
      .getByRole('checkbox');
  }
}
