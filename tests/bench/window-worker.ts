// Times WinCLIP's pass over one image (class token, windows of 2×2 and 3×3) in a process of its own: one line of JSON an order
// read from standard input.
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';
import { winClipMethod } from '../../src-main/compute/methods/winclip.ts';
import { createFeatureExtractor } from '../../src-main/compute/runtime/feature-extractor.ts';
import { createSessionStore } from '../../src-main/compute/runtime/session-store.ts';
import { benchModels } from './random-model.ts';

const [folder = '', name = '', imageSize = '', threads = '2'] = process.argv.slice(2);
const config = benchModels[name];
if (!config) throw new Error(`no model of the bench is called ${name}`);
const imageSizePx = Number(imageSize);
const sessions = createSessionStore({ intraOpThreads: Number(threads) });
const loadStartMs = performance.now();
const needs = winClipMethod.needs(config, { imageSizePx });
const extractor = await createFeatureExtractor({ folder, config }, needs, sessions);
const loadSeconds = (performance.now() - loadStartMs) / 1000;
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
