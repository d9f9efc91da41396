import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { countOf } from '../../../src-shared/text/count-of.ts';
import type { MethodSettings } from '../../../src-shared/domain/method.ts';
import type { Run, RunReferences } from '../../../src-shared/domain/run.ts';
import type { Repositories } from '../db/repositories.ts';
import type { ReferenceCandidate } from '../db/run-references-repository.ts';

/** Classes that a message names. */
const mostNamed = 5;

/**
 * `shots` good images of each class: of the train split first, then of the others, in path order, or with a seed in an
 * order drawn by it. A class with fewer gives all it has (its evaluation says so); throws `unavailable` where a class has
 * none, naming every such class.
 */
export function chooseReferences(
  candidates: readonly ReferenceCandidate[],
  classNames: readonly string[],
  { shots = 0, referenceSeed }: Pick<MethodSettings, 'shots' | 'referenceSeed'>,
): RunReferences[] {
  const byClass = Map.groupBy(candidates, (candidate) => candidate.className);
  const chosen = classNames.map((className) => {
    const good = (byClass.get(className) ?? []).toSorted(byPath);
    const order = referenceSeed === undefined ? good : shuffled(good, referenceSeed);
    // Stable: within the train split and outside it the order stays.
    const training = order.toSorted((a, b) => Number(b.isTraining) - Number(a.isTraining));
    return { className, paths: training.slice(0, shots).map((candidate) => candidate.path) };
  });
  const without = chosen.flatMap(({ className, paths }) => (paths.length === 0 ? [`«${className}»`] : []));
  if (without.length === 0 || shots === 0) return chosen;
  const more = without.length - mostNamed;
  throw new WorkbenchError(
    'unavailable',
    `References are images labelled good, and ${without.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${countOf(more, 'other class', 'other classes')}` : ''} ${without.length === 1 ? 'has' : 'have'} none. Run it without references, or add good images and import the folder again.`,
  );
}

/**
 * The references of a run, chosen and stored for the classes that have none yet: going on with a run shows the method the
 * same images. Empty where its settings ask for none.
 */
export function storeReferences(
  { images, runReferences }: Pick<Repositories, 'images' | 'runReferences'>,
  run: Pick<Run, 'id' | 'datasetId' | 'className' | 'settings'>,
): readonly RunReferences[] {
  if ((run.settings.shots ?? 0) === 0) return [];
  const stored = runReferences.ofRuns([run.id]).get(run.id) ?? [];
  const known = new Set(stored.map((one) => one.className));
  const missing = classNamesOf({ images }, run).filter((className) => !known.has(className));
  if (missing.length === 0) return stored;
  const chosen = chooseReferences(runReferences.candidates(run.datasetId), missing, run.settings);
  for (const one of chosen) runReferences.store(run.id, one);
  return [...stored, ...chosen];
}

/** The classes that a run looks through. */
export function classNamesOf(
  { images }: Pick<Repositories, 'images'>,
  { datasetId, className }: Pick<Run, 'datasetId' | 'className'>,
): readonly string[] {
  return className === undefined ? images.classNames(datasetId) : [className];
}

function byPath(a: ReferenceCandidate, b: ReferenceCandidate): number {
  return a.path < b.path ? -1 : 1;
}

/** Fisher and Yates's shuffle, the same for the same seed on every machine. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = createRandom(seed);
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [order[last], order[other]];
    if (a !== undefined && b !== undefined) [order[last], order[other]] = [b, a];
  }
  return order;
}

/** Uniform in [0, 1): SplitMix32, a counter of odd stride through an avalanche of shifts and products. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
