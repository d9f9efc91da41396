import { performance } from 'node:perf_hooks';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { encodeFloat16 } from '../../../src-shared/maps/float16.ts';
import { decodeImage } from '../../images/decode-image.ts';
import { resizeBicubic } from '../../images/resize-bicubic.ts';
import type { RgbImage } from '../../images/rgb-image.ts';
import { createTokenizer, type Tokenizer } from '../clip/tokenizer.ts';
import type { ImageFeatures, MethodScore } from '../methods/method.ts';
import { methods } from '../methods/registry.ts';
import type { ComputeParams, ComputeResult } from '../protocol.ts';
import {
  createFeatureExtractor,
  createPixelExtractor,
  storeVisionGraph,
  type FeatureExtractor,
} from './feature-extractor.ts';
import { readLearnedPrompts } from './read-learned-prompts.ts';
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
}

interface ScanSession {
  readonly imageSizePx: number;
  readonly extractor: FeatureExtractor;
  readonly score: (features: ImageFeatures, className: string) => MethodScore;
  /** Ends when the image before is done: features are computed one image at a time. */
  turn: Promise<unknown>;
}

export function createScanSessions({ assetsFolder, intraOpThreads }: ScanSessionsOptions): ScanSessions {
  const store: SessionStore = createSessionStore(intraOpThreads === undefined ? {} : { intraOpThreads });
  const scans = new Map<number, ScanSession>();
  let nextId = 1;
  let tokenizer: Tokenizer | null = null;

  async function prepareScore(params: ComputeParams<'scan.open'>) {
    const { methodId, model, promptFile, settings, classNames } = params;
    const method = methods[methodId];
    const textEncoder = model
      ? createTextEncoder(model, (tokenizer ??= createTokenizer({ assetsFolder })), store)
      : null;
    try {
      const learnedPrompts = promptFile === null ? null : await readLearnedPrompts(promptFile);
      const config = model?.config ?? null;
      return await method.prepare({
        config,
        textEncoder,
        learnedPrompts,
        assetsFolder,
        settings,
        classNames,
      });
    } finally {
      // The text transformer has done its work before the first image; its weights need not stay in memory.
      await textEncoder?.release();
    }
  }

  return {
    async open(params) {
      const { methodId, model, settings } = params;
      const method = methods[methodId];
      if (method.needsModel && !model)
        throw new WorkbenchError(
          'needs-choice',
          `${method.name} needs a model. Import a CLIP model and choose it.`,
        );
      const config = model?.config ?? null;
      const needs = method.needs(config, settings);
      // Written first, since it refuses sizes and layers that do not fit, and prompts can take a minute.
      if (model && method.needsModel) await storeVisionGraph(model, needs);
      const score = await prepareScore(params);
      const extractor =
        model && method.needsModel
          ? await createFeatureExtractor(model, needs, store)
          : createPixelExtractor();
      const sessionId = nextId++;
      scans.set(sessionId, {
        imageSizePx: needs.imageSizePx,
        extractor,
        score,
        turn: Promise.resolve(),
      });
      return { sessionId, rendering: method.rendering(config, settings) };
    },

    async image({ sessionId, imagePath, className }) {
      const scan = scans.get(sessionId);
      if (!scan)
        throw new WorkbenchError('not-found', `The scan ${sessionId} is not open any more. Start it again.`);
      // Reading starts before the turn comes, so that the disk works while the processor does.
      const reading = readResized(imagePath, scan.imageSizePx);
      reading.catch(() => undefined);
      const before = scan.turn;
      const result = (async () => {
        await before;
        const image = await reading;
        const startedMs = performance.now();
        const features = await scan.extractor.extract(image);
        const { score, patchMap } = scan.score(features, className);
        return {
          score,
          rows: patchMap.rows,
          columns: patchMap.columns,
          map: encodeFloat16(patchMap.data),
          durationMs: performance.now() - startedMs,
        };
      })();
      scan.turn = result.catch(() => undefined);
      return result;
    },

    async close({ sessionId }) {
      const scan = scans.get(sessionId);
      scans.delete(sessionId);
      await scan?.turn;
      await scan?.extractor.release();
      return {};
    },

    async closeAll() {
      scans.clear();
      await store.releaseAll();
    },
  };
}

async function readResized(imagePath: string, sizePx: number): Promise<RgbImage> {
  return resizeBicubic(await decodeImage(imagePath), sizePx, sizePx);
}
