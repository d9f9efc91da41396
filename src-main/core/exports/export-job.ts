import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { toErrorShape, WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import { fileOf, idSchema, type DatasetImage } from '../../../src-shared/domain/dataset.ts';
import {
  exportOptionsSchema,
  exportSummarySchema,
  type ExportKind,
  type ExportSummary,
} from '../../../src-shared/domain/export.ts';
import { decodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { renderPixelMap } from '../../../src-shared/maps/render-pixel-map.ts';
import type { Repositories } from '../db/repositories.ts';
import { fromSystemError, systemErrorCode } from '../error-report.ts';
import { defineJobKind, type JobContext } from '../jobs/job-kind.ts';
import { csvLine, csvNumber, csvPath, csvWords } from '../../../src-shared/text/csv.ts';
import { fileKinds, type MapKind, type MapSource } from './file-kinds.ts';
import { MirroredNames } from './mirrored-names.ts';
import { requireFreeFolder, summaryName } from './require-free-folder.ts';
import { beginSummary } from './export-summary.ts';
import { TargetFolder, type OpenFile } from './target-folder.ts';

const exportPayloadSchema = z.object({
  runId: idSchema,
  /** Absolute. */
  folder: z.string().min(1),
  overwrite: z.boolean(),
  options: exportOptionsSchema,
});
export type ExportPayload = z.output<typeof exportPayloadSchema>;

const predictionsName = 'predictions.csv';
/** The last four are of the newest verdict; a note's lines stay lines, in quotes. */
const predictionColumns = [
  ...['image', 'class', 'label', 'score', 'prediction'],
  ...['verdict', 'note', 'author', 'time'],
];
const imagesAtOnce = 256;
/** Of failures, and of images with another name, so many are named in `export.json`; all are counted. */
const mostNamed = 200;

export interface ExportJobOptions {
  readonly repositories: Repositories;
  readonly dataFolder: string;
  readonly version: string;
}

/**
 * Writes a run's files, one image after another, in the order of their paths. Memory does not grow with the number of
 * images but for their scores and names. An attempt that goes on after a crash leaves what it finds finished alone.
 */
export function createExportJobKind({ repositories, dataFolder, version }: ExportJobOptions) {
  return defineJobKind({
    kind: 'export',
    lane: 'files',
    payloadSchema: exportPayloadSchema,
    async run(payload, context) {
      const run = repositories.runs.get(payload.runId);
      const dataset = run === null ? null : repositories.datasets.getCore(run.datasetId);
      if (run === null || dataset === null)
        throw new WorkbenchError('not-found', 'The run of this export is no longer there.');
      const { folder, options } = payload;
      const before = await requireFreeFolder({
        ...payload,
        root: dataset.root,
        dataFolder,
        jobId: context.jobId,
      });
      const target = TargetFolder.open(folder);
      const summary = beginSummary({ repositories, run, dataset, options, version, jobId: context.jobId });
      const startedAtMs = before ?? summary.startedAtMs;
      const pass = new ExportPass(repositories, { ...summary, startedAtMs }, target, context);
      await pass.write();
    },
  });
}

class ExportPass {
  readonly #repositories: Repositories;
  readonly #target: TargetFolder;
  readonly #context: JobContext;
  readonly #summary: ExportSummary;
  readonly #names: MirroredNames;
  readonly #mapKinds: readonly MapKind[];
  readonly #scoreThresholds: ReadonlyMap<string, number | null>;
  readonly #mapThresholds: ReadonlyMap<string, number | null>;
  readonly #files: Partial<Record<ExportKind, number>> = {};
  readonly #failures: { path: string; message: string }[] = [];
  readonly #renamed: { path: string; name: string }[] = [];
  #images = 0;
  #withoutScore = 0;
  #failed = 0;

  constructor(repositories: Repositories, summary: ExportSummary, target: TargetFolder, context: JobContext) {
    this.#repositories = repositories;
    this.#target = target;
    this.#context = context;
    this.#summary = summary;
    this.#names = new MirroredNames(summary.options.names);
    this.#mapKinds = [...new Set(summary.options.what)].filter((kind) => kind !== 'csv');
    this.#scoreThresholds = byClass(summary.scoreThresholds);
    this.#mapThresholds = byClass(summary.mapThresholds);
  }

  async write(): Promise<void> {
    const { what } = this.#summary.options;
    await this.#writeSummary('unfinished');
    const csv = what.includes('csv') ? await this.#target.begin(predictionsName) : null;
    try {
      if (csv !== null) await csv.sink(Buffer.from(csvLine(predictionColumns)));
      await this.#eachImage(csv);
      await csv?.finish();
      if (csv !== null) this.#files.csv = 1;
    } catch (thrown) {
      await csv?.abandon();
      throw thrown;
    }
    await this.#writeSummary('finished');
    const [first] = this.#failures;
    if (first !== undefined) {
      throw new WorkbenchError(
        'unreadable',
        `${countOf(this.#failed, 'file')} could not be written, the others are in ${this.#target.path}. The first: ${first.path}: ${first.message}`,
      );
    }
  }

  async #eachImage(csv: OpenFile | null): Promise<void> {
    const { images } = this.#repositories;
    const { dataset, options } = this.#summary;
    const total = images.count(dataset.id, options.className);
    for (let after = ''; ;) {
      const page = images.pageAfter(dataset.id, options.className, after, imagesAtOnce);
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.path;
      let lines = '';
      for (const image of page) {
        this.#context.signal.throwIfAborted();
        lines += await this.#exportImage(image);
        this.#images++;
        this.#context.report({ done: this.#images, total, message: image.path });
        await setImmediate();
      }
      await csv?.sink(Buffer.from(lines));
    }
  }

  /** Writes an image's files and returns its line for the CSV. */
  async #exportImage(image: DatasetImage): Promise<string> {
    const { run, options } = this.#summary;
    const score = this.#repositories.results.get(run.id, image.id)?.score ?? null;
    const threshold = this.#scoreThresholds.get(image.className) ?? null;
    if (score === null) this.#withoutScore++;
    const mirrored = this.#names.next(image);
    if (mirrored === null)
      this.#fail(image.path, 'Its path leads out of the data set; nothing is written for it.');
    else if (score !== null && this.#mapKinds.length > 0) {
      if (mirrored.isRenamed && this.#renamed.length < mostNamed)
        this.#renamed.push({ path: image.path, name: mirrored.name });
      await this.#exportMaps(image, mirrored.name);
    }
    if (!options.what.includes('csv')) return '';
    const prediction = score === null || threshold === null ? '' : score >= threshold ? 'anomalous' : 'good';
    return csvLine([
      csvPath(image.path),
      csvWords(image.className),
      image.label ?? '',
      csvNumber(score),
      prediction,
      ...this.#verdictFields(image),
    ]);
  }

  /** Empty where nobody has said anything of the image, or took it back. */
  #verdictFields({ datasetId, path }: DatasetImage): string[] {
    const newest = this.#repositories.verdicts.newest(datasetId, path);
    if (newest === null || (newest.value === null && newest.note === '')) return ['', '', '', ''];
    const { value, note, author, createdAtMs } = newest;
    return [value ?? '', csvWords(note), csvWords(author), new Date(createdAtMs).toISOString()];
  }

  async #exportMaps(image: DatasetImage, name: string): Promise<void> {
    const { run, options, dataset, workbenchVersion, startedAtMs } = this.#summary;
    const mapThreshold = this.#mapThresholds.get(image.className) ?? null;
    let map: MapSource['map'] | null = null;
    for (const kind of this.#mapKinds) {
      this.#context.signal.throwIfAborted();
      const file = `${kind}/${name}${fileKinds[kind].suffix(options)}`;
      try {
        if (!(await this.#target.has(file, startedAtMs))) {
          map ??= this.#renderMap(image.id);
          const source: MapSource = {
            image,
            imageFile: join(dataset.root, fileOf(image)),
            map,
            scale: run.scale ?? { scoreMin: 0, scoreMax: 0, mapMin: 0, mapMax: 0 },
            mapThreshold,
            options,
            software: `Anomaly Workbench ${workbenchVersion}`,
            signal: this.#context.signal,
          };
          await this.#target.write(file, (sink) => fileKinds[kind].write(source, sink));
        }
        this.#files[kind] = (this.#files[kind] ?? 0) + 1;
      } catch (thrown) {
        this.#context.signal.throwIfAborted();
        const error = fromSystemError(thrown, file);
        // What would stop every other file as well stops the export.
        if (!(error instanceof WorkbenchError) && systemErrorCode(error) !== 'ENAMETOOLONG') throw error;
        const { code, message } = toErrorShape(error);
        if (code === 'disk-full' || code === 'forbidden') throw error;
        this.#fail(`${kind}: ${image.path}`, message);
      }
    }
  }

  #renderMap(imageId: number): MapSource['map'] {
    const { id, rendering } = this.#summary.run;
    const stored = this.#repositories.results.patchMap(id, imageId);
    if (stored === null)
      throw new WorkbenchError('not-found', 'Its map is not stored. Run the method again on this image.');
    return { data: renderPixelMap(decodePatchMap(stored), rendering), sidePx: rendering.sizePx };
  }

  #fail(path: string, message: string): void {
    this.#failed++;
    if (this.#failures.length < mostNamed) this.#failures.push({ path, message });
  }

  async #writeSummary(state: ExportSummary['state']): Promise<void> {
    const summary = exportSummarySchema.parse({
      ...this.#summary,
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
    await this.#target.write(summaryName, (sink) =>
      sink(Buffer.from(`${JSON.stringify(summary, null, 2)}\n`)),
    );
  }
}

function byClass(thresholds: ExportSummary['scoreThresholds']): ReadonlyMap<string, number | null> {
  return new Map(thresholds.map(({ className, value }) => [className, value]));
}
