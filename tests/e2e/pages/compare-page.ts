import { expect, type Locator, type Page } from '@playwright/test';

/** Compare: panes locked together, filmstrip, figures. */
export class ComparePage {
  readonly page: Page;
  readonly panes: Locator;
  readonly filmstrip: Locator;
  readonly side: Locator;

  constructor(page: Page) {
    this.page = page;
    this.panes = page.getByTestId('pane');
    this.filmstrip = page.getByTestId('compare-filmstrip');
    this.side = page.getByTestId('compare-side');
  }

  /** Waits until every pane has painted its heat map. */
  async waitForHeat(): Promise<void> {
    await expect(this.filmstrip.getByRole('button').first()).toBeVisible();
    for (const pane of await this.panes.all()) {
      await expect.poll(() => paintedPixels(pane.locator('canvas').nth(1))).toBeGreaterThan(0);
    }
  }

  /** Waits until every pane has painted the image itself. */
  async waitForImage(): Promise<void> {
    for (const pane of await this.panes.all()) {
      await expect.poll(() => paintedPixels(pane.locator('canvas').first())).toBeGreaterThan(0);
    }
  }

  /** A number that changes with any pixel of each pane's image. */
  imageChecksums(): Promise<readonly number[]> {
    return this.panes.evaluateAll((panes) =>
      panes.map((pane) => {
        const canvas = pane.querySelector('canvas');
        const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        let sum = 0;
        for (let k = 0; k < data.length; k += 4) sum = (sum * 31 + (data[k] ?? 0)) | 0;
        return sum;
      }),
    );
  }

  async order(name: string): Promise<void> {
    await this.page.getByRole('combobox', { name: 'Order' }).click();
    await this.page.getByRole('option', { name }).click();
  }

  /** `Metrics`, `Scatter`, `ROC`, `PR` or `None`. */
  async besides(name: string): Promise<void> {
    await this.page
      .getByRole('group', { name: 'Beside the images' })
      .getByRole('button', { name, exact: true })
      .click();
  }

  /** Waits until figures and intervals are there. */
  async waitForFigures(): Promise<void> {
    await expect(this.side.getByRole('table')).toBeVisible();
    await expect(this.page.getByRole('progressbar')).toHaveCount(0);
  }

  async chooseMetric(name: string): Promise<void> {
    await this.side.getByRole('combobox', { name: 'Metric' }).click();
    await this.page.getByRole('option', { name, exact: true }).click();
  }

  /** A figure of the table: `cell('Image AUROC', 'A', 'gauge')`. */
  cell(metric: string, letter: string, className: string): Locator {
    return this.side.getByRole('button', { name: `${metric} of ${letter}, ${className}:` });
  }

  /** What the panes are called. */
  async headings(): Promise<readonly string[]> {
    return await this.panes.getByRole('heading').allInnerTexts();
  }

  /** Cuts a pane elsewhere, as one of the menu says. */
  async cut(letter: string, how: string): Promise<void> {
    await this.page.getByRole('button', { name: `Where ${letter} cuts` }).click();
    const dialog = this.page.getByRole('dialog', { name: `Where ${letter} cuts` });
    await dialog.getByRole('button', { name: how }).click();
    await expect(dialog).toHaveCount(0);
  }

  /** Puts a filter on, or takes it off. */
  async filter(name: string): Promise<void> {
    await this.page.getByRole('button', { name: /^(Filter|\d+ filters?)$/ }).click();
    await this.page.getByRole('menuitemcheckbox', { name }).click();
    await this.page.keyboard.press('Escape');
    await expect(this.page.getByRole('menu')).toHaveCount(0);
  }

  /** How many images the strip holds. */
  shownCount(count: number): Locator {
    return this.page.getByText(`${count} ${count === 1 ? 'image' : 'images'}`, { exact: true });
  }

  /** Takes the pointer off everything that answers it, and waits until no tip is left. */
  async restPointer(): Promise<void> {
    await this.page.mouse.move(0, 0);
    await expect(this.page.getByRole('tooltip')).toHaveCount(0);
  }

  /** Ranks of the shown image, in the order of the panes. */
  async ranks(): Promise<readonly number[]> {
    const texts = await this.page.getByTestId('pane-facts').allInnerTexts();
    return texts.map((text) => Number(/rank\s+([\d,]+)/.exec(text)?.[1]?.replaceAll(',', '')));
  }

  /** The image that the filmstrip marks. */
  async shownImage(): Promise<string | null> {
    return await this.filmstrip.locator('[aria-current]').getAttribute('data-image');
  }
}

function paintedPixels(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    if (!(element instanceof HTMLCanvasElement)) throw new Error('This layer is no canvas.');
    const data = element.getContext('2d')?.getImageData(0, 0, element.width, element.height).data ?? [];
    let painted = 0;
    for (let k = 3; k < data.length; k += 4) if ((data[k] ?? 0) > 0) painted++;
    return painted;
  });
}
