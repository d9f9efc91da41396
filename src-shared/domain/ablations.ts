import { z } from 'zod';
import { paperLayers } from './attention-defaults.ts';
import type { ClipConfig } from './model.ts';
import {
  trainingSettingsRead,
  type TrainableMethodId,
  type TrainingSettingName,
  type TrainingSettings,
  type TrainingWishes,
} from './training.ts';

/** Which comparisons of the papers can be made again (methods.md §9). */
export const ablationGroupIdSchema = z.enum([
  'dpam',
  'prompts',
  'layers',
  'losses',
  'state-word',
  'parts',
  'prior-from',
  'fusion',
  'prompt-count',
  'patch-count',
]);
export type AblationGroupId = z.infer<typeof ablationGroupIdSchema>;

/** One training beside the default one: what is otherwise in it. */
export interface AblationRow {
  readonly name: string;
  readonly wishes: TrainingWishes;
}

export interface AblationGroup {
  readonly title: string;
  /** Which paper compares it, and what its table or figure is about; numbers of tables differ between versions. */
  readonly source: string;
  readonly methods: readonly TrainableMethodId[];
  rows(methodId: TrainableMethodId, config: ClipConfig): readonly AblationRow[];
}

const anomalyClip = 'AnomalyCLIP (ICLR 2024)';
const faPrompt = 'FAPrompt (ICCV 2025)';
const mapMethods: readonly TrainableMethodId[] = ['anomalyclip', 'faprompt'];

function row(name: string, wishes: TrainingWishes): AblationRow {
  return { name, wishes };
}

/** The values of one setting that are compared. */
function each<T>(
  values: readonly T[],
  name: (value: T) => string,
  wishes: (value: T) => TrainingWishes,
): AblationRow[] {
  return values.map((value) => row(name(value), wishes(value)));
}

/**
 * The papers' ablations as data. Values are theirs where methods.md §9 names them (E 10 to 16, depth 5 to 11, length 2 to 8, the
 * words); K and k it names without values, so those are ours.
 */
export const ablationGroups: Readonly<Record<AblationGroupId, AblationGroup>> = {
  dpam: {
    title: 'Attention of the second path',
    source: `${anomalyClip}, ablation of DPAM: off, Q-Q, K-K, V-V`,
    methods: mapMethods,
    rows: () => [
      row('DPAM off', { dpam: 'off' }),
      row('Q-Q', { dpam: 'qq' }),
      row('K-K', { dpam: 'kk' }),
      row('V-V', { dpam: 'vv' }),
    ],
  },
  prompts: {
    title: 'Prompts',
    source: `${anomalyClip}, ablations of object-agnostic prompts, textual prompt tuning and the hyperparameters E, depth, length`,
    methods: ['anomalyclip', 'faprompt', 'coop'],
    rows: (methodId) => [
      row('class names in prompts', { objectAware: true }),
      row('«object» in prompts', { objectAware: false }),
      row('shared words', { sharedWords: true }),
      row('words for each prompt', { sharedWords: false }),
      row('no deep tokens', { deepBlocks: 0 }),
      // FAPrompt's E is another: words beside those of each abnormality.
      ...(methodId === 'anomalyclip'
        ? each(
            [10, 12, 14, 16],
            (words) => `E ${words}`,
            (contextLength) => ({ contextLength }),
          )
        : []),
      // A depth counts the first block, which has no tokens of its own (depth 9: 8 tensors, methods.md §5).
      ...each(
        [5, 7, 9, 11],
        (depth) => `depth ${depth}`,
        (depth) => ({ deepBlocks: depth - 1 }),
      ),
      ...each(
        [2, 4, 6, 8],
        (length) => `length ${length}`,
        (deepLength) => ({ deepLength }),
      ),
    ],
  },
  layers: {
    title: 'Layers that maps are learned from',
    source: `${anomalyClip}, ablation of multi-layer visual features`,
    methods: ['anomalyclip'],
    rows: (_, config) => {
      const layers = paperLayers(config);
      const last = each(
        [...layers.keys()].slice(1),
        (from) => `layers ${layers.slice(from).join(', ')}`,
        (from) => ({ layers: layers.slice(from) }),
      );
      const alone = layers.slice(0, -1);
      return [
        ...last,
        ...each(
          alone,
          (layer) => `layer ${layer} alone`,
          (layer) => ({ layers: [layer] }),
        ),
      ];
    },
  },
  losses: {
    title: 'Losses',
    source: `${anomalyClip}, ablation of global and local context optimisation, and of focal and Dice loss`,
    methods: mapMethods,
    rows: () => [
      row('no image loss', { globalLoss: false }),
      row('no pixel losses', { localLoss: false }),
      row('no focal loss', { focal: false }),
      row('no Dice loss', { dice: false }),
    ],
  },
  'state-word': {
    title: 'The word for abnormal',
    source: `${anomalyClip}, ablation of the state word`,
    methods: mapMethods,
    rows: () =>
      each(
        ['anomalous', 'flawed', 'defective', 'blemished'],
        (word) => word,
        (stateWord) => ({ stateWord }),
      ),
  },
  parts: {
    title: 'Parts of FAPrompt',
    source: `${faPrompt}, ablation of CAP, DAP and their losses`,
    methods: ['faprompt'],
    rows: () => [
      row('no CAP', { cap: false }),
      row('no DAP', { dap: false }),
      row('no orthogonal loss', { orthogonalWeight: 0 }),
      row('no prior loss', { priorWeight: 0 }),
    ],
  },
  'prior-from': {
    title: 'What the prior is made of',
    source: `${faPrompt}, ablation of the prior: class token instead of patches`,
    methods: ['faprompt'],
    rows: () => [row('class token', { priorFrom: 'class' })],
  },
  fusion: {
    title: 'How abnormality prompts become one',
    source: `${faPrompt}, ablation of prompt aggregation: best-matched and weighted instead of the mean`,
    methods: ['faprompt'],
    rows: () => [
      row('best-matched prompt', { fusion: 'best' }),
      row('weighted prompts', { fusion: 'weighted' }),
    ],
  },
  'prompt-count': {
    title: 'Number of abnormality prompts',
    source: `${faPrompt}, ablation of K`,
    methods: ['faprompt'],
    rows: () =>
      each(
        [1, 5, 10, 15, 20],
        (count) => `K ${count}`,
        (abnormalPrompts) => ({ abnormalPrompts }),
      ),
  },
  'patch-count': {
    title: 'Patches of the prior',
    source: `${faPrompt}, ablation of k`,
    methods: ['faprompt'],
    rows: () =>
      each(
        [1, 5, 10, 15, 20],
        (count) => `k ${count}`,
        (priorPatches) => ({ priorPatches }),
      ),
  },
};

export function ablationGroupsOf(methodId: TrainableMethodId): readonly AblationGroupId[] {
  return ablationGroupIdSchema.options.filter((id) => ablationGroups[id].methods.includes(methodId));
}

/** Whether a method learns the same with both. */
export function learnsSame(methodId: TrainableMethodId, a: TrainingSettings, b: TrainingSettings): boolean {
  const read: readonly TrainingSettingName[] = trainingSettingsRead[methodId];
  return read.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));
}

/** The rows of a group that say something to a method which is otherwise trained with `settings`: none that it ignores or has anyway. */
export function ablationRows(
  groupId: AblationGroupId,
  methodId: TrainableMethodId,
  config: ClipConfig,
  settings: TrainingSettings,
): readonly AblationRow[] {
  const read: readonly string[] = trainingSettingsRead[methodId];
  const wanted = (settingsOfRow: TrainingWishes) => ({ ...settings, ...settingsOfRow }) as TrainingSettings;
  return ablationGroups[groupId]
    .rows(methodId, config)
    .filter(
      ({ wishes }) =>
        Object.keys(wishes).every((name) => read.includes(name)) &&
        !learnsSame(methodId, settings, wanted(wishes)),
    );
}
