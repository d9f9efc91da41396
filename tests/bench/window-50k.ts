// Measures the window on a made-up set of 50,000 images with 4 finished runs, in Chromium against the web host.
// Usage: node tests/bench/window-50k.ts [--count 50000] [--only open,sort,filter,search,scroll,images,drag,compare,memory]
//   [--json FILE] [--keep]   (--keep leaves the made-up set where the next call finds it: about 0.7 GB in the temp folder)
import { rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { buildProject } from '../../src-main/launch/build.mjs';
import { obtainBrowser } from '../../src-main/launch/find-browser.mjs';
import { startWeb } from '../e2e/hosts.ts';
import { formatFigures, type Figure } from './window/figures.ts';
import { largeSet, makeUpSet } from './window/made-up-set.ts';
import { measureComparison } from './window/measure-compare.ts';
import {
  measureFilters,
  measureOpening,
  measureOrders,
  measureScrolling,
  measureSearch,
  readCalls,
} from './window/measure-gallery.ts';
import { measureMemory } from './window/measure-memory.ts';
import { measureDrags, measureImages } from './window/measure-review.ts';
import { openScene, wholeExtent, type Scene } from './window/scene.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: String(largeSet.count) },
    only: { type: 'string' },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const options = { ...largeSet, count: Number(values.count) };
const wanted = values.only?.split(',');

const parts: Readonly<Record<string, (scene: Scene) => Promise<Figure[]>>> = {
  open: async (scene) => [...(await measureOpening(scene)), ...(await readCalls(scene))],
  sort: measureOrders,
  filter: measureFilters,
  search: (scene) => measureSearch(scene, options),
  scroll: measureScrolling,
  images: (scene) => measureImages(scene, options.count),
  drag: measureDrags,
  compare: measureComparison,
  memory: measureMemory,
};

const startMs = performance.now();
const seconds = () => `${((performance.now() - startMs) / 1000).toFixed(0)} s`;
await buildProject();
const found = await obtainBrowser(console.log);
if (!found.executable) throw new Error(found.reason);
const set = await makeUpSet(options);
console.log(
  `${options.count} made-up images (${options.pictureCount} different JPEGs of ${options.widthPx}×${options.heightPx} px under as many names as images) and ` +
    `${set.runIds.length} runs with made-up scores and maps; no model looked at anything. ` +
    (set.madeInMs === null ? 'They lay here.' : `Made in ${(set.madeInMs / 1000).toFixed(0)} s.`),
);
const browser = await chromium.launch({
  executablePath: found.executable,
  args: ['--disable-background-networking', '--no-first-run'],
  chromiumSandbox: process.getuid?.() !== 0,
});
const figures: Figure[] = [];
const failures: string[] = [];
let environment: object = {};
try {
  const host = await startWeb(set.dataFolder, browser);
  try {
    const scene = await openScene(browser, host.page, set, wholeExtent);
    const session = await browser.newBrowserCDPSession();
    const { gpu } = await session.send('SystemInfo.getInfo');
    await session.detach();
    const raster = String(gpu.featureStatus?.['rasterization'] ?? 'unknown');
    environment = {
      browser: browser.version(),
      rasterization: raster,
      processor: cpus()[0]?.model,
      cores: availableParallelism(),
    };
    console.log(
      raster.startsWith('enabled')
        ? `Chromium ${browser.version()}, rasterised by the graphics processor.`
        : `Chromium ${browser.version()} without a graphics processor: it rasterises and composes in software (${raster}), on the same ${availableParallelism()} cores. What «our thread» took is the window's own share.`,
    );
    await scene.page.goto(`${scene.origin}/`);
    for (const [name, measure] of Object.entries(parts)) {
      if (wanted !== undefined && !wanted.includes(name)) continue;
      try {
        figures.push(...(await measure(scene)));
      } catch (error) {
        failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      console.log(`${name} done after ${seconds()}, load ${loadavg()[0]?.toFixed(1)}`);
    }
  } finally {
    await host.stop('close');
  }
} finally {
  await browser.close();
  if (!values.keep) await rm(path.dirname(set.dataFolder), { recursive: true, force: true });
}
console.log(`\n${formatFigures(figures)}`);
if (figures.some(({ load }) => load > 1.5))
  console.log(
    '\nLoads above 1.5 on two cores: other programs ran meanwhile, wall-clock figures are too high.',
  );
for (const failure of failures) console.log(`NOT MEASURED: ${failure}`);
const report = {
  count: options.count,
  ...environment,
  figures,
  failures,
  seconds: (performance.now() - startMs) / 1000,
};
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
if (failures.length > 0) process.exitCode = 1;
