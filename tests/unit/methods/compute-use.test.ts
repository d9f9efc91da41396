import { Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createCallHandlers } from '../../../src-main/compute/call-handlers.ts';
import { tryProvider } from '../../../src-main/compute/runtime/compute-offer.ts';
import { createComputeUse, withRuntime } from '../../../src-main/compute/runtime/compute-use.ts';
import { createSessionStore } from '../../../src-main/compute/runtime/session-store.ts';
import { lowerToOnnx } from '../../../src-main/compute/tensor-graph/lower-to-onnx.ts';
import { input, linear } from '../../../src-main/compute/tensor-graph/operators.ts';
import { assetsFolder } from '../core/support/harness.ts';

const graph = lowerToOnnx({
  name: 'product',
  outputs: { c: linear(input('a', [2, 2], 'f32'), input('b', [2, 2], 'f32'), null) },
});
const square = (values: number[]) => new OrtTensor('float32', Float32Array.from(values), [2, 2]);

/** One that no build of ONNX Runtime has on this system. */
const foreign = process.platform === 'darwin' ? 'dml' : 'coreml';

describe('a provider that cannot be used', () => {
  it('leaves the work to the processor, and is named with the reason', async () => {
    const use = createComputeUse();
    const sessions = withRuntime(createSessionStore(), { providers: [foreign], threads: 1 }, use.note);
    expect(use.get()).toBeNull();
    const loaded = await sessions.load(graph);
    const { c } = await loaded.run({ a: square([1, 2, 3, 4]), b: square([1, 0, 0, 1]) });
    expect([...(c?.data as Float32Array)]).toEqual([1, 2, 3, 4]);
    expect(use.get()).toEqual({
      provider: 'cpu',
      threads: 1,
      failures: [{ provider: foreign, message: expect.stringMatching(/no such provider/) as string }],
    });
    await sessions.releaseAll();
  });

  it('says so when it is tried', async () => {
    await expect(tryProvider(foreign)).rejects.toMatchObject({ code: 'unavailable' });
    expect((await tryProvider('cpu')).durationMs).toBeGreaterThan(0);
  });
});

describe('what a machine offers', () => {
  it('has the processor, and says what comes with the program', async () => {
    const handlers = createCallHandlers({ assetsFolder });
    const { offer } = await handlers['runtime.info'](
      {},
      { signal: new AbortController().signal, report: () => undefined },
    );
    expect(offer?.providers).toContainEqual({ id: 'cpu', bundled: true });
    expect(offer?.physicalCores).toBeGreaterThan(0);
  });
});

describe('threads', () => {
  it('are the store’s own unless a scan asks for others', async () => {
    const use = createComputeUse();
    const store = createSessionStore({ intraOpThreads: 2 });
    await withRuntime(store, { providers: [], threads: 0 }, use.note).load(graph);
    expect(use.get()).toEqual({ provider: 'cpu', threads: 2, failures: [] });
    await withRuntime(store, { providers: [], threads: 1 }, use.note).load(graph);
    expect(use.get()?.threads).toBe(1);
    await store.releaseAll();
  });
});
