import { expect, type Locator, type Page } from '@playwright/test';

/** Images by label, as a row of the table has them. */
export interface RowCounts {
  readonly anomalous: number;
  readonly good: number;
}

/** Thresholds: histogram with its handles, counts, recipes, operating points, the images nearest to the threshold. */
export class ThresholdsPage {
  readonly page: Page;
  readonly recipes: Locator;
  readonly points: Locator;

  constructor(page: Page) {
    this.page = page;
    this.recipes = page.getByRole('region', { name: 'Recipes' });
    this.points = page.getByTestId('operating-point');
  }

  handle(name: 'Threshold' | 'Lower threshold' = 'Threshold'): Locator {
    return this.page.getByRole('slider', { name, exact: true });
  }

  /** Waits until there is a handle to be moved: maps are gone through first. */
  async open(level: 'Images' | 'Pixels'): Promise<void> {
    await this.page
      .getByRole('group', { name: 'What the threshold lies on' })
      .getByRole('button', { name: level })
      .click();
    await expect(this.handle()).toBeVisible({ timeout: 60_000 });
    await expect(this.page.getByRole('textbox', { name: /^Smallest region/ })).toHaveCount(
      level === 'Pixels' ? 1 : 0,
    );
  }

  async value(name?: 'Threshold' | 'Lower threshold'): Promise<number> {
    return Number(await this.handle(name).getAttribute('aria-valuenow'));
  }

  async press(...keys: readonly string[]): Promise<void> {
    await this.handle().focus();
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Drags a handle by so many pixels, in several moves. */
  async drag(name: 'Threshold' | 'Lower threshold', byPx: number): Promise<void> {
    const { x = 0, y = 0, width = 0, height = 0 } = (await this.handle(name).boundingBox()) ?? {};
    const at = { x: x + width / 2, y: y + height / 2 };
    await this.page.mouse.move(at.x, at.y);
    await this.page.mouse.down();
    await this.page.mouse.move(at.x + byPx, at.y, { steps: 8 });
    await this.page.mouse.up();
  }

  async row(name: 'stopped' | 'human' | 'passed'): Promise<RowCounts> {
    const cells = await this.page.getByTestId(name).getByRole('cell').allInnerTexts();
    const [anomalous = NaN, good = NaN] = cells.map((text) => Number(text.replaceAll(',', '')));
    return { anomalous, good };
  }

  async cook(name: string): Promise<void> {
    const button = this.recipes.getByRole('button', { name, exact: true });
    await button.click();
    await expect(button).toHaveAttribute('aria-pressed', 'true');
  }

  async aim(field: string, value: string): Promise<void> {
    await this.recipes.getByRole('textbox', { name: field }).fill(value);
  }

  async save(name: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Name of this operating point' }).fill(name);
    await this.page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(this.points.filter({ hasText: name }).first()).toContainText('in force');
  }

  /** Opens a step of a point's menu: `Rename`, `Export as JSON`, `Remove`. */
  async chooseStep(name: string, step: string): Promise<Locator> {
    await this.page.getByRole('button', { name: `More about «${name}»` }).click();
    await this.page.getByRole('menuitem', { name: step }).click();
    const dialog = this.page.getByRole('dialog');
    await expect(dialog).toBeVisible();
    return dialog;
  }

  /** Images of one side of the strip, in its order. */
  async nearest(side: 'Stopped' | 'Passed'): Promise<readonly number[]> {
    const frames = this.page
      .getByRole('list', { name: `${side}, nearest to the threshold` })
      .locator('[data-image]');
    const ids = await frames.evaluateAll((all) => all.map((frame) => frame.getAttribute('data-image')));
    return ids.map(Number);
  }
}
