import type { ClipConfig } from '../../../src-shared/domain/model.ts';
import { decodeFloat16, encodeFloat16 } from '../../../src-shared/maps/float16.ts';
import { gridSizeOf } from '../clip/vision-graph.ts';
import type { FeatureNeeds, Features, ImageFeatures } from '../methods/method.ts';

/** Rows of features as half precision bits, row-major [rows, width], not normalised. */
export interface PackedRows {
  readonly rows: number;
  readonly width: number;
  readonly bits: Uint16Array<ArrayBuffer>;
}

/** `ImageFeatures` without pixels as half precision bits; a field is present exactly when it was asked for. */
export interface PackedFeatures {
  readonly gridSize: number;
  readonly classFeature?: PackedRows;
  readonly rawClassFeature?: PackedRows;
  readonly patchFeatures?: PackedRows;
  readonly patchTokens?: PackedRows;
  /** By side. */
  readonly windows?: ReadonlyMap<number, PackedRows>;
  /** By layer, in the order of the needs. */
  readonly dpam?: ReadonlyMap<number, PackedRows>;
}

/** One matrix of a file: which, its parameter (a window's side, a layer; else 0), and its shape. */
export interface FeatureSection {
  readonly kind: FeatureKind;
  readonly parameter: number;
  readonly rows: number;
  readonly width: number;
}

export const featureKinds = [
  'classFeature',
  'rawClassFeature',
  'patchFeatures',
  'patchTokens',
  'windows',
  'dpam',
] as const;
export type FeatureKind = (typeof featureKinds)[number];

/** What a file holds: it follows from needs and model alone, so nothing that a file says has to be believed. */
export interface FeatureLayout {
  readonly gridSize: number;
  readonly sections: readonly FeatureSection[];
}

/** Throws `bad-request` where the image size does not fit the model. */
export function featureLayout(config: ClipConfig, needs: FeatureNeeds): FeatureLayout {
  const gridSize = gridSizeOf(config, needs.imageSizePx);
  const patches = gridSize ** 2;
  const embedding = config.embeddingSize;
  const section = (kind: FeatureKind, rows: number, width: number, parameter = 0): FeatureSection => ({
    kind,
    parameter,
    rows,
    width,
  });
  return {
    gridSize,
    sections: [
      ...(needs.classFeature ? [section('classFeature', 1, embedding)] : []),
      ...(needs.rawClassFeature ? [section('rawClassFeature', 1, embedding)] : []),
      ...(needs.patchFeatures ? [section('patchFeatures', patches, embedding)] : []),
      ...(needs.patchTokens ? [section('patchTokens', patches, config.vision.width)] : []),
      ...(needs.windows ?? []).map((side) => section('windows', (gridSize - side + 1) ** 2, embedding, side)),
      ...(needs.dpam?.layers ?? []).map((layer) => section('dpam', patches, embedding, layer)),
    ],
  };
}

/** Values that a layout has. */
export function valueCount({ sections }: FeatureLayout): number {
  return sections.reduce((sum, { rows, width }) => sum + rows * width, 0);
}

/** The values in the layout's order as half precision, or null where a value is beyond its range (65,504) or no number. */
export function packFeatures(
  layout: FeatureLayout,
  features: ImageFeatures,
): Uint16Array<ArrayBuffer> | null {
  const bits = new Uint16Array(valueCount(layout));
  let offset = 0;
  for (const section of layout.sections) {
    const data = dataOf(features, section);
    if (data.length !== section.rows * section.width)
      throw new Error(`the encoder made ${data.length} values of ${section.kind}, not as many as agreed`);
    bits.set(encodeFloat16(data), offset);
    offset += data.length;
  }
  // An exponent of ones is infinity or no number.
  return bits.every((value) => (value & 0x7c00) !== 0x7c00) ? bits : null;
}

function dataOf(features: ImageFeatures, { kind, parameter }: FeatureSection): Float32Array {
  const found = features[kind];
  const data =
    found instanceof Float32Array
      ? found
      : found instanceof Map
        ? (found as ReadonlyMap<number, Features>).get(parameter)?.data
        : (found as Features | undefined)?.data;
  if (!data) throw new Error(`the encoder made no ${kind}`);
  return data;
}

/** Views of one run of values, by the layout. */
export function cutFeatures(layout: FeatureLayout, bits: Uint16Array<ArrayBuffer>): PackedFeatures {
  const cut: { -readonly [Name in keyof PackedFeatures]: PackedFeatures[Name] } = {
    gridSize: layout.gridSize,
  };
  const windows = new Map<number, PackedRows>();
  const dpam = new Map<number, PackedRows>();
  let offset = 0;
  for (const { kind, parameter, rows, width } of layout.sections) {
    const part = { rows, width, bits: bits.subarray(offset, offset + rows * width) };
    offset += rows * width;
    if (kind === 'windows') windows.set(parameter, part);
    else if (kind === 'dpam') dpam.set(parameter, part);
    else cut[kind] = part;
  }
  if (windows.size > 0) cut.windows = windows;
  if (dpam.size > 0) cut.dpam = dpam;
  return cut;
}

/** The same as fp32, as methods read it. */
export function unpackFeatures(packed: PackedFeatures): ImageFeatures {
  const { gridSize, classFeature, rawClassFeature, patchFeatures, patchTokens, windows, dpam } = packed;
  return {
    gridSize,
    ...(classFeature ? { classFeature: decodeFloat16(classFeature.bits) } : {}),
    ...(rawClassFeature ? { rawClassFeature: decodeFloat16(rawClassFeature.bits) } : {}),
    ...(patchFeatures ? { patchFeatures: unpackRows(patchFeatures) } : {}),
    ...(patchTokens ? { patchTokens: unpackRows(patchTokens) } : {}),
    ...(windows ? { windows: unpackMap(windows) } : {}),
    ...(dpam ? { dpam: unpackMap(dpam) } : {}),
  };
}

const unpackRows = ({ rows, width, bits }: PackedRows): Features => ({
  rows,
  width,
  data: decodeFloat16(bits),
});

const unpackMap = (parts: ReadonlyMap<number, PackedRows>): ReadonlyMap<number, Features> =>
  new Map([...parts].map(([parameter, part]) => [parameter, unpackRows(part)]));
