import { expect, type Locator } from '@playwright/test';
import { ReviewPage } from '../../e2e/pages/review-page.ts';
import { figure, inMs, median, quantile, type Figure } from './figures.ts';
import { largeSet } from './made-up-set.ts';
import type { Smoothness } from './page-bench.ts';
import type { Arrived } from './probe.ts';
import { arrivalFigure, hashOf, patiently, type Scene } from './scene.ts';
import { seededRandom } from './seeded-random.ts';

const aims = { nextMs: 100, dragFrameMs: 16 } as const;
/** As long as a quick reviewer looks at an image; what is made ready meanwhile is ready then. */
const lookMs = 250;

/** The next image by key, made ready before, and images far away that nothing made ready. */
export async function measureImages({ page, bench, set, extent }: Scene, count: number): Promise<Figure[]> {
  await bench.goTo(hashOf('review', set));
  await patiently(() => new ReviewPage(page).waitForHeat());
  await page.waitForTimeout(1000);
  const next: Arrived[] = [];
  for (let step = 0; step < extent.images; step++) {
    next.push(
      await bench.time('keydown', { kind: 'overlay', viewers: 1, imageId: null }, () =>
        page.keyboard.press('ArrowRight'),
      ),
    );
    await page.waitForTimeout(lookMs);
  }
  const random = seededRandom(largeSet.seed + 4000);
  const jumps: Arrived[] = [];
  let before = 0;
  // The first only leads away from where the keys ended: time is counted from an image that is known.
  for (let step = 0; step <= extent.images; step++) {
    const imageId = otherThan(before, 1 + Math.floor(random.share() * count), count);
    before = imageId;
    const hash = hashOf('review', set, { image: imageId });
    if (step === 0) await bench.goTo(hash);
    else jumps.push(await bench.timeAddress({ kind: 'overlay', viewers: 1, imageId }, hash));
    await page.waitForTimeout(lookMs);
  }
  return [
    arrivalFigure('Review, next image with full overlay', next, aims.nextMs),
    arrivalFigure('Review, next image, p95', next, aims.nextMs, 0.95),
    arrivalFigure('Review, jump to any image', jumps, aims.nextMs),
    arrivalFigure('Review, jump to any image, p95', jumps, aims.nextMs, 0.95),
  ];
}

function otherThan(before: number, imageId: number, count: number): number {
  return imageId === before ? 1 + (imageId % count) : imageId;
}

export async function measureDrags({ page, bench, set, extent }: Scene): Promise<Figure[]> {
  await bench.goTo(hashOf('review', set));
  await patiently(() => new ReviewPage(page).waitForHeat());
  await page.waitForTimeout(1000);
  const figures: Figure[] = [];
  for (const name of ['Score threshold', 'Map threshold']) {
    const slider = page.locator('.MuiSlider-root', { has: page.getByRole('slider', { name }) });
    const [from, to] = await placesAlong(slider, 0.25, 0.75);
    const record = await bench.frames(() => bench.drag(from, to, extent.dragSteps));
    figures.push(...dragFigures(`Review, drag the ${name.toLowerCase()}`, record));
  }
  await bench.goTo(hashOf('thresholds', set));
  const handle = page.getByRole('slider', { name: 'Threshold', exact: true });
  await patiently(() => expect(handle).toBeVisible());
  await page.waitForTimeout(1000);
  const [from] = await placesAlong(handle, 0.5, 0.5);
  const to = { x: from.x - 300, y: from.y };
  const record = await bench.frames(() => bench.drag(from, to, extent.dragSteps));
  figures.push(...dragFigures('Thresholds, drag the threshold', record));
  return figures;
}

async function placesAlong(line: Locator, ...shares: readonly [number, number]) {
  await line.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await line.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const place = (share: number) => ({ x: x + share * width, y: y + height / 2 });
  return [place(shares[0]), place(shares[1])] as const;
}

/** The work of a frame is held against the aim: a display of 60 Hz shows one every 16.7 ms however little it is. */
function dragFigures(what: string, { intervalsMs, mainThread }: Smoothness): Figure[] {
  const { wallMs, processorMs } = mainThread;
  return [
    figure(`${what}: our thread in a frame`, quantile(wallMs, 0.95), {
      aim: aims.dragFrameMs,
      note: `p95 of ${wallMs.length}, median ${inMs(median(wallMs))}; processor time p95 ${inMs(quantile(processorMs, 0.95))}`,
    }),
    figure(`${what}: frame`, quantile(intervalsMs, 0.95), {
      note: `p95 of ${intervalsMs.length}, median ${inMs(median(intervalsMs))}`,
    }),
  ];
}
