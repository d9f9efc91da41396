import { expect } from '@playwright/test';
import { GalleryPage } from '../../e2e/pages/gallery-page.ts';
import { figure, inMs, median, quantile, type Figure } from './figures.ts';
import { chooseSearch, planImages, type SetOptions } from './made-up-set.ts';
import type { Smoothness } from './page-bench.ts';
import type { Arrived } from './probe.ts';
import { arrivalFigure, hashOf, patiently, type Scene } from './scene.ts';

const aims = { openMs: 1000, actionMs: 100, scrollFrameMs: 20 } as const;

/** From navigation until the gallery can be used, and until its pictures are there; the window's files come from the host anew. */
export async function measureOpening({ page, set, extent, origin }: Scene): Promise<Figure[]> {
  const opened: { usableMs: number; picturesMs: number }[] = [];
  for (let round = 0; round <= extent.repeats; round++) {
    await page.goto('about:blank');
    await page.goto(`${origin}/${hashOf('images', set)}`);
    opened.push(await page.evaluate(() => window.bench.opened()));
  }
  const [first, ...rest] = opened;
  const usable = rest.map(({ usableMs }) => usableMs);
  return [
    figure('open: gallery with counts and filters', median(usable), {
      aim: aims.openMs,
      note: `median of ${usable.length}, worst ${inMs(Math.max(...usable))}; the very first ${inMs(first?.usableMs ?? NaN)}`,
    }),
    figure('open: all visible thumbnails', median(rest.map(({ picturesMs }) => picturesMs)), {
      note: `made for the first time ${inMs(first?.picturesMs ?? NaN)}`,
    }),
  ];
}

/** What the host takes for the large answers of the window, as the window waits for them. */
export async function readCalls({ page }: Scene): Promise<Figure[]> {
  const calls = await page.evaluate(() => window.bench.calls);
  const large = Map.groupBy(
    calls.filter(({ characters }) => characters > 20_000),
    ({ method }) => method,
  );
  return [...large].map(([method, own]) =>
    figure(`host: ${method} until its answer is here`, median(own.map(({ ms }) => ms)), {
      note: `${own.length}×, ${((own[0]?.characters ?? 0) / 1e6).toFixed(2)} MB`,
    }),
  );
}

export async function measureOrders({ page, bench, set, extent }: Scene): Promise<Figure[]> {
  await bench.goTo(hashOf('images', set));
  const gallery = new GalleryPage(page);
  await patiently(() => expect(gallery.tiles.first()).toBeVisible());
  const order = page.getByRole('combobox', { name: 'Order' });
  const times = new Map<string, Arrived[]>();
  for (let round = 0; round < extent.repeats; round++) {
    for (const name of ['Path', 'Verdict', 'Class', 'Score']) {
      await order.click();
      const option = page.getByRole('option', { name, exact: true });
      const arrived = await bench.time('click', { kind: 'gallery' }, () => option.click());
      times.set(name, [...(times.get(name) ?? []), arrived]);
      await patiently(() => expect(page.getByRole('listbox')).toHaveCount(0));
    }
  }
  return [...times].map(([name, arrivals]) =>
    arrivalFigure(`sort by ${name.toLowerCase()}`, arrivals, aims.actionMs),
  );
}

export async function measureFilters({ page, bench, set, extent }: Scene): Promise<Figure[]> {
  await bench.goTo(hashOf('images', set));
  const gallery = new GalleryPage(page);
  await patiently(() => expect(gallery.tiles.first()).toBeVisible());
  const boxes = [
    ['Label', 'Anomalous'],
    ['Verdict', 'Defect'],
    ['Prediction', 'Defect'],
    ['Disagreement', 'Label and prediction'],
    ['Only with', 'A note'],
  ] as const;
  const figures: Figure[] = [];
  for (const [group, name] of boxes) {
    const box = gallery.box(group, name);
    const arrivals: Arrived[] = [];
    for (let round = 0; round < 2 * extent.repeats; round++)
      arrivals.push(await bench.time('click', { kind: 'gallery' }, () => box.click()));
    figures.push(arrivalFigure(`filter ${group}: ${name}, on and off`, arrivals, aims.actionMs));
  }
  return figures;
}

/** Every letter of a search that narrows with every letter, and taking it back. */
export async function measureSearch(
  { page, bench, set, extent }: Scene,
  options: SetOptions,
): Promise<Figure[]> {
  await bench.goTo(hashOf('images', set));
  const { search, tiles } = new GalleryPage(page);
  await patiently(() => expect(tiles.first()).toBeVisible());
  const text = chooseSearch(planImages(options).map((image) => image.path));
  const arrivals: Arrived[] = [];
  for (let round = 0; round < extent.repeats; round++) {
    await search.focus();
    for (const letter of text)
      arrivals.push(await bench.time('keydown', { kind: 'gallery' }, () => page.keyboard.press(letter)));
    for (let taken = 0; taken < text.length; taken++)
      arrivals.push(await bench.time('keydown', { kind: 'gallery' }, () => page.keyboard.press('Backspace')));
  }
  return [
    arrivalFigure(`search, a letter of «${text}» there and back`, arrivals, aims.actionMs),
    arrivalFigure('search, p95 of the same', arrivals, aims.actionMs, 0.95),
  ];
}

/** Steady wheel with thumbnails that are made for the first time, the same way again, and a jump of the scroll bar. */
export async function measureScrolling({ page, bench, set, extent }: Scene): Promise<Figure[]> {
  await bench.goTo(hashOf('images', set, { sort: 'path' }));
  const gallery = page.getByTestId('gallery');
  await patiently(() => expect(new GalleryPage(page).tiles.first()).toBeVisible());
  const box = (await gallery.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const middle = { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
  const toTop = () =>
    gallery.evaluate((element) => {
      element.scrollTop = 0;
    });
  const scroll = async () => {
    await toTop();
    await page.waitForTimeout(300);
    return await bench.frames(() => bench.wheel(middle, extent.scrollPx, scrollPxPerS));
  };
  const cold = await scroll();
  const warm = await scroll();
  const jumps = await bench.frames(async () => {
    for (let jump = 1; jump <= 2 * extent.repeats; jump++) {
      await gallery.evaluate(
        (element, share) => {
          element.scrollTop = share * element.scrollHeight;
        },
        (jump * 0.37) % 1,
      );
      await page.waitForTimeout(250);
    }
  });
  await toTop();
  return [
    ...smoothnessFigures(`scroll, wheel at ${scrollPxPerS} px/s, new thumbnails`, cold, aims.scrollFrameMs),
    ...smoothnessFigures('scroll, the same way again', warm, aims.scrollFrameMs),
    ...smoothnessFigures('scroll bar, jumps of a third', jumps, aims.scrollFrameMs),
    figure('scroll, tiles without their picture: new, again, jumps', cold.withoutPicture * 100, {
      unit: '%',
      note: `${(warm.withoutPicture * 100).toFixed(1)} %, ${(jumps.withoutPicture * 100).toFixed(1)} %; height without a tile ${[cold, warm, jumps].map(({ uncovered }) => `${(uncovered * 100).toFixed(1)} %`).join(', ')}`,
    }),
  ];
}

const scrollPxPerS = 2400;

/** p95 of the interval between frames; beside it what our thread did in one. */
export function smoothnessFigures(what: string, record: Smoothness, aim: number | null): Figure[] {
  const { intervalsMs, mainThread } = record;
  const { wallMs, processorMs } = mainThread;
  return [
    figure(`${what}: frame`, quantile(intervalsMs, 0.95), {
      aim,
      note: `p95 of ${intervalsMs.length}, median ${inMs(median(intervalsMs))}`,
    }),
    figure(`${what}: our thread in a frame`, quantile(wallMs, 0.95), {
      note: `p95, median ${inMs(median(wallMs))}; processor time p95 ${inMs(quantile(processorMs, 0.95))}`,
    }),
  ];
}
