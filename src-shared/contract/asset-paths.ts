// What lives here: everything that crosses a process: methods, events, errors, asset addresses, as zod schemas.
// What may not: behaviour. Both sides parse with these schemas, in both directions.
import { z } from 'zod';

/** Large bytes reach the renderer by address, not by message. Hosts put their own origin in front. */
export const assetPaths = {
  /** The image in a form that a browser shows (the file itself, or a PNG of it). */
  image: (imageId: number) => `/assets/image/${imageId}`,
  /** JPEG with the longer side at most `sizePx`. */
  thumbnail: (imageId: number, sizePx: ThumbnailSize) => `/assets/thumbnail/${imageId}/${sizePx}`,
  /** The same in a window of grey values: both in steps of 1/65,535 of all, the greatest that 16 bits hold. */
  windowed: (imageId: number, sizePx: ThumbnailSize, { level, window }: GreyWindow) =>
    `/assets/windowed/${imageId}/${sizePx}/${level}/${window}`,
  /** Ground-truth mask as PNG. */
  mask: (imageId: number) => `/assets/mask/${imageId}`,
  /** A patch map in the form of `maps/patch-map-codec.ts`. */
  patchMap: (runId: number, imageId: number) => `/assets/map/${runId}/${imageId}`,
  /** What a checkpoint of a training says of a probe image, as `patchMap`. */
  probeMap: (trainingId: number, epoch: number, imageId: number) =>
    `/assets/training-probe/${trainingId}/${epoch}/${imageId}`,
  /** The square that the model of a run was given instead of the image, as PNG. */
  modelView: (runId: number, imageId: number) => `/assets/seen/${runId}/${imageId}`,
  /** JPEG with the longer side at most 128 px of the picture `index` (from 0) of an import preview. */
  preview: (previewId: string, index: number) => `/assets/preview/${previewId}/${index + 1}`,
  /** Samples of a 16-bit grey image: width, height (uint32), then uint16s, little-endian; sides of 0 for other images. */
  samples: (imageId: number) => `/assets/samples/${imageId}`,
  /** The report that an export job wrote, as a page. */
  report: (jobId: number) => `/assets/report/${jobId}`,
};

export const thumbnailSizes = [128, 256, 512] as const;
export type ThumbnailSize = (typeof thumbnailSizes)[number];

/** Middle and width of the grey values that are shown from black to white, 1 to 65,535, whatever the image's bits. */
export interface GreyWindow {
  readonly level: number;
  readonly window: number;
}
export const mostGrey = 65_535;

/** Plain decimal digits: no sign, no exponent, no space, nothing that two parsers could read differently. */
const digits = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number);
const thumbnailSize = digits.pipe(
  z.union(
    thumbnailSizes.map((s) => z.literal(s)) as [z.ZodLiteral<128>, z.ZodLiteral<256>, z.ZodLiteral<512>],
  ),
);

const grey = digits.pipe(z.number().max(mostGrey));

/** Fields as they stand in an address, in text. */
export const assetRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('image'), imageId: digits }),
  z.strictObject({ kind: z.literal('thumbnail'), imageId: digits, sizePx: thumbnailSize }),
  z.strictObject({
    kind: z.literal('windowed'),
    imageId: digits,
    sizePx: thumbnailSize,
    level: grey,
    window: grey,
  }),
  z.strictObject({ kind: z.literal('mask'), imageId: digits }),
  z.strictObject({ kind: z.literal('map'), runId: digits, imageId: digits }),
  z.strictObject({ kind: z.literal('seen'), runId: digits, imageId: digits }),
  z.strictObject({ kind: z.literal('training-probe'), trainingId: digits, epoch: digits, imageId: digits }),
  z.strictObject({ kind: z.literal('samples'), imageId: digits }),
  z.strictObject({ kind: z.literal('report'), jobId: digits }),
  z.strictObject({
    kind: z.literal('preview'),
    previewId: z.string().regex(/^[0-9a-f]{32}$/),
    place: digits,
  }),
]);
export type AssetRequest = z.infer<typeof assetRequestSchema>;

/** Parts of an address beyond the usual two, by its kind. */
const moreParts: Readonly<Record<string, number>> = { 'training-probe': 1, windowed: 2 };

/** Parses the path of an asset address; null for anything that is not one. */
export function parseAssetPath(path: string): AssetRequest | null {
  const [, root, kind, first, second, ...rest] = path.split('/');
  if (root !== 'assets' || rest.length > (moreParts[kind ?? ''] ?? 0)) return null;
  const fields =
    kind === 'preview'
      ? { kind, previewId: first, place: second }
      : kind === 'report'
        ? { kind, jobId: first, ...(second === undefined ? {} : { second }) }
        : kind === 'map' || kind === 'seen'
          ? { kind, runId: first, imageId: second }
          : kind === 'training-probe'
            ? { kind, trainingId: first, epoch: second, imageId: rest[0] }
            : kind === 'windowed'
              ? { kind, imageId: first, sizePx: second, level: rest[0], window: rest[1] }
              : { kind, imageId: first, ...(second === undefined ? {} : { sizePx: second }) };
  const parsed = assetRequestSchema.safeParse(fields);
  return parsed.success ? parsed.data : null;
}
