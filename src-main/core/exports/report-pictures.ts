import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { fileOf, type DatasetImage } from '../../../src-shared/domain/dataset.ts';
import { usualRegionAreaPx } from '../../../src-shared/domain/chosen-thresholds.ts';
import type { ChosenThreshold, MapThreshold, ScoreThreshold } from '../../../src-shared/domain/export.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { colouriseMap } from '../../../src-shared/maps/colourise.ts';
import { traceContours } from '../../../src-shared/maps/contour.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { findRegions } from '../../../src-shared/maps/regions.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import { layOver } from '../../images/overlay-picture.ts';
import { resizeMask } from '../../images/resize-mask.ts';
import { makeThumbnail } from '../../images/thumbnail.ts';
import { readImageMask } from '../datasets/read-image-mask.ts';
import type { Repositories } from '../db/repositories.ts';
import { openThresholdChooser } from './choose-thresholds.ts';
import { contourPath } from './contour-path.ts';
import { rankImages, type Rank } from './find-disagreements.ts';
import { predictionAt } from './prediction-files.ts';
import type { ReportOverlay, ReportPicture } from './run-report.ts';

/** The longer side of a picture. */
export const pictureSizePx = 360;
const maskSidePx = 512;
/** As the window lays heat over an image to begin with. */
const heatOpacity = 0.6;
/** Of each map so many regions are told of, the highest peak first. */
const mostRegions = 3;

type PictureRepositories = Pick<Repositories, 'images' | 'results' | 'settings' | 'operatingPoints'>;

/** A run of a report, and where its thresholds come from. */
export interface RunOfReport {
  readonly run: Run;
  readonly scoreThreshold: ScoreThreshold;
  readonly mapThreshold: MapThreshold;
}

/** A run with what is asked of it again and again. */
export interface KnownRun {
  readonly run: Run;
  readonly ranks: ReadonlyMap<number, Rank>;
  /** By class. */
  readonly scoreThresholds: ReadonlyMap<string, ChosenThreshold>;
  readonly mapThresholds: ReadonlyMap<string, ChosenThreshold>;
}

export function knowRun(
  repositories: PictureRepositories,
  { run, scoreThreshold, mapThreshold }: RunOfReport,
  { classNames, scope }: { readonly classNames: readonly string[]; readonly scope: string | null },
): KnownRun {
  const chooser = openThresholdChooser(repositories, run.id, scope);
  const scoreThresholds = new Map<string, ChosenThreshold>();
  const mapThresholds = new Map<string, ChosenThreshold>();
  for (const className of classNames) {
    scoreThresholds.set(className, chooser.score(className, scoreThreshold));
    mapThresholds.set(className, chooser.map(className, mapThreshold));
  }
  return { run, ranks: rankImages(repositories.results.scores(run.id)), scoreThresholds, mapThresholds };
}

type MakePicture = (image: DatasetImage) => Promise<ReportPicture>;

export interface PictureOptions {
  readonly repositories: PictureRepositories;
  /** The data set's folder. */
  readonly root: string;
  readonly runs: readonly KnownRun[];
  readonly signal: AbortSignal;
}

export type MakePictures = (
  imageIds: readonly number[],
  onPicture?: (path: string) => void,
) => Promise<ReportPicture[]>;

/** Makes pictures of images, each under every run's map; gives way to other work after each. */
export function openPictureMaker(options: PictureOptions): MakePictures {
  const { repositories, signal } = options;
  const make = pictureMaker(options);
  return async (imageIds, onPicture = () => undefined) => {
    const pictures: ReportPicture[] = [];
    for (const image of repositories.images.byIds(imageIds)) {
      pictures.push(await make(image));
      onPicture(image.path);
      await setImmediate();
      signal.throwIfAborted();
    }
    return pictures;
  };
}

function pictureMaker({ repositories, root, runs }: PictureOptions): MakePicture {
  return async (image) => {
    const problems: string[] = [];
    const jpeg = await orProblem(problems, () =>
      makeThumbnail(join(root, fileOf(image)), pictureSizePx, { crop: image.crop }),
    );
    const mask = await orProblem(problems, () => outlineMask(repositories, root, image));
    const overlays: (ReportOverlay | null)[] = [];
    for (const one of runs)
      overlays.push(jpeg === null ? null : await makeOverlay(repositories, one, image, jpeg));
    return {
      path: image.path,
      className: image.className,
      label: image.label,
      widthPx: image.widthPx,
      heightPx: image.heightPx,
      jpeg,
      problem: problems.length === 0 ? null : problems.join(' '),
      maskPath: mask ?? '',
      maskSidePx,
      overlays,
    };
  };
}

/** A file that is damaged or gone by now is said beside its picture; it does not cost the report. */
async function orProblem<T>(problems: string[], read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (thrown) {
    if (!(thrown instanceof WorkbenchError)) throw thrown;
    problems.push(thrown.message);
    return null;
  }
}

async function makeOverlay(
  { results }: PictureRepositories,
  { run, ranks, scoreThresholds, mapThresholds }: KnownRun,
  { id, className }: DatasetImage,
  picture: Buffer,
): Promise<ReportOverlay | null> {
  const score = results.get(run.id, id)?.score ?? null;
  const stored = results.patchMap(run.id, id);
  const rank = ranks.get(id);
  if (score === null || stored === null || run.scale === null || rank === undefined) return null;
  const { value: threshold = null, minRegionAreaPx } = mapThresholds.get(className) ?? {};
  const sidePx = run.rendering.sizePx;
  const map = renderPixelMap(decodePatchMap(stored), run.rendering);
  const { mapMin: min, mapMax: max } = run.scale;
  const rgba = new Uint8ClampedArray(map.length * 4);
  const colouring = { colourMap: 'inferno', min, max, opacity: 1, threshold: null, fadesIn: true } as const;
  colouriseMap(map, { ...colouring, opaqueFrom: threshold ?? max }, rgba);
  return {
    score,
    prediction: predictionAt(scoreThresholds.get(className), score),
    rank: Math.floor(rank.rank),
    rankedCount: rank.count,
    jpeg: await layOver(picture, { rgba, width: sidePx, height: sidePx, opacity: heatOpacity }),
    contourPath: threshold === null ? '' : contourPath(traceContours(map, sidePx, sidePx, threshold)),
    sidePx,
    ...regionsOf(map, sidePx, threshold, minRegionAreaPx ?? usualRegionAreaPx(sidePx)),
  };
}

function regionsOf(
  map: Float32Array,
  sidePx: number,
  threshold: number | null,
  minAreaPx: number,
): Pick<ReportOverlay, 'regions' | 'regionCount'> {
  if (threshold === null) return { regions: [], regionCount: 0 };
  const { regions } = findRegions(map, sidePx, sidePx, { threshold, minAreaPx });
  return {
    regions: regions
      .slice(0, mostRegions)
      .map(({ areaPx, peak }) => ({ share: areaPx / (sidePx * sidePx), peak })),
    regionCount: regions.length,
  };
}

async function outlineMask(
  { images }: PictureRepositories,
  root: string,
  image: DatasetImage,
): Promise<string> {
  const mask = await readImageMask(images, root, image);
  if (mask === null) return '';
  const inside = Float32Array.from(resizeMask(mask, maskSidePx, maskSidePx));
  return contourPath(traceContours(inside, maskSidePx, maskSidePx, 0.5));
}
