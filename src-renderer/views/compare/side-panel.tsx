import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { useAddress } from '../../state/address.ts';
import type { ComparedPane } from '../../state/compare-panes.ts';
import type { Comparison } from '../../state/compare.ts';
import { say } from '../../texts/say.ts';
import { CurveChart } from './curve-chart.tsx';
import { MetricPanel } from './metric-panel.tsx';
import { ScoreScatter } from './score-scatter.tsx';
import styles from './side-panel.module.css';

export interface SidePanelProps {
  readonly dataset: Dataset;
  readonly panes: readonly ComparedPane[];
  /** What tells the panes apart. */
  readonly headings: readonly string[];
  /** Of the class that is shown. */
  readonly comparison: Comparison;
  /** Of all classes. */
  readonly whole: Comparison;
  /** Changes with the scores. */
  readonly scoresKey: string;
  /** The score thresholds of the panes. */
  readonly thresholds: readonly (number | null)[];
  /** The image that is shown, as a row of the comparison. */
  readonly shownRow: number | null;
  /** In CSS pixels. */
  readonly widthPx: number;
}

/** What the runs are worth in figures, beside what they look like. */
export function SidePanel(props: SidePanelProps) {
  const { panes, comparison } = props;
  const { side } = useAddress('side');
  return (
    <aside
      className={styles.side}
      style={{ width: props.widthPx }}
      aria-label={say('Figures')}
      data-testid="compare-side"
      tabIndex={0}
    >
      {side === 'metrics' && <MetricPanel {...props} />}
      {side === 'scatter' && <ScoreScatter panes={panes} comparison={comparison} shownRow={props.shownRow} />}
      {(side === 'roc' || side === 'pr') && (
        <CurveChart kind={side} panes={panes} comparison={comparison} thresholds={props.thresholds} />
      )}
    </aside>
  );
}
