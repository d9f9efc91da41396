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
