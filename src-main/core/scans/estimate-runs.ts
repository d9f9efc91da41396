import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import { methodImageSizePx } from '../../../src-shared/domain/image-size.ts';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { Model } from '../../../src-shared/domain/model.ts';
import type { RunEstimate } from '../../../src-shared/domain/run.ts';
import { knownFreeBytesAt } from '../../system/free-bytes.ts';
import type { Repositories } from '../db/repositories.ts';
import { learnedClasses } from '../evaluation/learned-classes.ts';

type RunWish = ParsedParams<'runs.estimate'>['runs'][number];
type MeasuredImage = RunEstimate['perImage'][number];

/** What a result takes beside its map: a row and its places in four indexes (111 bytes measured over 200,000 results). */
const rowBytes = 111;
/** The pages of SQLite, what one holds beside its own head, and what a map has beside its values: header and row. */
const pageBytes = 4096;
const pageRoomBytes = 4084;
const mapHeadBytes = 56;
/** Half precision. */
const valueBytes = 2;
/** Side of the block statistics' map. */
const baselineSide = 16;

export interface EstimateOptions {
  readonly repositories: Repositories;
  readonly dataFolder: string;
}

/**
 * What runs would cost: time by the newest earlier runs of the same method, model, image size and references, of other data
 * sets too; disk space by the size of their maps. Throws `not-found` for a data set or a model that is not there.
 */
export async function estimateRuns(
  { repositories, dataFolder }: EstimateOptions,
  { datasetId, modelId, className, runs }: ParsedParams<'runs.estimate'>,
): Promise<RunEstimate> {
  const { images, models, datasets } = repositories;
  if (datasets.getCore(datasetId) === null)
    throw new WorkbenchError('not-found', `There is no data set ${datasetId}.`);
  const model = modelId === null ? null : models.get(modelId);
  if (modelId !== null && model === null)
    throw new WorkbenchError('not-found', `There is no model «${modelId}».`);
  const imageCount = images.count(datasetId, className);
  const perImage = runs.map((wish) => measuredImage(repositories, wish, model));
  const known = perImage.flatMap((one) => one ?? []);
  const sides = runs.map((wish) => mapSide(wish, model));
  return {
    imageCount,
    perImage,
    durationMs:
      known.length < perImage.length
        ? null
        : imageCount * known.reduce((sum, { durationMs }) => sum + durationMs, 0),
    neededBytes: sides.some((side) => side === null)
      ? null
      : imageCount * sides.reduce<number>((sum, side) => sum + rowBytes + mapBytes(side ?? 0), 0),
    freeBytes: await knownFreeBytesAt(dataFolder),
    learnedClasses: [
      ...new Set(runs.flatMap(({ promptSetId }) => learnedClasses(repositories, promptSetId, datasetId))),
    ].filter((name) => className === null || name === className),
  };
}

/** A page holds whole maps only: one of 37×37 patches takes a page, seven of 16×16 share one. */
function mapBytes(side: number): number {
  const stored = valueBytes * side ** 2 + mapHeadBytes;
  const inPage = Math.floor(pageRoomBytes / stored);
  return inPage > 0 ? Math.round(pageBytes / inPage) : Math.ceil(stored / pageRoomBytes) * pageBytes;
}

function imageSizePx({ methodId, settings }: RunWish, model: Model | null): number | null {
  return settings.imageSizePx ?? (model === null ? null : methodImageSizePx(methodId, model.config));
}

/** Patches along a side of a run's maps; null where that is not known. */
function mapSide(wish: RunWish, model: Model | null): number | null {
  if (!methodCatalogue[wish.methodId].needsModel) return baselineSide;
  const sizePx = imageSizePx(wish, model);
  return sizePx === null || model === null ? null : Math.round(sizePx / model.config.vision.patchSize);
}

/**
 * What an image cost in the newest run of the same kind: its part of the job's time by the clock, or where the job was
 * stopped in between the mean time in the method alone.
 */
function measuredImage({ runs }: Repositories, wish: RunWish, model: Model | null): MeasuredImage {
  const { needsModel } = methodCatalogue[wish.methodId];
  if (needsModel && model === null) return null;
  const sizePx = needsModel ? imageSizePx(wish, model) : null;
  const shots = wish.settings.shots ?? 0;
  const alike = runs
    .measured(wish.methodId, needsModel ? (model?.sha256 ?? null) : null)
    .filter(
      ({ settings, rendering }) =>
        (settings.shots ?? 0) === shots && (sizePx === null || rendering.sizePx === sizePx),
    );
  const same = alike.find(({ clockMs }) => clockMs !== null) ?? alike[0];
  if (same === undefined) return null;
  const { runId, scoredCount, ownMs, jobMs, clockMs } = same;
  const share = jobMs > 0 ? ownMs / jobMs : 1;
  const totalMs = clockMs === null ? ownMs : clockMs * share;
  return { runId, measuredCount: scoredCount, durationMs: totalMs / scoredCount };
}
