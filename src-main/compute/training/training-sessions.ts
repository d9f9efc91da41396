import { performance } from 'node:perf_hooks';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { defaultComputeSettings } from '../../../src-shared/domain/compute-settings.ts';
import { objectWords } from '../../../src-shared/domain/hand-written-prompts.ts';
import type { TrainableMethodId } from '../../../src-shared/domain/training.ts';
import { areWeightsLarge, readModelWeights, type ModelWeights } from '../clip/model-weights.ts';
import { wordingMetadata } from '../clip/prompt-wording.ts';
import { createTokenizer, type Tokenizer } from '../clip/tokenizer.ts';
import { checkNeeds } from '../clip/vision-graph.ts';
import { openCachedPass, type CachedPass, type CachedRead } from '../features/cached-pass.ts';
import { createFeatureCaches, type FeatureCaches } from '../features/feature-cache.ts';
import type { ComputeParams, ComputeResult } from '../protocol.ts';
import { createComputeUse, withRuntime } from '../runtime/compute-use.ts';
import { pruneGraphs, storeGraph } from '../runtime/graph-files.ts';
import {
  createSessionStore,
  type Fetched,
  type LoadedGraph,
  type SessionStore,
} from '../runtime/session-store.ts';
import { seededRandom } from './seeded-random.ts';
import { stepGraphPrefix, stepNames, type StepGraph, type TrainableMethod } from './trainable-method.ts';
import { stepFeeds, type StepImage, type TrainingImage } from './training-feeds.ts';
import { firstState, floatsOf, readState, saveState, type TrainingState } from './training-state.ts';

type OpenParams = ComputeParams<'training.open'>;

/** The trainings that core drives: `training.…` of the protocol. */
export interface TrainingSessions {
  open(params: OpenParams): Promise<ComputeResult<'training.open'>>;
  prepare(params: ComputeParams<'training.prepare'>): Promise<ComputeResult<'training.prepare'>>;
  /** Where it throws, parameters and moments are as they were before. */
  step(params: ComputeParams<'training.step'>): Promise<ComputeResult<'training.step'>>;
  save(params: ComputeParams<'training.save'>, signal?: AbortSignal): Promise<ComputeResult<'training.save'>>;
  close(params: ComputeParams<'training.close'>): Promise<ComputeResult<'training.close'>>;
}

export interface TrainingSessionsOptions {
  readonly assetsFolder: string;
  readonly methods: Readonly<Record<TrainableMethodId, TrainableMethod>>;
  /** Absent: one for each physical core. */
  readonly intraOpThreads?: number;
  /** Where sessions of models live; absent: a store of their own. */
  readonly store?: SessionStore;
  /** Caches of features that other sessions use too; absent: its own. */
  readonly featureCaches?: FeatureCaches;
}

/** Graphs of steps that stay loaded: one for full batches and one for the smaller last of an epoch. */
const mostStepGraphs = 2;

/** Files of graphs that no open training runs; the next one with the same settings and classes finds its own there. */
const mostIdleGraphFiles = 4;

interface LoadedStep {
  readonly path: string;
  readonly stepGraph: StepGraph;
  readonly loaded: LoadedGraph;
}

interface TrainingSession {
  readonly params: OpenParams;
  readonly method: TrainableMethod;
  readonly pass: CachedPass;
  readonly store: SessionStore;
  readonly weights: ModelWeights;
  /** What prompts call each class; one entry a class, without repeats. */
  readonly objects: readonly string[];
  /** By the number of images, least recently used first. */
  readonly steps: Map<number, Promise<LoadedStep>>;
  readonly endReservation: () => void;
  state: TrainingState;
  /** Ends when the call before is done: a step needs what the step before left. */
  turn: Promise<unknown>;
}

export function createTrainingSessions(options: TrainingSessionsOptions): TrainingSessions {
  const { assetsFolder, methods, intraOpThreads } = options;
  const store = options.store ?? createSessionStore(intraOpThreads === undefined ? {} : { intraOpThreads });
  const featureCaches = options.featureCaches ?? createFeatureCaches();
  const sessions = new Map<number, TrainingSession>();
  /** Paths of graphs of steps, once for each training that runs them. */
  const graphsInUse: string[] = [];
  let nextId = 1;
  let tokenizer: Tokenizer | null = null;

  function find(sessionId: number): TrainingSession {
    const session = sessions.get(sessionId);
    if (!session)
      throw new WorkbenchError(
        'not-found',
        `The training session ${sessionId} is not open any more. Start the training again.`,
      );
    return session;
  }

  function inTurn<T>(sessionId: number, work: (session: TrainingSession) => Promise<T>): Promise<T> {
    const session = find(sessionId);
    const result = session.turn.then(() => work(session));
    session.turn = result.catch(() => undefined);
    return result;
  }

  function tokenize(text: string): readonly number[] {
    tokenizer ??= createTokenizer({ assetsFolder });
    return tokenizer.encode(text);
  }

  async function loadStep(session: TrainingSession, batch: number): Promise<LoadedStep> {
    const { params, method, weights, objects } = session;
    const { folder, config } = params.model;
    const { settings } = params;
    const stepGraph = method.stepGraph({ config, weights, settings, batch, classNames: objects, tokenize });
    const path = await storeGraph(folder, stepGraph.graph);
    graphsInUse.push(path);
    try {
      const loaded = await session.store.load(path, { mapWeights: await areWeightsLarge(folder) });
      await pruneGraphs({
        folder,
        prefix: stepGraphPrefix,
        keep: mostIdleGraphFiles,
        isInUse: (other) => graphsInUse.includes(other),
      });
      return { path, stepGraph, loaded };
    } catch (error) {
      leaveGraph(path);
      throw error;
    }
  }

  function leaveGraph(path: string): void {
    const at = graphsInUse.indexOf(path);
    if (at >= 0) graphsInUse.splice(at, 1);
  }

  async function releaseStep(loading: Promise<LoadedStep> | undefined): Promise<void> {
    const step = await loading?.catch(() => undefined);
    if (step === undefined) return;
    await step.loaded.release();
    leaveGraph(step.path);
  }

  async function stepFor(session: TrainingSession, batch: number): Promise<LoadedStep> {
    const { steps } = session;
    const found = steps.get(batch);
    const loading = found ?? loadStep(session, batch);
    steps.delete(batch);
    steps.set(batch, loading);
    const [oldest] = steps.keys();
    if (steps.size > mostStepGraphs && oldest !== undefined) {
      const discarded = steps.get(oldest);
      steps.delete(oldest);
      await releaseStep(discarded);
    }
    try {
      return await loading;
    } catch (error) {
      steps.delete(batch);
      throw error;
    }
  }

  return {
    async open(params) {
      const { model, methodId, settings } = params;
      const method = methods[methodId];
      for (const image of params.images) checkImage(image, settings.imageSizePx);
      const needs = method.needs(model.config, settings);
      checkNeeds(model.config, needs);
      const first = method.parameters(model.config, settings, seededRandom(settings.seed));
      const state =
        params.checkpointFile === null ? firstState(first) : await readState(params.checkpointFile, first);
      const use = createComputeUse();
      const ownStore = withRuntime(store, params.compute ?? defaultComputeSettings, use.note);
      const pass = await openCachedPass({
        model,
        needs,
        store: ownStore,
        cache: featureCaches(params.featureCache),
      });
      const session: TrainingSession = {
        params,
        method,
        pass,
        store: ownStore,
        weights: await readModelWeights(model.folder),
        objects: [...new Set(params.classNames.map((name) => objectWords(name, {})))],
        steps: new Map(),
        // The image encoder stays too where nothing can be cached.
        endReservation: store.reserve(mostStepGraphs + 1),
        state,
        turn: Promise.resolve(),
      };
      const sessionId = nextId++;
      sessions.set(sessionId, session);
      const parameterCount = [...first.values()].reduce((sum, { data }) => sum + data.length, 0);
      return { sessionId, parameterCount, compute: use.get() };
    },

    prepare: ({ sessionId, image }) =>
      inTurn(sessionId, async (session) => {
        const { hit, durationMs } = await readFeatures(session, imageAt(session, image));
        return { hit, durationMs };
      }),

    step: ({ sessionId, images, learningRate }) =>
      inTurn(sessionId, async (session) => {
        const startedMs = performance.now();
        const batch: StepImage[] = [];
        for (const index of images) {
          const image = imageAt(session, index);
          const { features } = await readFeatures(session, image);
          const classIndex = classIndexOf(session, image);
          batch.push({ image, features, classIndex });
        }
        const { stepGraph, loaded } = await stepFor(session, images.length);
        const { inputs, learned, lossParts } = stepGraph;
        const feeds = stepFeeds(inputs, session.state, batch, session.params.settings, learningRate);
        const fetched = await loaded.run(feeds);
        const total = numberOf(fetched, stepNames.total);
        const next = nextState(session.state, learned, fetched);
        checkFinite(total, next);
        session.state = next;
        return {
          parts: Object.fromEntries(lossParts.map((part) => [part, numberOf(fetched, stepNames.loss(part))])),
          total,
          durationMs: performance.now() - startedMs,
        };
      }),

    save: ({ sessionId, file, metadata }, signal) =>
      inTurn(sessionId, async ({ params, state }) => {
        const own = { method: params.methodId, ...wordingMetadata(params.methodId, params.settings) };
        const { sha256 } = await saveState(file, state, { ...metadata, ...own }, signal);
        return { sha256 };
      }),

    async close({ sessionId }) {
      const session = sessions.get(sessionId);
      sessions.delete(sessionId);
      if (!session) return {};
      await session.turn;
      session.endReservation();
      for (const step of session.steps.values()) await releaseStep(step);
      await session.pass.release();
      return {};
    },
  };
}

function checkImage({ imagePath, mask }: TrainingImage, sizePx: number): void {
  if (mask !== null && (mask.width !== sizePx || mask.height !== sizePx))
    throw new WorkbenchError(
      'bad-request',
      `${imagePath}: its mask is ${mask.width}×${mask.height} where learning at ${sizePx} pixels needs ${sizePx}×${sizePx}.`,
    );
}

function imageAt({ params }: TrainingSession, index: number): TrainingImage {
  const image = params.images[index];
  if (!image)
    throw new WorkbenchError(
      'bad-request',
      `The training has ${params.images.length} images, none with the number ${index}.`,
    );
  return image;
}

function readFeatures({ pass }: TrainingSession, { imagePath, crop }: TrainingImage): Promise<CachedRead> {
  return pass.read({ imagePath, crop });
}

function classIndexOf({ objects, params }: TrainingSession, { className, imagePath }: TrainingImage): number {
  if (!params.settings.objectAware) return 0;
  const index = objects.indexOf(objectWords(className, {}));
  if (index < 0)
    throw new WorkbenchError(
      'bad-request',
      `${imagePath}: its class «${className}» is none of those that the prompts name.`,
    );
  return index;
}

function fetch(fetched: Fetched, name: string) {
  const tensor = fetched[name];
  if (!tensor) throw new Error(`the step's graph gave no ${name}`);
  return tensor;
}

const numberOf = (fetched: Fetched, name: string) => floatsOf(fetch(fetched, name))[0] ?? Number.NaN;

function nextState(state: TrainingState, learned: readonly string[], fetched: Fetched): TrainingState {
  const parameters = new Map(state.parameters);
  for (const key of learned) {
    const before = parameters.get(key);
    if (!before) throw new Error(`the step's graph learns ${key}, which is no parameter`);
    parameters.set(key, {
      value: fetch(fetched, stepNames.nextValue(key)),
      m: fetch(fetched, stepNames.nextM(key)),
      // Only Adam has one.
      v: fetched[stepNames.nextV(key)] ?? before.v,
    });
  }
  return { step: state.step + 1, parameters };
}

function checkFinite(total: number, { step, parameters }: TrainingState): void {
  const isFinite =
    Number.isFinite(total) &&
    [...parameters.values()].every(({ value }) => floatsOf(value).every(Number.isFinite));
  if (!isFinite)
    throw new WorkbenchError(
      'unsupported',
      `Learning went astray at step ${step}: the loss or a learned number is no finite number any more. Choose a smaller learning rate.`,
    );
}
