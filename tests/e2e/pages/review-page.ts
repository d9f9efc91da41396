import { expect, type Locator, type Page } from '@playwright/test';

/** Layers of the stage, from the bottom: the image, the heat map, marks. */
const layers = { image: 0, heat: 1, marks: 2 } as const;

/** What a layer shows: how many pixels are painted, how strongly on average, and a number that changes with any pixel. */
export interface LayerPixels {
  readonly paintedShare: number;
  readonly meanAlpha: number;
  readonly checksum: number;
}

/** Review: viewer, panel and filmstrip. */
export class ReviewPage {
  readonly page: Page;
  readonly filmstrip: Locator;
  readonly strip: Locator;

  constructor(page: Page) {
    this.page = page;
    this.filmstrip = page.getByTestId('filmstrip');
    this.strip = page.getByTestId('run-strip');
  }

  /** The frame of the filmstrip that stands at a place, from 1. */
  frame(place: number): Locator {
    return this.filmstrip.getByRole('button', { name: new RegExp(`^Image ${place} of `) });
  }

  /** How many images have no verdict. */
  get left(): Locator {
    return this.page.getByTestId('left');
  }

  get note(): Locator {
    return this.page.getByRole('textbox', { name: /^Note/ });
  }

  get trail(): Locator {
    return this.page.getByRole('list', { name: 'Trail' }).getByRole('listitem');
  }

  /** A button of the verdict: pressed where it holds. */
  verdict(name: 'Good' | 'Defect' | 'Unsure'): Locator {
    return this.page.getByRole('group', { name: 'Your verdict' }).getByRole('button', { name });
  }

  async chooseFilter(name: string): Promise<void> {
    await this.choose('Show', name);
  }

  /** One of the choices between viewer and filmstrip. */
  async choose(what: 'Show' | 'Label' | 'Order', name: string): Promise<void> {
    const bar = this.page.getByRole('toolbar', { name: 'Review' });
    await bar.getByRole('combobox', { name: what }).click();
    await this.page.getByRole('option', { name, exact: true }).click();
    await expect(this.page.getByRole('listbox')).toHaveCount(0);
  }

  /** The images of the filmstrip by id, from the first, as far as they are drawn. */
  async order(): Promise<readonly string[]> {
    const frames = await this.filmstrip.getByRole('button').all();
    return Promise.all(frames.map(async (frame) => (await frame.getAttribute('data-image')) ?? ''));
  }

  /** What is said of the point under the mouse. */
  get readOut(): Locator {
    return this.page.getByTestId('read-out');
  }

  get regions(): Locator {
    return this.page.getByRole('list', { name: 'Regions' }).getByRole('button');
  }

  /** Points at the image; shares of the stage's sides, from the top left. */
  async pointAt(
    x: number,
    y: number,
    stage: Locator = this.page.getByTestId('stage').first(),
  ): Promise<void> {
    const box = await stage.boundingBox();
    if (box === null) throw new Error('The stage is not drawn.');
    await this.page.mouse.move(box.x + box.width * x, box.y + box.height * y);
  }

  /** Waits until the run is at its end: the line about its progress is gone. */
  async waitForEnd(): Promise<void> {
    await expect(this.filmstrip).toBeVisible({ timeout: 60_000 });
    await expect(this.strip).toHaveCount(0, { timeout: 60_000 });
  }

  async waitForHeat(): Promise<void> {
    await expect.poll(async () => (await this.pixels('heat')).paintedShare).toBeGreaterThan(0);
  }

  /**
   * Goes to the worst of `count` images once all their scores have arrived. The shown image is held while scores come in,
   * so a Home that is pressed before the last of them leads to a place that is no longer the first.
   */
  async goToWorst(count: number): Promise<void> {
    await expect(this.page.getByText(new RegExp(`of ${count} images`)).first()).toBeVisible();
    await expect(async () => {
      await this.page.keyboard.press('Home');
      expect(await this.position()).toEqual({ index: 1, count });
    }).toPass({ timeout: 15_000 });
  }

  /** The place in the order: `3 of 115`. */
  async position(): Promise<{ readonly index: number; readonly count: number }> {
    const text = await this.page.getByTestId('position').innerText();
    const [index = 0, count = 0] = text.replaceAll(',', '').split(' of ').map(Number);
    return { index, count };
  }

  /** Reads the pixels that a layer of the viewer shows. */
  pixels(layer: keyof typeof layers): Promise<LayerPixels> {
    return this.page
      .getByTestId('stage')
      .locator('canvas')
      .nth(layers[layer])
      .evaluate((element) => {
        if (!(element instanceof HTMLCanvasElement)) throw new Error('This layer is no canvas.');
        const { width, height } = element;
        const data =
          element.getContext('2d')?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
        let painted = 0;
        let alpha = 0;
        let checksum = 0;
        for (let k = 0; k < data.length; k += 4) {
          const a = data[k + 3] ?? 0;
          if (a > 0) painted++;
          alpha += a;
          checksum =
            (checksum * 31 + (data[k] ?? 0) * 3 + (data[k + 1] ?? 0) * 5 + (data[k + 2] ?? 0) * 7 + a) | 0;
        }
        const count = data.length / 4;
        return { paintedShare: painted / count, meanAlpha: alpha / count, checksum };
      });
  }

  /** Sets a slider with the mouse; `share` is 0-1 of its length. */
  async clickOnSlider(name: string, share: number): Promise<void> {
    const track = this.page.locator('.MuiSlider-root', { has: this.page.getByRole('slider', { name }) });
    const { width = 0, height = 0 } = (await track.boundingBox()) ?? {};
    await track.click({ position: { x: width * share, y: height / 2 } });
    await this.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  /** Moves a slider by keys: `Home`, `End`, `ArrowRight`… */
  async pressOnSlider(name: string, ...keys: readonly string[]): Promise<void> {
    const slider = this.page.getByRole('slider', { name });
    await slider.focus();
    // A key that is pressed while the panel is drawn anew goes to the page instead.
    await expect(slider).toBeFocused();
    for (const key of keys) await slider.press(key);
  }
}
