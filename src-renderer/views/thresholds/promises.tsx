import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { CookedThreshold } from '../../../src-shared/domain/chosen-thresholds.ts';
import { checkPromise, sayPromise, type Rate, type RateKind } from '../../state/promise-words.ts';
import { useTargets } from '../../state/threshold-targets.ts';
import { say } from '../../texts/say.ts';
import styles from './counts-panel.module.css';

interface PromisesProps {
  readonly missed: Rate;
  readonly missedKind: RateKind;
  readonly alarms: Rate;
  /** The rule in force: a promise that it makes is the one that is checked. */
  readonly recipe: CookedThreshold | null;
}

/** Whether the labels can hold what the recipes' targets promise, at the threshold as it is. */
export function Promises({ missed, missedKind, alarms, recipe }: PromisesProps) {
  const targets = useTargets();
  const target = (kind: 'miss-rate' | 'false-alarm-rate') =>
    recipe?.kind === kind && recipe.target !== null ? recipe.target : targets[kind];
  return (
    <ul className={styles.promises} aria-label={say('What the labels can promise')}>
      <Promised rate={missed} promised={target('miss-rate')} kind={missedKind} testId="promise-missed" />
      <Promised rate={alarms} promised={target('false-alarm-rate')} kind="stopped" testId="promise-stopped" />
    </ul>
  );
}

interface PromisedProps {
  readonly rate: Rate;
  readonly promised: number;
  readonly kind: RateKind;
  readonly testId: string;
}

function Promised({ rate, promised, kind, testId }: PromisedProps) {
  const check = checkPromise(rate, promised);
  const Icon = check.kind === 'kept' ? CircleCheck : TriangleAlert;
  return (
    <li data-testid={testId} data-kind={check.kind}>
      <Icon
        size={16}
        aria-hidden
        color={check.kind === 'kept' ? 'var(--good)' : 'var(--unsure)'}
        className={styles.promiseIcon}
      />
      <span>{sayPromise(check, rate, promised, kind)}</span>
    </li>
  );
}
