import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { useAddress } from '../../state/address.ts';
import type { Comparison } from '../../state/compare.ts';
import { CurveChart } from './curve-chart.tsx';
import { MetricPanel } from './metric-panel.tsx';
import { ScoreScatter } from './score-scatter.tsx';
import styles from './side-panel.module.css';

interface SidePanelProps {
  readonly dataset: Dataset;
  readonly runs: readonly Run[];
  readonly comparison: Comparison;
  /** The image that is shown, as a row of the comparison. */
  readonly shownRow: number | null;
}

/** What the runs are worth in figures, beside what they look like. */
export function SidePanel({ dataset, runs, comparison, shownRow }: SidePanelProps) {
  const { side } = useAddress();
  return (
    <aside className={styles.side} aria-label="Figures" data-testid="compare-side" tabIndex={0}>
      {side === 'metrics' && <MetricPanel dataset={dataset} runs={runs} />}
      {side === 'scatter' && <ScoreScatter runs={runs} comparison={comparison} shownRow={shownRow} />}
      {(side === 'roc' || side === 'pr') && <CurveChart kind={side} runs={runs} comparison={comparison} />}
    </aside>
  );
}
