// What lives here: everything that touches ONNX Runtime, foreign checkpoints and features, as a child process.
// What may not: the database, hosts, and anything a crash must not lose.
import { env, listSupportedBackends } from 'onnxruntime-node';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { importModel } from './clip/import-model.ts';
import { importPrompts } from './clip/import-prompts.ts';
import { inspectModel } from './clip/inspect-model.ts';
import { writePrompts } from './clip/write-prompts.ts';
import { createTokenizer, type Tokenizer } from './clip/tokenizer.ts';
import { runConformance } from './conformance/run-conformance.ts';
import { createFeatureCaches } from './features/feature-cache.ts';
import { measurePrompts } from './methods/measure-prompts.ts';
import type { ComputeMethodName, ComputeParams, ComputeResult } from './protocol.ts';
import { computeOffer, tryProvider } from './runtime/compute-offer.ts';
import { createBenchSessions } from './runtime/bench-sessions.ts';
import { createScanSessions } from './runtime/scan-sessions.ts';
import { createSessionStore } from './runtime/session-store.ts';
import { trainableMethods } from './training/trainable-methods.ts';
import { createTrainingSessions } from './training/training-sessions.ts';

export interface CallContext {
  readonly signal: AbortSignal;
  readonly report: (progress: { done: number; total: number; message: string }) => void;
}

export type CallHandlers = {
  readonly [N in ComputeMethodName]: (
    params: ComputeParams<N>,
    context: CallContext,
  ) => Promise<ComputeResult<N>>;
};

export interface CallHandlerOptions {
  readonly assetsFolder: string;
  readonly intraOpThreads?: number;
}

/** What answers each method of the protocol. Calls may overlap: the next image is decoded while one is computed. */
export function createCallHandlers(options: CallHandlerOptions): CallHandlers {
  const { intraOpThreads } = options;
  const threads = intraOpThreads === undefined ? {} : { intraOpThreads };
  const store = createSessionStore(threads);
  const featureCaches = createFeatureCaches();
  const scans = createScanSessions({ ...options, store, featureCaches });
  const trainings = createTrainingSessions({ ...options, store, featureCaches, methods: trainableMethods });
  let tokenizer: Tokenizer | null = null;
  const benches = createBenchSessions({
    tokenizer: () => (tokenizer ??= createTokenizer(options)),
    store,
    featureCaches,
    ...threads,
  });
  return {
    'runtime.info': () =>
      Promise.resolve({
        onnxRuntimeVersion: env.versions.node ?? env.versions.common,
        // Others than the bundled ones are only there after an install step of their own.
        executionProviders: listSupportedBackends().flatMap(({ name, bundled }) => (bundled ? [name] : [])),
        nodeVersion: process.versions.node,
        offer: computeOffer(),
      }),
    'runtime.try': ({ provider }) => tryProvider(provider),
    'model.inspect': (params) => inspectModel(params),
    'model.import': (params, { signal, report }) => importModel({ ...params, signal, onProgress: report }),
    'prompts.import': (params, { signal }) => importPrompts({ ...params, signal }),
    'prompts.measure': (params) =>
      Promise.resolve(measurePrompts(params, (tokenizer ??= createTokenizer(options)))),
    'scan.open': async (params, { signal }) => {
      const opened = await scans.open(params);
      if (signal.aborted) {
        // Nobody will ever close what nobody waits for.
        await scans.close({ sessionId: opened.sessionId });
        throw new WorkbenchError('cancelled', 'Cancelled.');
      }
      return opened;
    },
    'scan.image': (params) => scans.image(params),
    'scan.close': (params) => scans.close(params),
    'training.open': async (params, { signal }) => {
      const opened = await trainings.open(params);
      if (signal.aborted) {
        await trainings.close({ sessionId: opened.sessionId });
        throw new WorkbenchError('cancelled', 'Cancelled.');
      }
      return opened;
    },
    'training.prepare': (params) => trainings.prepare(params),
    'training.step': (params) => trainings.step(params),
    'training.save': (params, { signal }) => trainings.save(params, signal),
    'training.close': (params) => trainings.close(params),
    'prompts.write': (params, { signal }) => writePrompts({ ...params, ...options, signal }),
    'bench.open': (params) => benches.open(params),
    'bench.prepare': (params) => benches.prepare(params),
    'bench.score': (params) => benches.score(params),
    'bench.close': (params) => benches.close(params),
    'conformance.run': ({ folder }, { signal, report }) => {
      let done = 0;
      return runConformance({
        folder,
        ...options,
        signal,
        onItem: ({ item }) => {
          done += 1;
          report({ done, total: 0, message: item });
        },
      });
    },
  };
}
