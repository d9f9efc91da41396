import { expect } from '@playwright/test';
import { ComparePage } from '../../e2e/pages/compare-page.ts';
import type { Figure } from './figures.ts';
import type { Arrived } from './probe.ts';
import { arrivalFigure, hashOf, patiently, type Scene } from './scene.ts';

const aims = { sortMs: 100, nextMs: 100 } as const;
const lookMs = 400;

/** All runs of the set side by side: each order of the strip, and the next image in every pane. */
export async function measureComparison({ page, bench, set, extent }: Scene): Promise<Figure[]> {
  await bench.goTo(hashOf('compare', set, { runs: set.runIds.join(','), side: 'none', order: 'path' }));
  const compare = new ComparePage(page);
  await patiently(() => expect(compare.panes).toHaveCount(set.runIds.length));
  await patiently(() => compare.waitForHeat());
  await page.waitForTimeout(1000);
  const strip = { kind: 'strip', testId: 'compare-filmstrip' } as const;
  const orders = new Map<string, Arrived[]>();
  for (let round = 0; round < extent.repeats; round++) {
    for (const name of ['Rank disagreement', 'Score of A', 'As imported']) {
      await page.getByRole('combobox', { name: 'Order' }).click();
      const option = page.getByRole('option', { name, exact: true });
      const arrived = await bench.time('click', strip, () => option.click());
      orders.set(name, [...(orders.get(name) ?? []), arrived]);
      await patiently(() => expect(page.getByRole('listbox')).toHaveCount(0));
      await page.waitForTimeout(lookMs);
    }
  }
  await patiently(() => compare.waitForHeat());
  const next: Arrived[] = [];
  for (let step = 0; step < extent.images; step++) {
    const arrival = { kind: 'overlay', viewers: set.runIds.length, imageId: null } as const;
    next.push(await bench.time('keydown', arrival, () => page.keyboard.press('ArrowRight')));
    await page.waitForTimeout(lookMs);
  }
  const what = `Compare, ${set.runIds.length} runs`;
  return [
    ...[...orders].map(([name, arrivals]) =>
      arrivalFigure(`${what}, order «${name}»`, arrivals, aims.sortMs),
    ),
    arrivalFigure(`${what}, next image with all overlays`, next, aims.nextMs),
    arrivalFigure(`${what}, next image, p95`, next, aims.nextMs, 0.95),
  ];
}
