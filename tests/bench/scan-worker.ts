// AnomalyCLIP on a few images as the compute process runs it, from opening to closing, in a process of its own: peak memory.
import { performance } from 'node:perf_hooks';
import { createScanSessions } from '../../src-main/compute/runtime/scan-sessions.ts';
import { vitLarge336 } from './random-model.ts';

const [folder = '', promptFile = '', assetsFolder = '', threads = '2', ...imagePaths] = process.argv.slice(2);
const scans = createScanSessions({ assetsFolder, intraOpThreads: Number(threads) });
const startMs = performance.now();
const { sessionId } = await scans.open({
  model: { folder, config: vitLarge336 },
  classNames: ['object'],
  methods: [{ methodId: 'anomalyclip', promptFile, settings: {}, references: [] }],
});
const openSeconds = (performance.now() - startMs) / 1000;
async function ask(imagePath: string) {
  const [result] = (await scans.image({ sessionId, imagePath, className: 'object' })).results;
  if (result?.ok !== true) throw new Error(result?.error.message ?? 'no result');
  return result;
}
// Two at a time, as core asks for them: the next image is decoded while one is computed.
const results = [];
for (let i = 0; i < imagePaths.length; i += 2)
  results.push(...(await Promise.all(imagePaths.slice(i, i + 2).map(ask))));
await scans.close({ sessionId });
process.stdout.write(
  `${JSON.stringify({
    openSeconds,
    imageSeconds: results.map(({ durationMs }) => durationMs / 1000),
    peakBytes: process.resourceUsage().maxRSS * 1024,
  })}\n`,
);
