import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { fileOf, type DatasetImage } from '../../../src-shared/domain/dataset.ts';
import {
  exportSummarySchema,
  type ChosenThreshold,
  type ExportKind,
  type ExportSummary,
} from '../../../src-shared/domain/export.ts';
import type { Verdict } from '../../../src-shared/domain/verdict.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError, systemErrorCode } from '../error-report.ts';
import { fileKinds, isMapKind, type MapKind, type MapSource } from './file-kinds.ts';
import { MirroredNames } from './mirrored-names.ts';
import { predictionFiles, type PredictionFile, type PredictionRow } from './prediction-files.ts';
import type { PredictionMetrics } from './prediction-metrics.ts';
import { summaryName } from './require-free-folder.ts';
import type { SelectedImages } from './select-images.ts';
import type { OpenFile, TargetFolder } from './target-folder.ts';

const imagesAtOnce = 256;
/** Of failures, and of images with another name, so many are named in `export.json`; all are counted. */
const mostNamed = 200;

type PassRepositories = Pick<Repositories, 'images' | 'results' | 'verdicts'>;

export interface ExportPassOptions {
  readonly repositories: PassRepositories;
  readonly summary: ExportSummary;
  readonly selected: SelectedImages;
  readonly target: TargetFolder;
  readonly metrics: PredictionMetrics;
  readonly signal: AbortSignal;
  /** Called with the path of every image that is done. */
  readonly onImage: (path: string) => void;
}

interface Table {
  readonly kind: PredictionFile;
  readonly file: OpenFile;
}

/** Writes the files of one run, one image after another, in the order of their paths. */
export class ExportPass {
  readonly #options: ExportPassOptions;
  readonly #names: MirroredNames;
  readonly #mapKinds: readonly MapKind[];
  readonly #scoreThresholds: ReadonlyMap<string, ChosenThreshold>;
  readonly #mapThresholds: ReadonlyMap<string, ChosenThreshold>;
  readonly #files: Partial<Record<ExportKind, number>> = {};
  readonly #failures: { path: string; message: string }[] = [];
  readonly #renamed: { path: string; name: string }[] = [];
  #images = 0;
  #withoutScore = 0;
  #failed = 0;

  constructor(options: ExportPassOptions) {
    const { summary } = options;
    this.#options = options;
    this.#names = new MirroredNames(summary.options.names);
    this.#mapKinds = [...new Set(summary.options.what)].filter(isMapKind);
    this.#scoreThresholds = byClass(summary.scoreThresholds);
    this.#mapThresholds = byClass(summary.mapThresholds);
  }

  /** Resolves with what could not be written; rejects with what would stop every other file as well. */
  async write(): Promise<{ readonly failed: number; readonly first: string | null }> {
    const { summary, target, metrics } = this.#options;
    await this.#writeSummary('unfinished');
    const tables: Table[] = [];
    try {
      for (const name of ['csv', 'json'] as const) {
        if (!summary.options.what.includes(name)) continue;
        const kind = predictionFiles[name];
        const file = await target.begin(kind.name);
        tables.push({ kind, file });
        await file.sink(Buffer.from(kind.head(summary, metrics)));
        this.#files[name] = 1;
      }
      await this.#eachImage(tables);
      for (const { kind, file } of tables) {
        await file.sink(Buffer.from(kind.foot));
        await file.finish();
      }
    } catch (thrown) {
      for (const { file } of tables) await file.abandon();
      throw thrown;
    }
    await this.#writeSummary('finished');
    const [first] = this.#failures;
    return { failed: this.#failed, first: first === undefined ? null : `${first.path}: ${first.message}` };
  }

  async #eachImage(tables: readonly Table[]): Promise<void> {
    const { repositories, summary, selected, signal, onImage } = this.#options;
    const { dataset, options } = summary;
    for (let after = ''; ;) {
      const page = repositories.images.pageAfter(dataset.id, options.className, after, imagesAtOnce);
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.path;
      const lines = tables.map(() => '');
      for (const image of page) {
        signal.throwIfAborted();
        if (selected.ids !== null && !selected.ids.has(image.id)) continue;
        const row = await this.#exportImage(image);
        for (const [k, { kind }] of tables.entries()) lines[k] += kind.row(row, this.#images);
        this.#images++;
        onImage(image.path);
        await setImmediate();
      }
      for (const [k, { file }] of tables.entries()) await file.sink(Buffer.from(lines[k] ?? ''));
    }
  }

  /** Writes an image's files and returns its row for the tables. */
  async #exportImage(image: DatasetImage): Promise<PredictionRow> {
    const { repositories, summary } = this.#options;
    const score = repositories.results.get(summary.run.id, image.id)?.score ?? null;
    if (score === null) this.#withoutScore++;
    const mirrored = this.#names.next(image);
    if (mirrored === null)
      this.#fail(image.path, 'Its path leads out of the data set; nothing is written for it.');
    else if (score !== null && this.#mapKinds.length > 0) {
      if (mirrored.isRenamed && this.#renamed.length < mostNamed)
        this.#renamed.push({ path: image.path, name: mirrored.name });
      await this.#exportMaps(image, mirrored.name);
    }
    const threshold = this.#scoreThresholds.get(image.className);
    return { image, score, threshold, verdict: verdictOn(repositories, image) };
  }

  async #exportMaps(image: DatasetImage, name: string): Promise<void> {
    const { repositories, summary, target, signal } = this.#options;
    const { options, startedAtMs } = summary;
    let source: MapSource | null = null;
    for (const kind of this.#mapKinds) {
      signal.throwIfAborted();
      const file = `${kind}/${name}${fileKinds[kind].suffix(options)}`;
      try {
        if (!(await target.has(file, startedAtMs))) {
          const made = (source ??= mapSource(
            repositories,
            summary,
            image,
            this.#mapThresholds.get(image.className),
            signal,
          ));
          await target.write(file, (sink) => fileKinds[kind].write(made, sink));
        }
        this.#files[kind] = (this.#files[kind] ?? 0) + 1;
      } catch (thrown) {
        signal.throwIfAborted();
        const error = fromSystemError(thrown, file);
        // What would stop every other file as well stops the export.
        if (!(error instanceof WorkbenchError) && systemErrorCode(error) !== 'ENAMETOOLONG') throw error;
        const { code, message } = toErrorShape(error);
        if (code === 'disk-full' || code === 'forbidden') throw error;
        this.#fail(`${kind}: ${image.path}`, message);
      }
    }
  }

  #fail(path: string, message: string): void {
    this.#failed++;
    if (this.#failures.length < mostNamed) this.#failures.push({ path, message });
  }

  async #writeSummary(state: ExportSummary['state']): Promise<void> {
    const summary = exportSummarySchema.parse({
      ...this.#options.summary,
      state,
      counts: {
        images: this.#images,
        withoutScore: this.#withoutScore,
        files: this.#files,
        failed: this.#failed,
      },
      failures: this.#failures,
      renamed: this.#renamed,
    } satisfies ExportSummary);
    await this.#options.target.write(summaryName, (sink) =>
      sink(Buffer.from(`${JSON.stringify(summary, null, 2)}\n`)),
    );
  }
}

/** The newest verdict on an image; null where nobody has said anything of it, or took it back and left no note. */
export function verdictOn(
  { verdicts }: Pick<Repositories, 'verdicts'>,
  { datasetId, path }: DatasetImage,
): Verdict | null {
  const newest = verdicts.newest(datasetId, path);
  return newest === null || (newest.value === null && newest.note === '') ? null : newest;
}

/** The file that holds an image, or a part of it. */
export function imageFileOf(root: string, image: DatasetImage): string {
  return join(root, fileOf(image));
}

/** Everything that files of one image are made from. Throws `not-found` where its map is not stored. */
export function mapSource(
  { results }: Pick<Repositories, 'results'>,
  { run, options, dataset, workbenchVersion }: ExportSummary,
  image: DatasetImage,
  chosen: ChosenThreshold | undefined,
  signal: AbortSignal,
): MapSource {
  const stored = results.patchMap(run.id, image.id);
  if (stored === null)
    throw new WorkbenchError('not-found', 'Its map is not stored. Run the method again on this image.');
  return {
    image,
    imageFile: imageFileOf(dataset.root, image),
    map: { data: renderPixelMap(decodePatchMap(stored), run.rendering), sidePx: run.rendering.sizePx },
    scale: run.scale ?? { scoreMin: 0, scoreMax: 0, mapMin: 0, mapMax: 0 },
    mapThreshold: chosen?.value ?? null,
    regionAreaPx: chosen?.minRegionAreaPx ?? 1,
    options,
    software: `Anomaly Workbench ${workbenchVersion}`,
    signal,
  };
}

function byClass(thresholds: readonly ChosenThreshold[]): ReadonlyMap<string, ChosenThreshold> {
  return new Map(thresholds.map((chosen) => [chosen.className, chosen]));
}
