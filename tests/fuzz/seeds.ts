import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { DatasetLayout } from '../../src-shared/domain/dataset.ts';
import type { ClipConfig } from '../../src-shared/domain/model.ts';
import {
  huggingFaceConfig,
  openClipConfig,
  tinyClipConfig,
  writeMadeUpCheckpoint,
} from '../support/made-up-checkpoints.ts';
import { fixturesFolder } from '../support/checkpoint-scratch.ts';
import { height, makeBmp, makeTiff, pattern, sharpPattern, width } from '../unit/images/image-files.ts';

/** Sound files of one format, whole. */
export interface ByteSeed {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A sound data set: the table that is damaged, and the files round it. */
export interface DatasetSeed {
  readonly name: string;
  readonly layout: DatasetLayout;
  readonly table: string;
  readonly text: string;
  readonly files: Readonly<Record<string, Buffer>>;
}

export interface Seeds {
  readonly png: readonly ByteSeed[];
  readonly jpeg: readonly ByteSeed[];
  readonly tiff: readonly ByteSeed[];
  readonly bmp: readonly ByteSeed[];
  readonly webp: readonly ByteSeed[];
  readonly safetensors: readonly ByteSeed[];
  readonly torch: readonly ByteSeed[];
  readonly prompts: readonly ByteSeed[];
  /** Texts of `config.json`, beside sound weights. */
  readonly config: readonly (ByteSeed & {
    readonly fileName: string;
    readonly weights: Buffer;
    readonly weightsName: string;
  })[];
  readonly json: readonly DatasetSeed[];
  readonly table: readonly DatasetSeed[];
}

/** Made anew in every process, the same each time. `scratch` is a folder that may be written to. */
export async function makeSeeds(scratch: string): Promise<Seeds> {
  return {
    ...(await makeImageSeeds()),
    ...(await makeCheckpointSeeds(scratch)),
    ...(await makeDatasetSeeds()),
  };
}

async function named(name: string, image: Sharp): Promise<ByteSeed> {
  return { name, bytes: await image.toBuffer() };
}

async function makeImageSeeds(): Promise<Pick<Seeds, 'png' | 'jpeg' | 'tiff' | 'bmp' | 'webp'>> {
  const rgb = sharpPattern;
  const grey16 = Uint16Array.from({ length: width * height }, (_, i) => (i * 977) % 65_536);
  const wide = () => sharp(grey16, { raw: { width, height, channels: 1 } }).toColourspace('grey16');
  const palette = Array.from({ length: 256 }, (_, i) => i * 65_793);
  const rowBytes = (bits: number) => Math.ceil((width * bits) / 32) * 4;
  const pixels = (bits: number) =>
    Uint8Array.from({ length: rowBytes(bits) * height }, (_, i) => (i * 37) & 255);
  const runs = Uint8Array.from([
    ...Array.from({ length: height }, (_, y) => [width, y & 255, 0, 0]).flat(),
    ...[0, 1],
  ]);
  return {
    png: await Promise.all([
      named('rgb', rgb().png()),
      named('rgba', rgb().ensureAlpha(0.5).png()),
      named('palette', rgb().png({ palette: true, colours: 16 })),
      named('grey', rgb().toColourspace('b-w').png()),
      named('16 bit', wide().png()),
      named('interlaced', rgb().png({ progressive: true })),
    ]),
    jpeg: await Promise.all([
      named('baseline', rgb().jpeg()),
      named('progressive', rgb().jpeg({ progressive: true })),
      named('turned', rgb().withMetadata({ orientation: 6 }).jpeg()),
      named('grey', rgb().toColourspace('b-w').jpeg()),
      named('cmyk', rgb().toColourspace('cmyk').jpeg()),
    ]),
    tiff: await Promise.all([
      named('lzw', rgb().tiff({ compression: 'lzw' })),
      named(
        'deflate, tiled',
        rgb().tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 }),
      ),
      named('jpeg', rgb().tiff({ compression: 'jpeg' })),
      named('packbits', rgb().tiff({ compression: 'packbits' })),
      named('16 bit', wide().tiff({ compression: 'none' })),
      Promise.resolve({
        name: 'plain',
        bytes: makeTiff({ width, height, bits: 8, samples: 3, photometric: 2, pixels: pattern }),
      }),
    ]),
    bmp: [
      { name: '24 bit', bytes: makeBmp({ width, height, bits: 24, pixels: pixels(24) }) },
      { name: '8 bit', bytes: makeBmp({ width, height, bits: 8, palette, pixels: pixels(8) }) },
      {
        name: '4 bit',
        bytes: makeBmp({ width, height, bits: 4, palette: palette.slice(0, 16), pixels: pixels(4) }),
      },
      {
        name: '1 bit',
        bytes: makeBmp({ width, height, bits: 1, palette: palette.slice(0, 2), pixels: pixels(1) }),
      },
      { name: '32 bit', bytes: makeBmp({ width, height, bits: 32, pixels: pixels(32) }) },
      {
        name: 'bit fields',
        bytes: makeBmp({
          width,
          height,
          bits: 16,
          compression: 3,
          masks: [0xf800, 0x7e0, 0x1f],
          pixels: pixels(16),
        }),
      },
      {
        name: 'run lengths',
        bytes: makeBmp({ width, height, bits: 8, compression: 1, palette, pixels: runs }),
      },
    ],
    webp: await Promise.all([
      named('lossy', rgb().webp()),
      named('lossless', rgb().webp({ lossless: true })),
      named('alpha', rgb().ensureAlpha(0.5).webp()),
    ]),
  };
}

async function makeCheckpointSeeds(
  scratch: string,
): Promise<Pick<Seeds, 'safetensors' | 'torch' | 'prompts' | 'config'>> {
  const fixture = async (name: string): Promise<ByteSeed> => ({
    name,
    bytes: await readFile(join(fixturesFolder, name)),
  });
  const made = async (kind: Parameters<typeof writeMadeUpCheckpoint>[1]): Promise<ByteSeed> => {
    const folder = join(scratch, 'seed');
    await mkdir(folder, { recursive: true });
    const file = await writeMadeUpCheckpoint(folder, kind, { config: thinConfig });
    const bytes = await readFile(file);
    await rm(folder, { recursive: true, force: true });
    return { name: kind, bytes };
  };
  const huggingFace = await made('huggingface-safetensors');
  const openClip = await made('open-clip-safetensors');
  return {
    safetensors: [await fixture('safetensors-package.safetensors'), huggingFace, openClip],
    torch: [
      await fixture('state-dict-protocol-2.pt'),
      await fixture('state-dict-protocol-5.pth'),
      await fixture('torchscript-clip.pt'),
      await fixture('legacy.pth'),
    ],
    prompts: [await fixture('anomalyclip-prompts.pth'), await fixture('faprompt-prompts.pth')],
    config: [
      {
        name: 'Hugging Face',
        bytes: Buffer.from(huggingFaceConfig(thinConfig)),
        fileName: 'config.json',
        weights: huggingFace.bytes,
        weightsName: 'model.safetensors',
      },
      {
        name: 'open_clip',
        bytes: Buffer.from(openClipConfig(thinConfig)),
        fileName: 'open_clip_config.json',
        weights: openClip.bytes,
        weightsName: 'open_clip_model.safetensors',
      },
    ],
  };
}

/** With CLIP's own vocabulary, as it must be, but thin: the file is written thousands of times. */
const thinConfig: ClipConfig = {
  ...tinyClipConfig,
  text: { ...tinyClipConfig.text, width: 8, mlpWidth: 16 },
};

async function makeDatasetSeeds(): Promise<Pick<Seeds, 'json' | 'table'>> {
  const [side, other] = [24, 16];
  const picture = await sharp({ create: { width: side, height: other, channels: 3, background: '#507080' } })
    .png()
    .toBuffer();
  const mask = await sharp(
    Uint8Array.from({ length: side * other }, (_, i) => (i % side > 4 && i % side < 12 ? 255 : 0)),
    { raw: { width: side, height: other, channels: 1 } },
  )
    .png()
    .toBuffer();
  const mvtec = {
    'nut/test/good/0.png': picture,
    'nut/test/bad/1.png': picture,
    'nut/test/bad/2.png': picture,
    'nut/ground_truth/bad/1_mask.png': mask,
    'nut/ground_truth/bad/2_mask.png': mask,
  };
  const entry = (name: string, maskPath: string, specie: string, anomaly: number) => ({
    img_path: `nut/test/${specie}/${name}.png`,
    mask_path: maskPath,
    cls_name: 'nut',
    specie_name: specie,
    anomaly,
  });
  const meta = {
    train: { nut: [] },
    test: {
      nut: [
        entry('0', '', 'good', 0),
        entry('1', 'nut/ground_truth/bad/1_mask.png', 'bad', 1),
        entry('2', 'nut/ground_truth/bad/2_mask.png', 'bad', 1),
      ],
    },
  };
  const image = (id: number, file_name: string) => ({ id, file_name, width: side, height: other });
  const annotation = (id: number, image_id: number, segmentation: unknown, iscrowd = 0) => ({
    ...{ id, image_id, category_id: 1, iscrowd, segmentation },
    ...{ bbox: [2, 2, 8, 8], area: 64 },
  });
  const coco = {
    images: [image(1, 'a.png'), image(2, 'b.png'), image(3, 'c.png')],
    categories: [{ id: 1, name: 'scratch' }],
    annotations: [
      annotation(1, 1, [[2, 2, 10, 2, 10, 10, 2, 10]]),
      annotation(2, 2, { size: [other, side], counts: [20, 8, 8, 8, 340] }, 1),
      annotation(3, 3, { size: [other, side], counts: 'd01o0' }, 1),
    ],
  };
  const plain = { 'a.png': picture, 'b.png': picture, 'c.png': picture };
  const visa = {
    'nut/Data/Images/Normal/0.JPG': picture,
    'nut/Data/Images/Anomaly/1.JPG': picture,
    'nut/Data/Masks/Anomaly/1.png': mask,
  };
  return {
    json: [
      {
        name: 'meta.json',
        layout: 'anomalyclip',
        table: 'meta.json',
        text: JSON.stringify(meta),
        files: mvtec,
      },
      { name: 'coco', layout: 'coco', table: 'annotations.json', text: JSON.stringify(coco), files: plain },
    ],
    table: [
      {
        name: 'list',
        layout: 'list',
        table: 'list.csv',
        text: 'path,label,class,mask\na.png,good,nut,\nb.png,anomalous,nut,masks/b.png\nc.png,1,bolt,\n',
        files: { ...plain, 'masks/b.png': mask },
      },
      {
        name: 'visa',
        layout: 'visa',
        table: 'split_csv/1cls.csv',
        text:
          'object,split,label,image,mask\nnut,test,normal,nut/Data/Images/Normal/0.JPG,\n' +
          'nut,test,anomaly,nut/Data/Images/Anomaly/1.JPG,nut/Data/Masks/Anomaly/1.png\n',
        files: visa,
      },
      {
        name: 'elpv',
        layout: 'elpv',
        table: 'labels.csv',
        text: 'images/a.png  0.0  mono\nimages/b.png  0.3333333333333333  poly\nimages/c.png  1.0  mono\n',
        files: { 'images/a.png': picture, 'images/b.png': picture, 'images/c.png': picture },
      },
    ],
  };
}
