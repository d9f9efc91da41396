// What lives here: choosing where images are stopped: histogram, curves, counts, recipes, saved operating points.
// What may not: arithmetic on scores; `state` and `src-shared/metrics` do that.
import LinearProgress from '@mui/material/LinearProgress';
import { Images, Timer } from 'lucide-react';
import type { Run } from '../../../src-shared/domain/run.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress } from '../../state/address.ts';
import { useJob } from '../../state/queries.ts';
import { fewestScores, useRunThreshold } from '../../state/run-thresholds.ts';
import { isUnderWay } from '../../state/run-words.ts';
import { say } from '../../texts/say.ts';
import { RunNeeded } from '../frame/run-needed.tsx';
import { ImageThresholds } from './image-thresholds.tsx';
import { PixelThresholds } from './pixel-thresholds.tsx';

/** Where images are stopped, where a human looks, and what that means. */
export function ThresholdsView() {
  return (
    <RunNeeded
      emptyTitle={say('Nothing to set a threshold on yet')}
      purpose={say('A run gives every image a score; here a threshold on it is chosen and saved.')}
    >
      {(run) => <RunThresholds key={run.id} run={run} />}
    </RunNeeded>
  );
}

function RunThresholds({ run }: { readonly run: Run }) {
  const { className, level } = useAddress('className', 'level');
  const underWay = isUnderWay(useJob(run.jobId));
  const threshold = useRunThreshold(run.id, className, underWay);
  const { scores, error, value } = threshold;
  if (error) return <ErrorNotice title={say('The scores could not be read')} error={error} />;
  if (!scores) return <LinearProgress aria-label={say('Reading the scores')} />;
  if (value === null || !run.scale) {
    return underWay ? (
      <EmptyState isPage icon={Timer} title={say('The first scores are on their way')}>
        {say('The histogram appears when {count, number} images are scored.', { count: fewestScores })}
      </EmptyState>
    ) : (
      <EmptyState isPage icon={Images} title={say('No image has a score')}>
        {say(
          'The run stopped before its first image, or no image of this class was scored. Resume it in Review, or choose another class.',
        )}
      </EmptyState>
    );
  }
  const props = { run, scale: run.scale, className, scores, threshold, underWay };
  return level === 'pixel' ? <PixelThresholds {...props} /> : <ImageThresholds {...props} />;
}
