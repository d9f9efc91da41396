// Times the product's own vision graph in a process of its own: one line of JSON an order read from standard input.
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';
import { createFeatureExtractor } from '../../src-main/compute/runtime/feature-extractor.ts';
import { createSessionStore } from '../../src-main/compute/runtime/session-store.ts';
import { anomalyClipMethod } from '../../src-main/compute/methods/anomalyclip.ts';
import { paperLayers } from '../../src-main/compute/methods/defaults.ts';
import { vitLarge336 } from './random-model.ts';

const [folder = '', threads = '2'] = process.argv.slice(2);
const needs = anomalyClipMethod.needs(vitLarge336, { layers: paperLayers(vitLarge336) });
const sessions = createSessionStore({ intraOpThreads: Number(threads) });
const loadStartMs = performance.now();
const extractor = await createFeatureExtractor({ folder, config: vitLarge336 }, needs, sessions);
const loadSeconds = (performance.now() - loadStartMs) / 1000;
const { imageSizePx } = needs;
const data = Uint8Array.from({ length: imageSizePx * imageSizePx * 3 }, (_, i) => (i * 7919) % 256);
const image = { width: imageSizePx, height: imageSizePx, data };
const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);

say({ ready: true, loadSeconds });
for await (const line of createInterface({ input: process.stdin })) {
  const seconds: number[] = [];
  const before = process.cpuUsage();
  for (let i = 0; i < Number(line); i++) {
    const startMs = performance.now();
    await extractor.extract(image);
    seconds.push((performance.now() - startMs) / 1000);
  }
  const { user, system } = process.cpuUsage(before);
  say({ seconds, cpuSeconds: (user + system) / 1e6, peakBytes: process.resourceUsage().maxRSS * 1024 });
}
await extractor.release();
