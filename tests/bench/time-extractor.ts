import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';
import {
  createFeatureExtractor,
  type StoredModel,
} from '../../src-main/compute/runtime/feature-extractor.ts';
import { createSessionStore } from '../../src-main/compute/runtime/session-store.ts';
import type { FeatureNeeds } from '../../src-main/compute/methods/method.ts';

/**
 * Times passes over one image, as many at a time as each line of standard input says, until it ends. Answers with lines of
 * JSON: first how long loading took, then seconds of each pass, processor seconds of all and of the wait before, and peak memory in bytes.
 */
export async function timeExtractor(model: StoredModel, needs: FeatureNeeds, threads: number): Promise<void> {
  const sessions = createSessionStore({ intraOpThreads: threads });
  const loadStartMs = performance.now();
  const extractor = await createFeatureExtractor(model, needs, sessions);
  const loadSeconds = (performance.now() - loadStartMs) / 1000;
  const { imageSizePx } = needs;
  const data = Uint8Array.from({ length: imageSizePx * imageSizePx * 3 }, (_, i) => (i * 7919) % 256);
  const image = { width: imageSizePx, height: imageSizePx, data };
  const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);

  const cpuSeconds = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };

  say({ ready: true, loadSeconds });
  let answeredAt = cpuSeconds();
  for await (const line of createInterface({ input: process.stdin })) {
    const seconds: number[] = [];
    const before = cpuSeconds();
    for (let i = 0; i < Number(line); i++) {
      const startMs = performance.now();
      await extractor.extract(image);
      seconds.push((performance.now() - startMs) / 1000);
    }
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    const idleCpuSeconds = before - answeredAt;
    say({ seconds, cpuSeconds: cpuSeconds() - before, idleCpuSeconds, peakBytes });
    answeredAt = cpuSeconds();
  }
  await extractor.release();
}
