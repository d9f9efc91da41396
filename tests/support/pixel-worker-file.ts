// Stands in for src-main/core/evaluation/pixel-worker-file.ts: the bundle that bundle-pixel-worker.ts made.
import { inject } from 'vitest';

export const pixelWorkerFile = inject('pixelWorkerFile');
