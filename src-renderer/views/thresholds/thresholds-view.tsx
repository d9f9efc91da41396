// What lives here: choosing where images are stopped: histogram, curves, counts, recipes, saved operating points.
// What may not: arithmetic on scores; `state` and `src-shared/metrics` do that.
import LinearProgress from '@mui/material/LinearProgress';
import { Images, Timer } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import type { Run, RunScale, RunScores } from '../../../src-shared/domain/run.ts';
import { sortScores } from '../../../src-shared/metrics/score-columns.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress } from '../../state/address.ts';
import { useJob } from '../../state/queries.ts';
import { isUnderWay } from '../../state/run-words.ts';
import { useRunThreshold, type RunThreshold } from '../../state/run-thresholds.ts';
import { countBands, moveCut, type Cuts } from '../../state/threshold-bands.ts';
import { RunNeeded } from '../frame/run-needed.tsx';
import { CountsPanel } from './counts-panel.tsx';
import { CurvePanel } from './curve-panel.tsx';
import { NearestStrip } from './nearest-strip.tsx';
import { RecipesPanel } from './recipes-panel.tsx';
import { ScoreHistogram } from './score-histogram.tsx';
import styles from './thresholds-view.module.css';

/** Where images are stopped, where a human looks, and what that means. */
export function ThresholdsView() {
  return (
    <RunNeeded
      emptyTitle="Nothing to set a threshold on yet"
      purpose="A run gives every image a score; here a threshold on it is chosen and saved."
    >
      {(run) => <RunThresholds key={run.id} run={run} />}
    </RunNeeded>
  );
}

function RunThresholds({ run }: { readonly run: Run }) {
  const { className } = useAddress();
  const underWay = isUnderWay(useJob(run.jobId));
  const threshold = useRunThreshold(run.id, className, underWay);
  if (threshold.error) return <ErrorNotice title="The scores could not be read" error={threshold.error} />;
  if (!threshold.scores) return <LinearProgress aria-label="Reading the scores" />;
  if (threshold.value === null || !run.scale) {
    return underWay ? (
      <EmptyState isPage icon={Timer} title="The first scores are on their way">
        The histogram appears as soon as there are enough of them to draw a line through.
      </EmptyState>
    ) : (
      <EmptyState isPage icon={Images} title="No image has a score">
        The run stopped before its first image, or no image of this class was scored. Resume it in Review, or
        choose another class.
      </EmptyState>
    );
  }
  return (
    <Thresholds scale={run.scale} scores={threshold.scores} value={threshold.value} threshold={threshold} />
  );
}

interface ThresholdsProps {
  readonly scale: RunScale;
  readonly scores: RunScores;
  readonly value: number;
  readonly threshold: RunThreshold;
}

function Thresholds({ scale, scores, value, threshold }: ThresholdsProps) {
  const { chosen, change } = threshold;
  const columns = useMemo(() => sortScores(scores), [scores]);
  // Review moves the upper threshold alone; the lower one never lies above it.
  const second = chosen.second === null ? null : Math.min(chosen.second, value);
  const cuts = useMemo<Cuts>(() => ({ threshold: value, second }), [value, second]);
  const bands = useMemo(() => countBands(columns, cuts), [columns, cuts]);
  const move = useCallback(
    (which: keyof Cuts, to: number) => {
      const moved = moveCut(cuts, which, to);
      change({ score: moved.threshold, second: moved.second });
    },
    [cuts, change],
  );
  return (
    <div className={styles.page}>
      <h1 className="visually-hidden">Thresholds</h1>
      <ScoreHistogram
        scores={scores}
        columns={columns}
        min={scale.scoreMin}
        max={scale.scoreMax}
        cuts={cuts}
        onMove={move}
        onSecond={(on) => {
          change({ second: on ? value - (value - scale.scoreMin) / 8 : null });
        }}
      />
      <div className={styles.middle}>
        <CurvePanel columns={columns} bands={bands} />
        <CountsPanel columns={columns} bands={bands} />
        <div className={styles.side}>
          <RecipesPanel columns={columns} threshold={threshold} value={value} />
        </div>
      </div>
      <NearestStrip scores={scores} scale={scale} columns={columns} threshold={value} />
    </div>
  );
}
