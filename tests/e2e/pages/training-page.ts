import { expect, type Locator, type Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** Training: setting one up, its page, and what is done with its epochs. */
export class TrainingPage {
  readonly page: Page;
  /** The page of one training. */
  readonly training: Locator;
  readonly job: Locator;
  readonly epochs: Locator;
  /** The row of the table that is marked as the best. */
  readonly bestEpoch: Locator;
  /** Figures of two epochs beside each other. */
  readonly compared: Locator;
  readonly slider: Locator;
  readonly probes: Locator;

  constructor(page: Page) {
    this.page = page;
    this.training = page.getByTestId('training');
    this.job = this.training.getByTestId('job');
    this.epochs = page.getByRole('region', { name: 'Table of epochs' }).locator('tbody tr');
    this.bestEpoch = this.epochs.filter({ hasText: /Best by/ });
    this.compared = page.getByRole('region', { name: 'Two epochs compared' });
    this.slider = page.getByRole('slider', { name: 'Epoch' });
    this.probes = page.getByTestId('probe');
  }

  /** From a data set that nothing was learned from yet: what is asked before a training. */
  async setUp(): Promise<void> {
    await new Frame(this.page).goTo('Training');
    await expect(this.page.getByRole('heading', { name: /^Learn prompts from/ })).toBeVisible();
    await expect(this.plan).toBeVisible();
  }

  /** What it would be: counts and warnings. */
  get plan(): Locator {
    return this.page.getByTestId('training-plan');
  }

  async fill(name: string, value: string): Promise<void> {
    await this.page.getByRole('textbox', { name, exact: true }).fill(value);
  }

  async pick(label: string, option: string): Promise<void> {
    await this.page.getByRole('combobox', { name: label }).click();
    await this.page.getByRole('option', { name: option, exact: true }).click();
  }

  /** Measures every epoch on the images that it learns from, which the plan warns of. */
  async validateOnSame(): Promise<void> {
    await this.page.getByRole('combobox', { name: 'Validate on' }).click();
    // «Nothing» stands first.
    await this.page.getByRole('option').nth(1).click();
    await expect(this.plan.locator('[data-code="same-set"]')).toBeVisible();
  }

  /** The classes of one of both sides, `Classes to learn from` or `Classes to validate on`. */
  classes(label: string): Locator {
    return this.page.getByRole('group', { name: label });
  }

  /** The names of the classes that are ticked there; null: all. */
  async ticked(label: string): Promise<readonly string[] | null> {
    const group = this.classes(label);
    if (await group.getByRole('checkbox', { name: /^All \d+ classes$/ }).isChecked()) return null;
    const names = await group.locator('label:has(input:checked)').allTextContents();
    return names.map((name) => name.replace(/ \(.*$/, ''));
  }

  async start(): Promise<void> {
    await this.page.getByRole('button', { name: 'Start the training' }).click();
    await expect(this.training).toBeVisible();
  }

  /** Points that the curve of the loss has now. */
  async lossPoints(): Promise<number> {
    const chart = this.page.getByRole('img', { name: /^Loss\./ });
    return (await chart.count()) === 0 ? 0 : Number(await chart.getAttribute('data-points'));
  }

  async waitForEnd(): Promise<void> {
    await expect(this.training).toHaveAttribute('data-state', 'succeeded', { timeout: 90_000 });
  }

  /** The epochs whose maps the first probe image shows, from left to right, once both are painted. */
  async paintedEpochs(): Promise<readonly (string | null)[]> {
    const canvases = await this.probes.first().locator('canvas').all();
    return await Promise.all(canvases.map((canvas) => canvas.getAttribute('data-epoch')));
  }

  /** Names of the epochs whose figures stand beside each other. */
  async comparedEpochs(): Promise<readonly string[]> {
    return await this.compared.locator('tr:not([data-row="difference"]) > th[scope="row"]').allTextContents();
  }

  /** Keeps the prompts of the epoch that is shown. */
  async keep(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Keep these prompts' }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('button', { name: 'Keep', exact: true }).click();
    await expect(dialog).toHaveCount(0);
    await expect(this.page.getByText(`Kept as «${name}»`)).toBeVisible();
  }
}
