import { extname, join } from 'node:path';

/** The entry of a thread that counts pixels: from source the TypeScript file beside this one, in the bundles `pixel-worker.js`. */
export const pixelWorkerFile = join(
  import.meta.dirname,
  extname(import.meta.filename) === '.ts' ? 'pixel-worker.ts' : 'pixel-worker.js',
);
