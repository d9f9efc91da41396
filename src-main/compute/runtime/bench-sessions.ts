import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { defaultComputeSettings } from '../../../src-shared/domain/compute-settings.ts';
import { checkNeeds } from '../clip/vision-graph.ts';
import type { Tokenizer } from '../clip/tokenizer.ts';
import { openCachedPass, type CachedPass } from '../features/cached-pass.ts';
import type { FeatureCaches } from '../features/feature-cache.ts';
import { unpackFeatures, type PackedFeatures } from '../features/feature-layout.ts';
import type { Method, PreparedMethod, RowSearch, TextEncoder } from '../methods/method.ts';
import { methods } from '../methods/registry.ts';
import type { ComputeParams, ComputeResult } from '../protocol.ts';
import { withRuntime } from './compute-use.ts';
import { readLearnedPrompts } from './read-learned-prompts.ts';
import { scoreMethod, type MethodResult } from './score-method.ts';
import { createSessionStore, type SessionStore } from './session-store.ts';
import { createTextEncoder, type ReleasableTextEncoder } from './text-encoder.ts';

/** Benches for prompts: `bench.open`, `bench.prepare`, `bench.score` and `bench.close` of the protocol. */
export interface BenchSessions {
  open(params: ComputeParams<'bench.open'>): Promise<ComputeResult<'bench.open'>>;
  prepare(params: ComputeParams<'bench.prepare'>): Promise<ComputeResult<'bench.prepare'>>;
  score(params: ComputeParams<'bench.score'>): Promise<ComputeResult<'bench.score'>>;
  close(params: ComputeParams<'bench.close'>): Promise<ComputeResult<'bench.close'>>;
  closeAll(): Promise<void>;
}

export interface BenchSessionsOptions {
  readonly tokenizer: () => Tokenizer;
  /** Where image encoders live, in turn with those of scans. */
  readonly store: SessionStore;
  readonly featureCaches: FeatureCaches;
  readonly intraOpThreads?: number;
}

/** Text encoders are small, and sentences of other lengths and numbers want graphs of their own. */
const textSessions = 12;
/** Features of so many sentences are remembered: 60 MB for a ViT-L. */
const mostSentences = 20_000;

type OpenParams = ComputeParams<'bench.open'>;
type Prompts = Omit<ComputeParams<'bench.score'>, 'sessionId'>;

interface Bench {
  readonly params: OpenParams;
  readonly method: Method;
  readonly pass: CachedPass;
  /** By index of the image; absent: not asked for yet. */
  readonly features: Map<number, Promise<PackedFeatures>>;
  readonly text: RememberingEncoder;
  /** By the prompts it was prepared with. */
  prepared: { readonly key: string; readonly method: PreparedMethod } | null;
  turn: Promise<unknown>;
}

export function createBenchSessions(options: BenchSessionsOptions): BenchSessions {
  const { tokenizer, store, featureCaches, intraOpThreads } = options;
  const threads = intraOpThreads === undefined ? {} : { intraOpThreads };
  // A store of its own: an edit must not wait until a scan's image is through the encoder.
  const textStore = createSessionStore({ maxSessions: textSessions, ...threads });
  const benches = new Map<number, Bench>();
  let nextId = 1;

  function require(sessionId: number): Bench {
    const bench = benches.get(sessionId);
    if (!bench)
      throw new WorkbenchError('not-found', `The bench ${sessionId} is not open any more. Open it again.`);
    return bench;
  }

  async function close(bench: Bench): Promise<void> {
    await bench.turn;
    await bench.prepared?.method.release?.();
    await bench.text.release();
    await bench.pass.release();
  }

  return {
    async open(params) {
      const { model, methodId, settings, compute = defaultComputeSettings } = params;
      const method = methods[methodId];
      if (!method.needsModel)
        throw new WorkbenchError('unsupported', `${method.name} reads no prompts. Choose another method.`);
      if (settings.shots)
        throw new WorkbenchError(
          'unsupported',
          'A bench for prompts shows no reference images. Choose 0 references.',
        );
      const needs = method.needs(model.config, settings);
      checkNeeds(model.config, needs);
      const used = (sessions: SessionStore) => withRuntime(sessions, compute, () => undefined);
      const cache = featureCaches(params.featureCache);
      const pass = await openCachedPass({ model, needs, store: used(store), cache });
      const sessionId = nextId++;
      benches.set(sessionId, {
        params,
        method,
        pass,
        features: new Map(),
        text: createRememberingEncoder(() => createTextEncoder(model, tokenizer(), used(textStore))),
        prepared: null,
        turn: Promise.resolve(),
      });
      return { sessionId, rendering: method.rendering(model.config, settings) };
    },

    async prepare({ sessionId, image }) {
      const bench = require(sessionId);
      const startedMs = performance.now();
      await featuresOf(bench, image);
      return { durationMs: performance.now() - startedMs };
    },

    async score({ sessionId, ...prompts }) {
      const bench = require(sessionId);
      const before = bench.turn;
      const scoring = (async () => {
        await before;
        return scoreAll(bench, await prepareMethod(bench, prompts));
      })();
      bench.turn = scoring.catch(() => undefined);
      return { results: await scoring };
    },

    async close({ sessionId }) {
      const bench = benches.get(sessionId);
      benches.delete(sessionId);
      if (bench) await close(bench);
      return {};
    },

    async closeAll() {
      const open = [...benches.values()];
      benches.clear();
      for (const bench of open) await close(bench);
      await textStore.releaseAll();
    },
  };
}

/** Made once, whoever asks; asked for again after a failure, because a drive may have come back. */
function featuresOf({ params, pass, features }: Bench, index: number): Promise<PackedFeatures> {
  const known = features.get(index);
  if (known) return known;
  const image = params.images[index];
  if (!image) throw new WorkbenchError('bad-request', `The bench has no image ${index}.`);
  const reading = pass.read(image).then((read) => read.features);
  features.set(index, reading);
  reading.catch(() => features.delete(index));
  return reading;
}

async function prepareMethod(bench: Bench, prompts: Prompts): Promise<PreparedMethod> {
  const { params, method, text } = bench;
  const key = JSON.stringify([prompts.text, prompts.promptFile]);
  if (bench.prepared?.key === key) return bench.prepared.method;
  await bench.prepared?.method.release?.();
  bench.prepared = null;
  const { model, settings, images } = params;
  const prepared = await method.prepare({
    config: model.config,
    textEncoder: await text.get(),
    learnedPrompts: prompts.promptFile === null ? null : await readLearnedPrompts(prompts.promptFile),
    settings: prompts.text === null ? settings : { ...settings, promptText: prompts.text },
    classNames: [...new Set(images.map(({ className }) => className))],
    search: noSearch,
  });
  bench.prepared = { key, method: prepared };
  return prepared;
}

async function scoreAll(bench: Bench, prepared: PreparedMethod): Promise<MethodResult[]> {
  const results: MethodResult[] = [];
  for (const [index, { className }] of bench.params.images.entries()) {
    try {
      const features = unpackFeatures(await featuresOf(bench, index));
      results.push(await scoreMethod(bench.method, () => prepared.score(features, className), 0));
    } catch (thrown) {
      results.push({ ok: false, error: toErrorShape(thrown) });
    }
    // Scans and other calls are answered between two images.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return results;
}

const noSearch: RowSearch = {
  remember: () => Promise.reject(new Error('a bench for prompts remembers no references')),
};

interface RememberingEncoder {
  get(): Promise<TextEncoder>;
  release(): Promise<void>;
}

/** A text encoder that stays, with the sentences it knows, until these are too many. */
function createRememberingEncoder(create: () => ReleasableTextEncoder): RememberingEncoder {
  let encoder: ReleasableTextEncoder | null = null;
  const sentences = new Set<string>();
  return {
    async get() {
      if (sentences.size > mostSentences) {
        await encoder?.release();
        encoder = null;
        sentences.clear();
      }
      const current = (encoder ??= create());
      return {
        ...current,
        encodeTexts: (texts) => {
          for (const sentence of texts) sentences.add(sentence);
          return current.encodeTexts(texts);
        },
      };
    },
    release: async () => encoder?.release(),
  };
}
