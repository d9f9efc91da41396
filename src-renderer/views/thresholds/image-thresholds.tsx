import { useMemo } from 'react';
import type { Run, RunScale, RunScores } from '../../../src-shared/domain/run.ts';
import { binScores } from '../../state/histogram.ts';
import type { RunThreshold } from '../../state/run-thresholds.ts';
import { useImageModel, withoutReferences } from '../../state/threshold-model.ts';
import { describeProposal } from '../../state/threshold-words.ts';
import { say } from '../../texts/say.ts';
import { LevelSwitch } from './level-switch.tsx';
import { ThresholdPage } from './threshold-page.tsx';

export interface LevelProps {
  readonly run: Run;
  readonly scale: RunScale;
  readonly className: string | null;
  readonly scores: RunScores;
  readonly threshold: RunThreshold;
  readonly underWay: boolean;
}

const binCount = 96;

/** The threshold on the scores of images. */
export function ImageThresholds({ run, scale, className, scores, threshold, underWay }: LevelProps) {
  const ranked = useMemo(() => withoutReferences(scores), [scores]);
  const model = useImageModel(threshold, ranked, scale);
  const bins = useMemo(
    () => binScores(ranked, scale.scoreMin, scale.scoreMax, binCount),
    [ranked, scale.scoreMin, scale.scoreMax],
  );
  const legend = useMemo(
    () => [
      { key: 'good' as const, name: say('good') },
      { key: 'anomalous' as const, name: say('anomalous') },
      { key: 'unlabelled' as const, name: say('unlabelled') },
    ],
    [],
  );
  const { proposed } = threshold;
  const proposal = useMemo(() => (proposed ? describeProposal(proposed) : null), [proposed]);
  if (!model) return null;
  return (
    <ThresholdPage
      run={run}
      className={className}
      model={model}
      change={threshold.change}
      proposal={proposal}
      minRegionAreaPx={null}
      leftOut={ranked.leftOut}
      histogram={{
        bins,
        legend,
        isLogarithmic: false,
        axis: underWay ? say('score of an image; the run is still going on') : say('score of an image'),
        lead: <LevelSwitch level="image" />,
      }}
    />
  );
}
