// What lives here: what the window knows: its address, its settings, and the server's data as react-query holds it.
// What may not: anything that draws.
import { z } from 'zod';
import { create } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { datasetLayoutSchema } from '../../src-shared/domain/dataset.ts';
import { methodIdSchema } from '../../src-shared/domain/method.ts';
import { compareFilterSchema } from './compare-filter.ts';
import { compareOrders } from './compare.ts';
import { metricKeys } from './compare-metrics.ts';
import { paneTokenSchema } from './compare-panes.ts';
import { gallerySorts, galleryTokenSchema } from './gallery.ts';
import { labelFilters, reviewFilterSchema, reviewSorts } from './review-order.ts';

export const views = [
  'data',
  'add',
  'images',
  'start',
  'runs',
  'review',
  'thresholds',
  'compare',
  'prompts',
  'export',
  'training',
  'train',
  'models',
  'settings',
] as const;
export type View = (typeof views)[number];

/** What can stand beside the panes of a comparison. */
export const compareSides = ['metrics', 'scatter', 'roc', 'pr', 'none'] as const;
export type CompareSide = (typeof compareSides)[number];

const id = z.coerce.number().int().positive();

/** As the address bar has it, with commas; empty: none is chosen. */
const methodIdsSchema = z
  .string()
  .transform((text) => (text === '' ? [] : text.split(',')))
  .pipe(z.array(methodIdSchema))
  .readonly();

/** As the address bar has them, with commas. */
const tokensSchema = z
  .string()
  .transform((text) => (text === '' ? [] : text.split(',')))
  .pipe(z.array(galleryTokenSchema))
  .readonly();

const bound = z.coerce.number().nullable().catch(null);

const addressSchema = z.object({
  view: z.enum(views),
  /** Of the thresholds view. */
  curve: z.enum(['roc', 'pr']).catch('roc'),
  /** What the threshold lies on there: scores of images, or pixels of maps. */
  level: z.enum(['image', 'pixel']).catch('image'),
  datasetId: id.nullable().catch(null),
  runId: id.nullable().catch(null),
  imageId: id.nullable().catch(null),
  className: z.string().nullable().catch(null),
  /** Of the gallery, like `direction`, `find`, `only` and the bounds of the score. */
  sort: z.enum(gallerySorts).catch('score'),
  /** Null: as the order is read first: worst, A to Z, defect. */
  direction: z.enum(['turned']).nullable().catch(null),
  find: z.string().nullable().catch(null),
  only: tokensSchema.nullable().catch(null),
  scoreFrom: bound,
  scoreTo: bound,
  /** Which images the filmstrip of Review holds. */
  shown: reviewFilterSchema.catch('all'),
  labelled: z.enum(labelFilters).catch('all'),
  sorted: z.enum(reviewSorts).catch('worst'),
  /** The folder that is being added. */
  path: z.string().nullable().catch(null),
  layout: datasetLayoutSchema.nullable().catch(null),
  /** Methods chosen on the start page; null where none was chosen yet. */
  methodIds: methodIdsSchema.nullable().catch(null),
  /** The run whose settings a start begins with. */
  againRunId: id.nullable().catch(null),
  /** The learned prompts that a start begins with. */
  promptSetId: id.nullable().catch(null),
  /** The training that is looked at; null: the list of them. */
  trainingId: id.nullable().catch(null),
  /** Whose checkpoint is looked at there; null: the newest. */
  epoch: id.nullable().catch(null),
  /** The epoch that it is compared with, on the left; null: the first. */
  against: id.nullable().catch(null),
  /** Whose prompts the bench tries: training and epoch (`checkpointToken`); null: words, or prompts of the library. */
  checkpoint: z
    .string()
    .regex(/^[1-9]\d{0,14}-[1-9]\d{0,6}$/)
    .nullable()
    .catch(null),
  /** The panes of a comparison, in their order (`paneToken`); null: the newest run of each kind. */
  panes: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(paneTokenSchema).min(1))
    .readonly()
    .nullable()
    .catch(null),
  /** The filmstrip of a comparison. */
  order: z.enum(compareOrders).catch('disagreement'),
  /** The metric of the table. */
  metric: z.enum(metricKeys).catch('image.auroc'),
  /** The panes that `order` asks where it is about one or two; null: the first, the second. */
  byPane: paneTokenSchema.nullable().catch(null),
  andPane: paneTokenSchema.nullable().catch(null),
  /** What the images of a comparison are narrowed to. */
  among: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(compareFilterSchema))
    .readonly()
    .nullable()
    .catch(null),
  /** What stands beside the panes. */
  side: z.enum(compareSides).catch('metrics'),
});
/** Where the window is: everything that back, forward and reopening bring back. */
export type Address = Readonly<z.infer<typeof addressSchema>>;

export const startAddress: Address = {
  view: 'data',
  curve: 'roc',
  level: 'image',
  datasetId: null,
  runId: null,
  imageId: null,
  className: null,
  sort: 'score',
  direction: null,
  find: null,
  only: null,
  scoreFrom: null,
  scoreTo: null,
  shown: 'all',
  labelled: 'all',
  sorted: 'worst',
  path: null,
  layout: null,
  methodIds: null,
  againRunId: null,
  promptSetId: null,
  trainingId: null,
  epoch: null,
  against: null,
  checkpoint: null,
  panes: null,
  order: 'disagreement',
  metric: 'image.auroc',
  byPane: null,
  andPane: null,
  among: null,
  side: 'metrics',
};

/** Names in the address bar, shortest that a reader understands. */
const parameterNames = {
  curve: 'curve',
  level: 'level',
  datasetId: 'set',
  runId: 'run',
  imageId: 'image',
  className: 'class',
  sort: 'sort',
  direction: 'direction',
  find: 'find',
  only: 'only',
  scoreFrom: 'from',
  scoreTo: 'to',
  shown: 'shown',
  labelled: 'labelled',
  sorted: 'sorted',
  path: 'folder',
  layout: 'layout',
  methodIds: 'methods',
  againRunId: 'again',
  promptSetId: 'prompts',
  trainingId: 'training',
  epoch: 'epoch',
  against: 'against',
  checkpoint: 'checkpoint',
  panes: 'runs',
  order: 'order',
  metric: 'metric',
  byPane: 'by',
  andPane: 'and',
  among: 'among',
  side: 'side',
} as const satisfies Record<Exclude<keyof Address, 'view'>, string>;

/** `#/review?set=3&run=5&image=17` as an address; anything that cannot be read falls back to its default. */
export function parseAddress(hash: string): Address {
  const text = hash.replace(/^#\/?/, '');
  const [viewName = '', query = ''] = text.split('?', 2);
  const parameters = new URLSearchParams(query);
  const fields: Record<string, unknown> = { view: viewName };
  for (const [field, name] of Object.entries(parameterNames)) fields[field] = parameters.get(name);
  const parsed = addressSchema.safeParse(fields);
  return parsed.success ? parsed.data : startAddress;
}

export function formatAddress(address: Address): string {
  const parameters = new URLSearchParams();
  for (const [field, name] of Object.entries(parameterNames)) {
    const value = address[field as keyof typeof parameterNames];
    if (value !== null && value !== startAddress[field as keyof typeof parameterNames]) {
      parameters.set(name, String(value));
    }
  }
  const query = parameters.toString();
  return `#/${address.view}${query === '' ? '' : `?${query}`}`;
}

/** No filter of the gallery. */
export const noGalleryFilter = {
  className: null,
  find: null,
  only: null,
  scoreFrom: null,
  scoreTo: null,
} as const satisfies Partial<Address>;

interface AddressState {
  readonly address: Address;
  /** Goes to another place; back returns here. What is not named stays. */
  go(change: Partial<Address>): void;
  /** Changes the place without a step in the history (next image, a sort order). */
  replace(change: Partial<Address>): void;
}

type AddressListener = (address: Address, before: Address) => void;
const goers = new Set<AddressListener>();

/**
 * Is told where the window goes before anything is drawn anew there, which takes as long as the host needs for what it
 * will show. Returns a function that ends it.
 */
export function onGoing(listener: AddressListener): () => void {
  goers.add(listener);
  return () => {
    goers.delete(listener);
  };
}

function announce(address: Address, before: Address): void {
  for (const listener of goers) listener(address, before);
}

export const useAddressStore = create<AddressState>()((set, get) => ({
  address: startAddress,
  go: (change) => {
    const before = get().address;
    // What one data set was filtered by says nothing of another.
    const leavesSet = change.datasetId !== undefined && change.datasetId !== before.datasetId;
    // A run or prompts to begin with are of one visit to the start page, a checkpoint of one to the bench.
    const leavesStart = change.view !== undefined && change.view !== before.view;
    const leavesTraining =
      leavesSet || (change.trainingId !== undefined && change.trainingId !== before.trainingId);
    const address = {
      ...before,
      ...(leavesTraining ? { against: null } : {}),
      ...(leavesSet ? noGalleryFilter : {}),
      ...(leavesStart ? { againRunId: null, promptSetId: null, checkpoint: null } : {}),
      ...(leavesSet ? { trainingId: null, epoch: null } : {}),
      ...change,
    };
    if (formatAddress(address) === formatAddress(get().address)) return;
    window.history.pushState(null, '', formatAddress(address));
    announce(address, before);
    set({ address });
  },
  replace: (change) => {
    const before = get().address;
    const address = { ...before, ...change };
    window.history.replaceState(null, '', formatAddress(address));
    announce(address, before);
    set({ address });
  },
}));

/** They stay the same: who only goes somewhere need not be drawn again whenever somebody did. */
export const addressActions: Pick<AddressState, 'go' | 'replace'> = (({ go, replace }) => ({ go, replace }))(
  useAddressStore.getState(),
);

/** Named fields of the address: who asks for the view is not drawn again when the image changes. */
export function useAddress<Field extends keyof Address>(...fields: readonly Field[]): Pick<Address, Field> {
  return useAddressStore(
    useShallow(({ address }) => {
      const named: Partial<Address> = {};
      for (const field of fields) Object.assign(named, { [field]: address[field] });
      return named as Pick<Address, Field>;
    }),
  );
}

/** An address with the very lists of the one before where they hold the same: what has not changed is not drawn again. */
function keepLists(address: Address, before: Address): Address {
  const kept: Record<string, unknown> = { ...address };
  for (const [field, value] of Object.entries(before))
    if (Array.isArray(value) && Array.isArray(kept[field]) && String(kept[field]) === String(value))
      kept[field] = value;
  return kept as Address;
}

/** Reads the address bar, or goes where the window was last; then follows back and forward. */
export function openAddress(lastHash: string | null): void {
  const hash = window.location.hash.length > 2 ? window.location.hash : (lastHash ?? '');
  useAddressStore.getState().replace(parseAddress(hash));
  const follow = () => {
    const before = useAddressStore.getState().address;
    const address = parseAddress(window.location.hash);
    // A browser tells of one step twice, by either event.
    if (formatAddress(address) === formatAddress(before)) return;
    announce(address, before);
    useAddressStore.setState({ address: keepLists(address, before) });
  };
  window.addEventListener('popstate', follow);
  window.addEventListener('hashchange', follow);
}
