import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Verdict } from '../../../src-shared/domain/verdict.ts';
import { formatScore } from '../../state/format.ts';

type Basis = NonNullable<Verdict['basis']>;

/** `WinCLIP with ViT-B/16, score 0.73, threshold 0.65, blinded`. */
export function describeBasis(basis: Basis, runs: readonly Run[]): string {
  const scale = runs.find(({ id }) => id === basis.runId)?.scale;
  const span = scale ? scale.scoreMax - scale.scoreMin : 1;
  return [
    basis.modelId === null
      ? methodCatalogue[basis.methodId].name
      : `${methodCatalogue[basis.methodId].name} with ${basis.modelId}`,
    ...(basis.score === null ? [] : [`score ${formatScore(basis.score, span)}`]),
    ...(basis.threshold === null ? [] : [`threshold ${formatScore(basis.threshold, span)}`]),
    ...(basis.wasBlind ? ['blinded'] : []),
  ].join(', ');
}
