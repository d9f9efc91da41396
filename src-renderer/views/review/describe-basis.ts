import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Verdict } from '../../../src-shared/domain/verdict.ts';
import { formatScore, scoreSpan } from '../../state/format.ts';
import { say } from '../../texts/say.ts';

type Basis = NonNullable<Verdict['basis']>;

/** `WinCLIP with ViT-B/16, score 0.73, threshold 0.65, blinded`. */
export function describeBasis(basis: Basis, runs: readonly Run[]): string {
  const scale = runs.find(({ id }) => id === basis.runId)?.scale;
  const span = scoreSpan(scale);
  return [
    basis.modelId === null
      ? methodCatalogue[basis.methodId].name
      : say('{method} with {model}', { method: methodCatalogue[basis.methodId].name, model: basis.modelId }),
    ...(basis.score === null ? [] : [say('score {score}', { score: formatScore(basis.score, span) })]),
    ...(basis.threshold === null
      ? []
      : [say('threshold {value}', { value: formatScore(basis.threshold, span) })]),
    ...(basis.wasBlind ? [say('blinded')] : []),
  ].join(', ');
}
