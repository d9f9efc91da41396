import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import type { Repositories } from '../db/repositories.ts';
import type { LabelledFile } from '../db/labelled-files-repository.ts';
import { classNamesOfScope } from './training-images.ts';

const mostAnomalous = 6;
const mostGood = 2;

/**
 * The images whose maps are drawn anew after every epoch where nobody chose some: anomalous ones spread over the classes and a
 * good one or two, of the validation set where there is one.
 */
export function chooseProbes(
  repositories: Pick<Repositories, 'images' | 'datasets' | 'labelledFiles'>,
  { datasetId, classNames, validation }: ParsedParams<'trainings.plan'>,
): number[] {
  const scope = validation ?? { datasetId, classNames };
  const files = repositories.labelledFiles.list(scope.datasetId, classNamesOfScope(repositories, scope));
  return [
    ...spread(files, 'anomalous', mostAnomalous, (file) => file.maskPath !== null),
    ...spread(files, 'good', mostGood, () => true),
  ].map(({ id }) => id);
}

/** One of each class in turn, until there are enough; `first` says which go before the others of their class. */
function spread(
  files: readonly LabelledFile[],
  label: LabelledFile['label'],
  most: number,
  first: (file: LabelledFile) => boolean,
): LabelledFile[] {
  const ofLabel = files.filter((file) => file.label === label);
  const byClass = [...Map.groupBy(ofLabel, ({ className }) => className).values()].map((some) =>
    some.toSorted((a, b) => Number(first(b)) - Number(first(a))),
  );
  const deepest = Math.max(0, ...byClass.map((some) => some.length));
  const chosen: LabelledFile[] = [];
  for (let depth = 0; depth < deepest && chosen.length < most; depth++)
    for (const some of byClass) {
      const file = some[depth];
      if (file !== undefined && chosen.length < most) chosen.push(file);
    }
  return chosen;
}
