// What lives here: the bench of the window with a large set: its made-up data, what it does to the window, what it reads from it.
// What may not: aims that a test could fail on; an end-to-end test runs the same code on a small set without a clock.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, link, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { openDatabase } from '../../../src-main/core/db/open-database.ts';
import { createRepositories, type Repositories } from '../../../src-main/core/db/repositories.ts';
import type { Label } from '../../../src-shared/domain/dataset.ts';
import type { MapRendering, MethodId } from '../../../src-shared/domain/method.ts';
import type { VerdictValue } from '../../../src-shared/domain/verdict.ts';
import { encodePatchMap } from '../../../src-shared/maps/patch-map-codec.ts';
import { seededRandom, type Random } from './seeded-random.ts';

export interface SetOptions {
  readonly count: number;
  readonly seed: number;
  /** So many picture files differ; all others are hard links to them. */
  readonly pictureCount: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

export const largeSet: SetOptions = {
  count: 50_000,
  seed: 20_261_122,
  pictureCount: 240,
  widthPx: 800,
  heightPx: 600,
};

export interface MadeUpSet {
  /** The data folder to start a host with. */
  readonly dataFolder: string;
  readonly datasetId: number;
  /** In the order of `madeUpMethods`. */
  readonly runIds: readonly number[];
  /** Null where it lay there from an earlier call. */
  readonly madeInMs: number | null;
}

interface MadeUpMethod {
  readonly methodId: MethodId;
  /** Patches on a side, as the method's own maps have them. */
  readonly side: number;
  readonly rendering: MapRendering;
  /** How far the scores of good and of anomalous images lie apart, in standard deviations. */
  readonly separation: number;
}

/** With the maps that these methods make of a ViT-L/14@336. */
export const madeUpMethods: readonly MadeUpMethod[] = [
  { methodId: 'baseline', side: 16, rendering: { sizePx: 256, sigmaPx: 0 }, separation: 0.8 },
  { methodId: 'clip', side: 37, rendering: { sizePx: 518, sigmaPx: 0 }, separation: 1.6 },
  { methodId: 'faprompt', side: 37, rendering: { sizePx: 518, sigmaPx: 4 }, separation: 2.6 },
  { methodId: 'anomalyclip', side: 37, rendering: { sizePx: 518, sigmaPx: 4 }, separation: 2.4 },
];

export const classNames = Array.from({ length: 15 }, (_, k) => `part-${String.fromCharCode(97 + k)}`);
/** Different maps of a run; an image gets the one whose peak is nearest to its score. */
const mapCount = 256;
const anomalousShare = 0.08;
const verdictShare = 0.2;
/** Changes whenever what is written does, so that nothing older is taken for it. */
const recipe = 1;
const migrationsFolder = path.resolve(import.meta.dirname, '../../../src-main/core/db/migrations');

const madeSchema = z.object({ datasetId: z.number(), runIds: z.array(z.number()) });

/** Makes the set, or finds it as an earlier call left it; thumbnails of earlier calls are taken away. */
export async function makeUpSet(options: SetOptions, parent = tmpdir()): Promise<MadeUpSet> {
  const hash = createHash('sha256')
    .update(
      JSON.stringify({
        recipe,
        options,
        madeUpMethods,
        classNames,
        migrations: await readdir(migrationsFolder),
      }),
    )
    .digest('hex');
  const folder = path.join(parent, `anomaly-workbench-window-${hash.slice(0, 12)}`);
  const note = path.join(folder, 'made.json');
  const dataFolder = path.join(folder, 'data');
  if (existsSync(note)) {
    await rm(path.join(dataFolder, 'thumbnails'), { recursive: true, force: true });
    return { dataFolder, ...madeSchema.parse(JSON.parse(await readFile(note, 'utf8'))), madeInMs: null };
  }
  const startMs = performance.now();
  await rm(folder, { recursive: true, force: true });
  const root = path.join(folder, 'images');
  const images = planImages(options);
  await writePictures(root, images, options);
  const made = await fillDatabase(dataFolder, root, images, options);
  await writeFile(`${note}.part`, JSON.stringify(made));
  await rename(`${note}.part`, note);
  return { dataFolder, ...made, madeInMs: performance.now() - startMs };
}

export interface PlannedImage {
  readonly path: string;
  readonly className: string;
  readonly label: Label;
  readonly picture: number;
}

export function planImages({ count, seed, pictureCount }: SetOptions): PlannedImage[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const className = classNames[index % classNames.length] ?? 'part-a';
    const label = random.share() < anomalousShare ? 'anomalous' : 'good';
    const name = `${className.slice(-1)}${String(index).padStart(6, '0')}-${Math.floor(random.share() * 36 ** 4).toString(36)}`;
    return {
      className,
      label,
      path: `${className}/test/${label === 'good' ? 'good' : 'crack'}/${name}.jpg`,
      picture: Math.floor(random.share() * pictureCount),
    };
  });
}

/** A word of which every letter leaves fewer images, and the last one some. */
export function chooseSearch(paths: readonly string[]): string {
  const countOf = (word: string) => paths.reduce((count, each) => count + (each.includes(word) ? 1 : 0), 0);
  for (const each of paths) {
    const word = path.basename(each).slice(0, 5);
    const letters = Array.from({ length: word.length }, (_, k) => countOf(word.slice(0, k + 1)));
    if (letters.every((count, k) => count > 0 && count < (letters[k - 1] ?? paths.length))) return word;
    const short = letters.findIndex((count, k) => count >= (letters[k - 1] ?? paths.length));
    if (short >= 2) return word.slice(0, short);
  }
  throw new Error('No word narrows with every letter.');
}

async function writePictures(
  root: string,
  images: readonly PlannedImage[],
  options: SetOptions,
): Promise<void> {
  const pictures = path.join(root, '.pictures');
  await mkdir(pictures, { recursive: true });
  const files = Array.from({ length: options.pictureCount }, (_, k) => path.join(pictures, `${k}.jpg`));
  const grain = makeGrain(options);
  await inTurns(files, (file, index) => writePicture(file, options.seed + index, grain, options));
  for (const folder of new Set(images.map((image) => path.dirname(image.path))))
    await mkdir(path.join(root, folder), { recursive: true });
  await inTurns(images, async ({ path: name, picture }) => {
    const source = files[picture] ?? '';
    const target = path.join(root, name);
    // Some file systems have no hard links, or only a few of one file.
    await link(source, target).catch(() => copyFile(source, target));
  });
}

/** Each picture begins elsewhere in the grain, so that no two have the same. */
const grainSpare = 65_536;

function makeGrain({ widthPx, heightPx, seed }: SetOptions): Buffer {
  const random = seededRandom(seed + 3000);
  const grain = Buffer.alloc(widthPx * heightPx + grainSpare);
  for (let at = 0; at < grain.length; at++) grain[at] = 112 + Math.floor(random.share() * 32);
  return grain;
}

/** A grained surface with a scratch: coarse and fine noise, so that it is as large and as slow to decode as a photo. */
async function writePicture(
  file: string,
  seed: number,
  grain: Buffer,
  { widthPx, heightPx }: SetOptions,
): Promise<void> {
  const random = seededRandom(seed);
  const coarse = Buffer.from(Array.from({ length: 8 * 6 * 3 }, () => 60 + Math.floor(random.share() * 130)));
  const start = Math.floor(random.share() * grainSpare);
  const ownGrain = grain.subarray(start, start + widthPx * heightPx);
  const x = Math.floor(random.share() * widthPx);
  const y = Math.floor(random.share() * heightPx);
  const scratch = `<svg width="${widthPx}" height="${heightPx}"><path d="M${x} ${y}l${90 * (random.share() - 0.5)} ${90 * random.share()}" stroke="#222" stroke-width="${2 + 5 * random.share()}"/></svg>`;
  await sharp(coarse, { raw: { width: 8, height: 6, channels: 3 } })
    .resize(widthPx, heightPx, { kernel: 'cubic', fit: 'fill' })
    .composite([
      { input: ownGrain, raw: { width: widthPx, height: heightPx, channels: 1 }, blend: 'soft-light' },
      { input: Buffer.from(scratch) },
    ])
    .jpeg({ quality: 88 })
    .toFile(file);
}

async function inTurns<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) await work(item, index);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

async function fillDatabase(
  dataFolder: string,
  root: string,
  images: readonly PlannedImage[],
  options: SetOptions,
): Promise<z.infer<typeof madeSchema>> {
  const first = path.join(root, images[0]?.path ?? '');
  const { mtimeMs, size } = await stat(first);
  const database = openDatabase({
    dataFolder,
    migrationsFolder,
    log: () => undefined,
  });
  try {
    return database.transaction(() => {
      const repositories = createRepositories(database);
      const atMs = Date.now();
      const datasetId = repositories.datasets.insert({
        name: 'Made-up parts',
        root,
        layout: 'mvtec',
        createdAtMs: atMs,
      });
      for (const { path: name, className, label } of images)
        repositories.images.upsert(
          datasetId,
          {
            path: name,
            className,
            split: 'test',
            defect: label === 'good' ? 'good' : 'crack',
            label,
            widthPx: options.widthPx,
            heightPx: options.heightPx,
            // The files differ by a few per cent; an import would say how much.
            sizeBytes: size,
            modifiedAtMs: mtimeMs,
            maskPath: null,
            maskSizeBytes: null,
            maskModifiedAtMs: null,
          },
          1,
        );
      repositories.datasets.setState(datasetId, 'ready');
      const imageIds = images.map(({ path: name }) => repositories.images.byPath(datasetId, name)?.id ?? 0);
      const runIds = madeUpMethods.map((method, index) =>
        storeRun(
          repositories,
          datasetId,
          images,
          imageIds,
          method,
          seededRandom(options.seed + 1000 + index),
        ),
      );
      storeVerdicts(repositories, datasetId, images, seededRandom(options.seed + 2000));
      return { datasetId, runIds };
    });
  } finally {
    database.close();
  }
}

function storeRun(
  repositories: Repositories,
  datasetId: number,
  images: readonly PlannedImage[],
  imageIds: readonly number[],
  { methodId, side, rendering, separation }: MadeUpMethod,
  random: Random,
): number {
  const nowMs = Date.now();
  const lease = { owner: 'window-bench', host: 'nowhere', pid: process.pid };
  const job = { kind: 'scan', title: 'Made-up run', payload: {}, datasetId } as const;
  const jobId = repositories.jobs.insert(job, lease, nowMs, 60_000);
  const runId = repositories.runs.insert({
    datasetId,
    methodId,
    modelId: methodId === 'baseline' ? null : 'made-up-vit-l-14-336px',
    promptSetId: null,
    settings: {},
    rendering,
    jobId,
    createdAtMs: nowMs,
  });
  repositories.jobs.setRun(jobId, runId);
  const claimed = repositories.jobs.claim(['scan'], lease, { nowMs, leaseMs: 60_000 }, false);
  const maps = Array.from({ length: mapCount }, (_, k) => makeMap(side, (k + 0.5) / mapCount, random));
  for (const [index, { path: name, className }] of images.entries()) {
    const imageId = imageIds[index] ?? 0;
    const isAnomalous = name.includes('/crack/');
    const score = 1 / (1 + Math.exp(1.2 - 0.9 * (random.normal() + (isAnomalous ? separation : 0))));
    const map = maps[Math.min(mapCount - 1, Math.floor(score * mapCount))];
    if (map === undefined) throw new Error('There is no map for this score.');
    repositories.results.storeScore(
      runId,
      { imageId, path: name, className },
      { score, rows: side, columns: side, durationMs: 400, ...map },
    );
  }
  repositories.jobs.finish(jobId, claimed?.attempt ?? 0, { state: 'succeeded', error: null, nowMs });
  return runId;
}

/** Quiet unrest everywhere and one to three spots, the highest of which reaches `peak`. */
function makeMap(side: number, peak: number, random: Random) {
  const data = new Float32Array(side * side);
  for (let at = 0; at < data.length; at++) data[at] = peak * (0.1 + 0.12 * random.share());
  const spots = 1 + Math.floor(random.share() * 3);
  for (let spot = 0; spot < spots; spot++) {
    const [x, y] = [random.share() * side, random.share() * side];
    const spread = 1 + random.share() * (side / 10);
    const height = spot === 0 ? 1 : 0.4 + 0.5 * random.share();
    for (let at = 0; at < data.length; at++) {
      const distance = ((at % side) - x) ** 2 + (Math.floor(at / side) - y) ** 2;
      const here = peak * height * Math.exp(-distance / (2 * spread * spread));
      data[at] = Math.max(data[at] ?? 0, here);
    }
  }
  const patchMap = encodePatchMap({ rows: side, columns: side, data });
  return {
    patchMap,
    mapMin: data.reduce((a, b) => Math.min(a, b)),
    mapMax: data.reduce((a, b) => Math.max(a, b)),
  };
}

function storeVerdicts(
  { verdicts }: Repositories,
  datasetId: number,
  images: readonly PlannedImage[],
  random: Random,
): void {
  const values: readonly VerdictValue[] = ['good', 'defect', 'unsure'];
  for (const image of images) {
    if (random.share() >= verdictShare) continue;
    const said = random.share() < 0.1 ? values[2] : image.label === 'good' ? values[0] : values[1];
    verdicts.insert({
      datasetId,
      imagePath: image.path,
      value: said ?? null,
      note: random.share() < 0.1 ? 'Made up.' : '',
      author: 'bench',
      createdAtMs: Date.now(),
      supersedesId: null,
      restoresId: null,
      basis: null,
    });
  }
}
