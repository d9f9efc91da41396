import { allLevels, levelsBetween, levelsOfImage, type GreyHistogram } from '../../canvas/levels.ts';
import type { Levels } from '../../canvas/wide-samples.ts';
import { say } from '../../texts/say.ts';

export interface LevelPreset {
  readonly id: string;
  readonly name: string;
  readonly levels: Levels;
}

/** What CT is often stored as in 16 bits: Hounsfield units and this much. */
const ctOffset = 1024;

/** Windows of radiology, in Hounsfield units. */
const ctWindows = [
  { id: 'ct-lung', name: say('CT lung, W 1,500 L −600'), window: 1500, level: -600 },
  { id: 'ct-soft', name: say('CT soft tissue, W 400 L 40'), window: 400, level: 40 },
  { id: 'ct-bone', name: say('CT bone, W 1,800 L 400'), window: 1800, level: 400 },
  { id: 'ct-brain', name: say('CT brain, W 80 L 40'), window: 80, level: 40 },
] as const;

const detectorBits = [
  { bits: 14, name: say('14 bits, 0 to 16,383') },
  { bits: 12, name: say('12 bits, 0 to 4,095') },
  { bits: 10, name: say('10 bits, 0 to 1,023') },
] as const;

/** Windows that suit an image with these grey values. */
export function levelPresets(histogram: GreyHistogram | null): readonly LevelPreset[] {
  const all = { id: 'all', name: say('All grey values'), levels: allLevels };
  if (histogram === null) return [all];
  const own = [
    { id: 'own', name: say('Darkest to brightest of this image'), levels: levelsOfImage(histogram, 0) },
    { id: 'middle', name: say('Middle 98 % of this image'), levels: levelsOfImage(histogram, 0.01) },
  ];
  const { max } = histogram;
  if (max <= 255) return [all, ...own];
  return [
    all,
    ...own,
    ...detectorBits.map(({ bits, name }) => ({
      id: `bits-${bits}`,
      name,
      levels: levelsBetween(0, 2 ** bits - 1, max),
    })),
    ...ctWindows.map(({ id, name, window, level }) => ({
      id,
      name,
      levels: levelsBetween(ctOffset + level - window / 2, ctOffset + level + window / 2, max),
    })),
  ];
}
