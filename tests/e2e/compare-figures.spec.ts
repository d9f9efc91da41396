import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import type { PixelFigures, RankMetrics } from '../../src-shared/domain/evaluation.ts';
import type { PixelIntervals } from '../../src-shared/domain/pixel-intervals.ts';
import { askHost } from './ask-host.ts';
import { expect, test } from './fixtures.ts';
import { ComparePage } from './pages/compare-page.ts';
import { DataPage } from './pages/data-page.ts';
import { Frame } from './pages/frame.ts';
import { ReviewPage } from './pages/review-page.ts';

const projectRoot = path.resolve(import.meta.dirname, '../..');
const samples = path.join(projectRoot, 'assets/samples');
const mean = 'Mean';

interface Figures {
  readonly image: RankMetrics;
  readonly pixel: PixelFigures;
}

interface EvaluatedMethod {
  readonly classes: Readonly<Record<string, Figures>>;
  readonly mean: Figures;
  readonly runId: number;
  readonly isReused: boolean;
}

/** Of pixels, in the order of `runs.pixelIntervals`. */
const pixelMetrics = [
  'Pixel AUROC',
  'Pixel AP',
  'Pixel F1-max',
  'AUPRO (exact)',
  'AUPRO (papers’ code)',
] as const;

const metrics: readonly (readonly [name: string, pick: (figures: Figures) => number | null])[] = [
  ['Image AUROC', ({ image }) => image.auroc],
  ['Image AP', ({ image }) => image.ap],
  ['Image F1-max', ({ image }) => image.f1Max],
  ['Pixel AUROC', ({ pixel }) => pixel.auroc],
  ['Pixel AP', ({ pixel }) => pixel.ap],
  ['Pixel F1-max', ({ pixel }) => pixel.f1Max],
  ['AUPRO (exact)', ({ pixel }) => pixel.aupro],
  ['AUPRO (papers’ code)', ({ pixel }) => pixel.auproPaper],
];

test('every figure of Compare is the one that the command line prints, and five panes of them fit', async ({
  window,
  workbench,
}) => {
  test.setTimeout(240_000);
  const data = new DataPage(window);
  const compare = new ComparePage(window);
  await data.importFolder(samples);
  await data.startRun('Block statistics', 'CLIP');
  await new ReviewPage(window).waitForEnd();
  await new Frame(window).goTo('Compare');
  await expect(compare.panes).toHaveCount(2);
  const runIds = await compare.panes.evaluateAll((panes) =>
    panes.map((pane) => Number(pane.getAttribute('data-run'))),
  );

  await test.step('the figures are the same', async () => {
    const printed = await evaluate(workbench.dataFolder);
    const columns = runIds.map((runId) => printed.find((method) => method.runId === runId));
    expect(columns.map((column) => column?.isReused)).toEqual([true, true]);
    const classNames = Object.keys(columns[0]?.classes ?? {});
    expect(classNames.length).toBeGreaterThan(1);
    for (const [name, pick] of metrics) {
      await compare.chooseMetric(name);
      await compare.waitForFigures();
      const say = (figures: Figures | undefined) => {
        const share = figures === undefined ? null : pick(figures);
        return share === null ? '–' : (share * 100).toFixed(1);
      };
      const expected = Object.fromEntries([
        [mean, columns.map((column) => say(column?.mean))],
        ...classNames.map((each) => [each, columns.map((column) => say(column?.classes[each]))] as const),
      ]);
      await expect.poll(() => shownFigures(window), { message: name }).toEqual(expected);
    }
  });

  await test.step('pixel metrics have intervals of those figures, drawn once, and say how exact they are', async () => {
    await compare.chooseMetric('Pixel AUROC');
    // Seconds, or minutes on a busy machine; the figures are there meanwhile.
    await expect(window.getByRole('progressbar')).toHaveCount(0, { timeout: 120_000 });
    const { groups } = await askHost(window, 'runs.pixelIntervals', { runIds });
    expect(groups.flatMap(({ figures }) => figures.flat()).some(({ interval }) => interval !== null)).toBe(
      true,
    );
    for (const [place, name] of pixelMetrics.entries()) {
      await compare.chooseMetric(name);
      const expected = Object.fromEntries(
        groups.map(({ className, figures }) => [
          className ?? mean,
          figures.map((column) => sayInterval(column[place])),
        ]),
      );
      await expect.poll(() => shownIntervals(window), { message: name }).toEqual(expected);
    }
    const told = groups
      .flatMap(({ className, figures }) =>
        figures.map((metricsOfColumn, column) => ({ className, figure: metricsOfColumn[0], column })),
      )
      .find(({ figure }) => figure?.discretisation);
    expect(told).toBeDefined();
    await compare.chooseMetric('Pixel AUROC');
    await compare.cell('Pixel AUROC', told?.column === 0 ? 'A' : 'B', told?.className ?? mean).hover();
    await expect(window.getByRole('tooltip')).toContainText(/points off for all images and at most 0\.\d\d/);
    await expect(compare.side.getByTestId('differences')).toContainText('of resamples');
  });

  await test.step('five panes with intervals fit beside the images, nothing clipped', async () => {
    await compare.chooseMetric('Image AUROC');
    const [first = 0, second = 0] = runIds;
    await window.evaluate((runs) => {
      const [view = '', query = ''] = location.hash.split('?', 2);
      const parameters = new URLSearchParams(query);
      parameters.set('runs', runs);
      location.hash = `${view}?${parameters.toString()}`;
    }, `${first},${first}s0.1,${second},${second}s0.1,${second}s0.2`);
    await expect(compare.panes).toHaveCount(5);
    await compare.waitForFigures();
    await expect(compare.side.getByTestId('interval').first()).toBeVisible();
    expect(await clipped(window)).toEqual([]);
  });
});

/** What `evaluate --json` prints on the same data folder. */
async function evaluate(dataFolder: string): Promise<readonly EvaluatedMethod[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      path.join(projectRoot, 'src-main/launch/cli.mjs'),
      ...['evaluate', samples, '--methods', 'baseline,clip', '--json', '--data', dataFolder],
    ],
    { env: { ...process.env, XDG_CONFIG_HOME: `${dataFolder}-config` }, maxBuffer: 64 * 1024 * 1024 },
  );
  const { methods } = JSON.parse(stdout) as { methods: Record<string, EvaluatedMethod> };
  return Object.values(methods);
}

function sayInterval(figure: PixelIntervals['groups'][number]['figures'][number][number] | undefined) {
  if ((figure?.estimate ?? null) === null) return '';
  const percent = (share: number) => (share * 100).toFixed(1);
  const interval = figure?.interval ?? null;
  return interval === null ? '–' : `${percent(interval.lower)}–${percent(interval.upper)}`;
}

/** By the name of the row; empty where there is no figure. */
const shownIntervals = (page: Page) => shownCells(page, '[data-testid="interval"]', false);

/** By the name of the row, without intervals and published figures. */
const shownFigures = (page: Page) => shownCells(page, 'button > span', true);

/** What `selector` finds in each cell; where it finds nothing the whole cell, or nothing. */
function shownCells(
  page: Page,
  selector: string,
  elseWhole: boolean,
): Promise<Record<string, readonly string[]>> {
  return page.getByTestId('compare-side').evaluate(
    (side, wanted) =>
      Object.fromEntries(
        [...side.querySelectorAll('tbody > tr:first-child')].map((row) => [
          row.querySelector('th')?.textContent ?? '',
          [...row.querySelectorAll('td')].map((cell) => {
            const found = cell.querySelector(wanted.selector) ?? (wanted.elseWhole ? cell : null);
            return found?.textContent ?? '';
          }),
        ]),
      ),
    { selector, elseWhole },
  );
}

/** What of the table reaches beyond what holds it: its scroller, the columns of its figures, the panel. */
function clipped(page: Page): Promise<readonly string[]> {
  return page.getByTestId('compare-side').evaluate((side) => {
    const table = side.querySelector('table');
    const scroller = table?.parentElement;
    if (!table || !scroller) return ['There is no table.'];
    const found = [side, scroller]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ scrollWidth, clientWidth }) => `${scrollWidth} px in ${clientWidth} px`);
    const bounds = scroller.getBoundingClientRect();
    for (const cell of table.querySelectorAll('tbody td')) {
      const column = cell.getBoundingClientRect();
      for (const part of cell.querySelectorAll('button, button > span')) {
        const { left, right } = part.getBoundingClientRect();
        const isInside =
          left >= column.left - 0.5 && right <= column.right + 0.5 && right <= bounds.right + 0.5;
        if (!isInside)
          found.push(`${part.textContent ?? ''}: ${left}–${right}, ${column.left}–${column.right}`);
      }
    }
    return found;
  });
}
