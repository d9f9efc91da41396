import { toErrorShape, WorkbenchError, type ErrorShape } from '../../../src-shared/contract/errors.ts';
import { defaultComputeSettings, type ComputeUse } from '../../../src-shared/domain/compute-settings.ts';
import type { MapRendering } from '../../../src-shared/domain/method.ts';
import { readSafetensorsMetadata } from '../checkpoints/safetensors-metadata.ts';
import { wordingOf } from '../clip/prompt-wording.ts';
import { createTokenizer, type Tokenizer } from '../clip/tokenizer.ts';
import { checkNeeds } from '../clip/vision-graph.ts';
import { createFeatureCaches, type FeatureCache, type FeatureCaches } from '../features/feature-cache.ts';
import { groupNeeds, needsEncoder } from '../methods/group-needs.ts';
import type { FeatureNeeds, Method, PreparedMethod, TextEncoder } from '../methods/method.ts';
import { passShares } from '../methods/pass-shares.ts';
import { methods } from '../methods/registry.ts';
import type { ComputeParams, ComputeResult } from '../protocol.ts';
import type { StoredModel } from './feature-extractor.ts';
import { createRowSearch } from './row-search.ts';
import { readLearnedPrompts } from './read-learned-prompts.ts';
import { openPass, referenceSets, sourceImage, type PassInput, type ScanPass } from './scan-passes.ts';
import { createComputeUse, withRuntime } from './compute-use.ts';
import { scoreMethod, type MethodResult } from './score-method.ts';
import { createSessionStore, type SessionStore } from './session-store.ts';
import { createTextEncoder } from './text-encoder.ts';

/** The scans that core drives: `scan.open`, `scan.image` and `scan.close` of the protocol. */
export interface ScanSessions {
  open(params: ComputeParams<'scan.open'>): Promise<ComputeResult<'scan.open'>>;
  /** May be called for the next image while one is running: it is decoded meanwhile. */
  image(params: ComputeParams<'scan.image'>): Promise<ComputeResult<'scan.image'>>;
  close(params: ComputeParams<'scan.close'>): Promise<ComputeResult<'scan.close'>>;
  /** Frees everything, for the end of the process. */
  closeAll(): Promise<void>;
}

export interface ScanSessionsOptions {
  readonly assetsFolder: string;
  /** Absent: one for each physical core. */
  readonly intraOpThreads?: number;
  /** Where sessions of models live; absent: a store of their own. */
  readonly store?: SessionStore;
  /** Caches of features that other sessions use too; absent: its own. */
  readonly featureCaches?: FeatureCaches;
}

type ScanParams = ComputeParams<'scan.open'>;
type MethodParams = ScanParams['methods'][number];

/** A method of a session on its way from request to readiness; where a step fails, `error` is set and the others are skipped. */
interface ScanMethod {
  readonly params: MethodParams;
  readonly method: Method;
  needs?: FeatureNeeds;
  rendering?: MapRendering;
  prepared?: PreparedMethod;
  pass?: ScanPass;
  error?: ErrorShape;
}

interface ScanSession {
  readonly methods: readonly ScanMethod[];
  readonly passes: readonly ScanPass[];
  readonly endReservation: () => void;
  /** Ends when the image before is done: features are computed one image at a time. */
  turn: Promise<unknown>;
  readonly use: ReturnType<typeof createComputeUse>;
  /** What core knows of it. */
  saidUse: ComputeUse | null;
}

export function createScanSessions(options: ScanSessionsOptions): ScanSessions {
  const { assetsFolder, intraOpThreads } = options;
  const threads = intraOpThreads === undefined ? {} : { intraOpThreads };
  const store = options.store ?? createSessionStore(threads);
  const featureCaches = options.featureCaches ?? createFeatureCaches();
  // Searches of references hold no weights, only shapes: they must not crowd out image encoders.
  const searches = new Map<number, ReturnType<typeof createRowSearch>>();
  const scans = new Map<number, ScanSession>();
  let nextId = 1;
  let tokenizer: Tokenizer | null = null;

  function searchWith(wantedThreads: number): ReturnType<typeof createRowSearch> {
    const known = searches.get(wantedThreads);
    if (known) return known;
    const ownThreads = wantedThreads === 0 ? threads : { intraOpThreads: wantedThreads };
    const search = createRowSearch(createSessionStore({ maxSessions: 16, ...ownThreads }));
    searches.set(wantedThreads, search);
    return search;
  }

  async function prepareAll(
    scanned: readonly ScanMethod[],
    params: ScanParams,
    ownStore: SessionStore,
  ): Promise<void> {
    const { model } = params;
    const textEncoder = model
      ? createTextEncoder(model, (tokenizer ??= createTokenizer({ assetsFolder })), ownStore)
      : null;
    try {
      for (const scan of scanned)
        await step(scan, async () => {
          scan.prepared = await prepareMethod(scan, params, textEncoder);
        });
    } finally {
      // The text transformer has done its work before the first image; its weights need not stay in memory.
      await textEncoder?.release();
    }
  }

  async function prepareMethod(
    { method, params }: ScanMethod,
    { model, classNames, compute }: ScanParams,
    textEncoder: TextEncoder | null,
  ): Promise<PreparedMethod> {
    const { promptFile, settings } = params;
    return method.prepare({
      config: model?.config ?? null,
      textEncoder,
      ...(promptFile === null
        ? { learnedPrompts: null }
        : {
            learnedPrompts: await readLearnedPrompts(promptFile),
            promptWording: wordingOf(await readSafetensorsMetadata(promptFile), promptFile),
          }),
      settings,
      classNames,
      search: searchWith(compute?.threads ?? 0),
    });
  }

  /** Opens the passes that the methods which got so far share; a pass that cannot be opened fails its methods alone. */
  async function openPasses(
    scanned: readonly ScanMethod[],
    model: StoredModel | null,
    ownStore: SessionStore,
    cache: FeatureCache | null,
  ): Promise<ScanPass[]> {
    const ready = scanned.filter(({ error }) => error === undefined);
    const groups = groupNeeds(ready.flatMap(({ needs }) => (needs ? [needs] : [])));
    const passes: ScanPass[] = [];
    for (const [index, needs] of groups.passes.entries()) {
      const readers = ready.filter((_, method) => groups.passOf[method] === index);
      try {
        const pass = await openPass(model, needs, ownStore, cache);
        passes.push(pass);
        for (const scan of readers) scan.pass = pass;
      } catch (thrown) {
        for (const scan of readers) scan.error = toErrorShape(thrown);
      }
    }
    return passes;
  }

  return {
    async open(params) {
      const { model } = params;
      const scanned: ScanMethod[] = params.methods.map((one) => ({
        params: one,
        method: methods[one.methodId],
      }));
      // First what costs nothing: sizes and layers that do not fit are refused before prompts are read for a minute.
      for (const scan of scanned) await step(scan, () => readNeeds(scan, model));
      const use = createComputeUse();
      const ownStore = withRuntime(store, params.compute ?? defaultComputeSettings, use.note);
      await prepareAll(scanned, params, ownStore);
      const passes = await openPasses(scanned, model, ownStore, featureCaches(params.featureCache));
      const endReservation = store.reserve(passes.length + scanned.length);
      for (const scan of scanned)
        await step(scan, async () => {
          if (scan.pass) await scan.prepared?.fit?.(referenceSets(scan.params.references, scan.pass));
        });
      const sessionId = nextId++;
      const compute = use.get();
      const turn = Promise.resolve();
      scans.set(sessionId, { methods: scanned, passes, endReservation, turn, use, saidUse: compute });
      return { sessionId, methods: scanned.map(openedMethod), compute };
    },

    async image({ sessionId, imagePath, className, crop }) {
      const scan = scans.get(sessionId);
      if (!scan)
        throw new WorkbenchError('not-found', `The scan ${sessionId} is not open any more. Start it again.`);
      const sizes = scan.passes.map(({ needs }) => needs.imageSizePx);
      // Reading starts before the turn comes, so that the disk works while the processor does.
      const source = sourceImage(imagePath, sizes, crop);
      const reading = Promise.all(scan.passes.map((pass) => pass.load(source)));
      reading.catch(() => undefined);
      const before = scan.turn;
      const results = (async () => {
        await before;
        return scoreImage(scan, await reading, className);
      })();
      scan.turn = results.catch(() => undefined);
      const scored = await results;
      const compute = scan.use.get();
      if (compute === null || compute.provider === scan.saidUse?.provider) return { results: scored };
      scan.saidUse = compute;
      return { results: scored, compute };
    },

    async close({ sessionId }) {
      const scan = scans.get(sessionId);
      scans.delete(sessionId);
      await scan?.turn;
      scan?.endReservation();
      for (const { prepared } of scan?.methods ?? []) await prepared?.release?.();
      for (const pass of scan?.passes ?? []) await pass.release();
      return {};
    },

    async closeAll() {
      for (const { endReservation } of scans.values()) endReservation();
      scans.clear();
      for (const search of searches.values()) await search.release();
      await store.releaseAll();
    },
  };
}

/** Takes a method one step further, or notes why not. */
async function step(scan: ScanMethod, work: () => Promise<void> | void): Promise<void> {
  if (scan.error) return;
  try {
    await work();
  } catch (thrown) {
    scan.error = toErrorShape(thrown);
    await scan.prepared?.release?.();
  }
}

function readNeeds(scan: ScanMethod, model: StoredModel | null): void {
  const { method, params } = scan;
  const config = model?.config ?? null;
  if (method.needsModel && !config)
    throw new WorkbenchError(
      'needs-choice',
      `${method.name} needs a model. Import a CLIP model and choose it.`,
    );
  scan.needs = method.needs(config, params.settings);
  if (config && needsEncoder(scan.needs)) checkNeeds(config, scan.needs);
  scan.rendering = method.rendering(config, params.settings);
}

function openedMethod({ error, rendering }: ScanMethod): ComputeResult<'scan.open'>['methods'][number] {
  if (error || !rendering)
    return { ok: false, error: error ?? toErrorShape(new Error('it was not prepared')) };
  return { ok: true, rendering };
}

/** Every method's result, in their order. Each pass runs once; its time is shared among the methods that read it. */
async function scoreImage(
  { methods: scanned, passes }: ScanSession,
  inputs: readonly PassInput[],
  className: string,
): Promise<MethodResult[]> {
  const results = new Map<ScanMethod, MethodResult>();
  for (const [index, pass] of passes.entries()) {
    const input = inputs[index];
    const readers = scanned.filter((scan) => scan.pass === pass && scan.error === undefined);
    if (!input || readers.length === 0) continue;
    try {
      const { features, durationMs } = await pass.run(input);
      const needs = readers.map((scan) => scan.needs ?? pass.needs);
      const shares = passShares(needs, features.gridSize);
      for (const [place, scan] of readers.entries()) {
        const shareMs = durationMs * (shares[place] ?? 0);
        results.set(
          scan,
          await scoreMethod(scan.method, () => scan.prepared?.score(features, className), shareMs),
        );
      }
    } catch (thrown) {
      for (const scan of readers) results.set(scan, { ok: false, error: toErrorShape(thrown) });
    }
  }
  return scanned.map(
    (scan) =>
      results.get(scan) ?? {
        ok: false,
        error: scan.error ?? toErrorShape(new Error('the method was not prepared')),
      },
  );
}
