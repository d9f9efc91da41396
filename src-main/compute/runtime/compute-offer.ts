import { performance } from 'node:perf_hooks';
import { env, listSupportedBackends, Tensor as OrtTensor } from 'onnxruntime-node';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import {
  providerIdSchema,
  type ComputeOffer,
  type ProviderId,
} from '../../../src-shared/domain/compute-settings.ts';
import { input, linear } from '../tensor-graph/operators.ts';
import { lowerToOnnx } from '../tensor-graph/lower-to-onnx.ts';
import { physicalCores } from './physical-cores.ts';
import { createSessionStore, type GraphUse } from './session-store.ts';

/** What this build of ONNX Runtime knows on this machine, the processor first. */
export function computeOffer(): ComputeOffer {
  const providers = listSupportedBackends().flatMap(({ name, bundled }) => {
    const id = providerIdSchema.safeParse(name);
    return id.success ? [{ id: id.data, bundled }] : [];
  });
  return {
    onnxRuntimeVersion: env.versions.node ?? env.versions.common,
    providers,
    physicalCores: physicalCores(),
  };
}

/** Rows and columns of the product that a provider is tried with. */
const trialSize = 256;

/** Computes a small product by one provider. Throws `unavailable` with its reason where the processor had to help out. */
export async function tryProvider(provider: ProviderId): Promise<{ durationMs: number }> {
  const shape = [trialSize, trialSize] as const;
  const graph = lowerToOnnx({
    name: 'trial',
    outputs: { product: linear(input('a', [...shape], 'f32'), input('b', [...shape], 'f32'), null) },
  });
  const uses: GraphUse[] = [];
  const sessions = createSessionStore();
  try {
    const loaded = await sessions.load(graph, {
      providers: [provider],
      onUse: (use) => {
        uses.push(use);
      },
    });
    const ones = new OrtTensor('float32', new Float32Array(trialSize ** 2).fill(1), [...shape]);
    const startedMs = performance.now();
    const { product } = await loaded.run({ a: ones, b: ones });
    const durationMs = performance.now() - startedMs;
    const last = uses.at(-1);
    if (last?.provider !== provider)
      throw new WorkbenchError('unavailable', last?.failures.get(provider) ?? 'it was not used');
    if (!(product?.data instanceof Float32Array) || product.data.some((value) => value !== trialSize))
      throw new WorkbenchError('unavailable', 'it computes wrong numbers');
    return { durationMs };
  } finally {
    await sessions.releaseAll();
  }
}
