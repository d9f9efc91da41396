// Runs once before all tests: bundles the thread that counts pixels, as the product starts it. From its TypeScript source Node
// would strip the types by WebAssembly in each thread, and V8 13.6 now and then ends a process that ended such threads
// (SIGSEGV, or «Check failed: jit_page.has_value()»; nodejs/node#64500).
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildPixelWorker } from '../../src-main/launch/build.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    pixelWorkerFile: string;
  }
}

let folder = '';

export async function setup(project: TestProject): Promise<void> {
  // Inside the project, so that the bundle finds the native packages; a folder of its own, as two test runs may overlap.
  const out = path.resolve(import.meta.dirname, '../../out');
  await mkdir(out, { recursive: true });
  folder = await mkdtemp(path.join(out, '.tests-'));
  await buildPixelWorker(folder);
  project.provide('pixelWorkerFile', path.join(folder, 'pixel-worker.js'));
}

export async function teardown(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
