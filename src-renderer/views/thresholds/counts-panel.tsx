import { CircleCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ScoreColumns } from '../../../src-shared/metrics/score-columns.ts';
import { StateMark, type MarkKind } from '../../components/state-mark.tsx';
import { formatCount, formatPercent } from '../../state/format.ts';
import {
  checkPromise,
  sayInterval,
  sayPerThousand,
  sayPromise,
  type Rate,
  type RateKind,
} from '../../state/promise-words.ts';
import { qualityOf, type Bands, type LabelCounts } from '../../state/threshold-bands.ts';
import { useTargets } from '../../state/threshold-targets.ts';
import styles from './counts-panel.module.css';

interface CountsPanelProps {
  readonly columns: ScoreColumns;
  readonly bands: Bands;
}

/** What the threshold does: counts, what they mean for parts to come, and what the labels can promise. */
export function CountsPanel({ columns, bands }: CountsPanelProps) {
  const missed: Rate = { events: bands.passed.anomalous, trials: columns.anomalous.length };
  const alarms: Rate = { events: bands.stopped.good, trials: columns.good.length };
  const quality = qualityOf(columns, bands);
  return (
    <section className={styles.panel} aria-label="Counts" tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">What becomes of it</span>
            </th>
            <th scope="col">Anomalous</th>
            <th scope="col">Good</th>
            <th scope="col">Unlabelled</th>
          </tr>
        </thead>
        <tbody>
          <BandRow name="Stopped" mark="defect" counts={bands.stopped} testId="stopped" />
          {bands.human && <BandRow name="To a human" mark="unsure" counts={bands.human} testId="human" />}
          <BandRow name="Passed" mark="good" counts={bands.passed} testId="passed" />
        </tbody>
      </table>
      <dl className={styles.figures}>
        <Figure name="Precision">{percent(quality.precision)}</Figure>
        <Figure name="Recall">{percent(quality.recall)}</Figure>
        <Figure name="F1">{percent(quality.f1)}</Figure>
        <Figure name="Missed">{sayInterval(missed)}</Figure>
        <Figure name="False alarms">{sayInterval(alarms)}</Figure>
      </dl>
      <p data-testid="good-words">{sayPerThousand(alarms, 'stopped')}</p>
      <p data-testid="anomalous-words">{sayPerThousand(missed, 'missed')}</p>
      <Promises missed={missed} alarms={alarms} />
      <p className={styles.quiet}>
        Intervals are exact binomial ones (Clopper-Pearson, 95 %). They hold for parts like these; a threshold
        that was chosen on the same images looks a little better here than it will be.
      </p>
    </section>
  );
}

interface BandRowProps {
  readonly name: string;
  readonly mark: MarkKind;
  readonly counts: LabelCounts;
  readonly testId: string;
}

function BandRow({ name, mark, counts, testId }: BandRowProps) {
  return (
    <tr data-testid={testId}>
      <th scope="row">
        <StateMark kind={mark} /> {name}
      </th>
      <td>{formatCount(counts.anomalous)}</td>
      <td>{formatCount(counts.good)}</td>
      <td>{formatCount(counts.unlabelled)}</td>
    </tr>
  );
}

function percent(share: number | null): string {
  return share === null ? '–' : formatPercent(share, 1);
}

function Figure({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Whether the labels can hold what the recipes' targets promise, at the threshold as it is. */
function Promises({ missed, alarms }: { readonly missed: Rate; readonly alarms: Rate }) {
  const targets = useTargets();
  return (
    <ul className={styles.promises} aria-label="What the labels can promise">
      <Promised rate={missed} promised={targets['miss-rate']} kind="missed" />
      <Promised rate={alarms} promised={targets['false-alarm-rate']} kind="stopped" />
    </ul>
  );
}

interface PromisedProps {
  readonly rate: Rate;
  readonly promised: number;
  readonly kind: RateKind;
}

function Promised({ rate, promised, kind }: PromisedProps) {
  const check = checkPromise(rate, promised);
  const Icon = check.kind === 'kept' ? CircleCheck : TriangleAlert;
  return (
    <li data-testid={`promise-${kind}`} data-kind={check.kind}>
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
