import { z } from 'zod';
import { profileBinCount } from '../metrics/map-profile.ts';
import { idSchema, labelSchema } from './dataset.ts';

const count = z.number().int().nonnegative();
const bins = z.array(count).length(profileBinCount).readonly();

/**
 * What every map threshold does to a run's images, or to one class of them, counted at the edges of `profileEdges(mapMin,
 * mapMax)`: pixels, marked defects and images with a region of at least `minRegionAreaPx` pixels of the rendered map.
 */
export const mapProfileSchema = z
  .object({
    runId: idSchema,
    className: z.string().nullable(),
    minRegionAreaPx: count,
    mapMin: z.number(),
    mapMax: z.number(),
    /** By bin: pixels outside masks, inside masks, and of images whose mask is not known. */
    pixels: z.object({ normal: bins, anomalous: bins, unlabelled: bins }).readonly(),
    /** By bin: marked defects that a region touches there first, coming from above. */
    defects: bins,
    defectCount: count,
    /** At each bin's edge: regions that touch no mark, in images whose mask is known. */
    falseRegions: bins,
    /** Images by the threshold at which their first region appears, highest first; -1: none is large enough. */
    imageIds: z.array(idSchema).readonly(),
    peakBins: z.array(z.number().int().min(-1).max(profileBinCount)).readonly(),
    labels: z.array(labelSchema.nullable()).readonly(),
    /** Of the anomalous images: with a mask, without one. */
    masked: count,
    unmasked: count,
    /** Masks that could not be read: how many, and the first few with the reason. */
    unreadable: count,
    problems: z.array(z.string()).readonly(),
  })
  .readonly();
export type MapProfile = z.infer<typeof mapProfileSchema>;
