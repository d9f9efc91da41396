import Slider from '@mui/material/Slider';
import { useEffect, useState } from 'react';
import type { ProbeScore, TrainingCheckpoint } from '../../../src-shared/domain/training.ts';
import { probeMapResource } from '../../canvas/pixel-map.ts';
import { probeScale } from '../../state/training-curves.ts';
import { describeMissingProbes, formatLoss } from '../../state/training-words.ts';
import type { TrainingDetails } from '../../state/training-queries.ts';
import { say } from '../../texts/say.ts';
import { ComparedEpochs } from './compared-epochs.tsx';
import { KeepActions } from './keep-actions.tsx';
import { ProbeTile } from './probe-tile.tsx';
import page from '../../components/page.module.css';
import styles from './training-page.module.css';

interface CheckpointSectionProps {
  readonly details: TrainingDetails;
  readonly shown: TrainingCheckpoint;
  /** The epoch on the left; null: the first. */
  readonly against: number | null;
  /** Whether nothing more comes. */
  readonly isOver: boolean;
  readonly onChoose: (epoch: number) => void;
  readonly onCompare: (epoch: number | null) => void;
}

/**
 * Scrubs over the epochs: what each makes of the probe images, and its figures, beside those of the first or of one that was
 * put on the left; and what can be done with it.
 */
export function CheckpointSection(props: CheckpointSectionProps) {
  const { details, shown, against, isOver, onChoose, onCompare } = props;
  const { training, checkpoints, probes } = details;
  const [dragged, setDragged] = useState<number | null>(null);
  const [first] = checkpoints;
  const last = checkpoints.at(-1);
  const looked = checkpoints.find(({ epoch }) => epoch === dragged) ?? shown;
  const scale = probeScale(checkpoints);
  usePreload(details, looked.epoch);
  if (first === undefined || last === undefined) return null;
  const { rendering } = training;
  const left = checkpoints.find(({ epoch }) => epoch === against) ?? first;
  const missing = describeMissingProbes(training, probes.length);
  return (
    <section className={page.section} aria-label={say('Checkpoint')} data-testid="checkpoint">
      <div className={styles.scrub}>
        <h2 id="scrub-title">{say('Epoch {epoch}', { epoch: looked.epoch })}</h2>
        <Slider
          className={styles.slider ?? ''}
          aria-label={say('Epoch')}
          size="small"
          min={first.epoch}
          max={Math.max(last.epoch, first.epoch + 1)}
          step={1}
          marks={last.epoch - first.epoch < 40}
          disabled={checkpoints.length < 2}
          value={looked.epoch}
          getAriaValueText={(epoch) => say('Epoch {epoch}', { epoch })}
          onChange={(_, epoch) => {
            if (typeof epoch === 'number') setDragged(epoch);
          }}
          onChangeCommitted={(_, epoch) => {
            setDragged(null);
            if (typeof epoch === 'number') onChoose(epoch);
          }}
        />
        <span className={styles.quiet}>{say('loss {loss}', { loss: formatLoss(looked.lossMean) })}</span>
        <KeepActions key={looked.id} training={training} checkpoint={looked} />
      </div>
      {looked.problem !== null && <p className={styles.problem}>{looked.problem}</p>}
      {checkpoints.length > 1 && (
        <ComparedEpochs left={left} right={looked} first={first} onCompare={onCompare} />
      )}
      {missing !== null && <p className={styles.problem}>{missing}</p>}
      {missing !== null && probes.length === 0 ? null : rendering === null || scale === null ? (
        <p className={styles.quiet}>
          {probes.length === 0
            ? say('No image was chosen to be looked at after each epoch.')
            : isOver
              ? say('There are no maps of these checkpoints.')
              : say('Maps of the first checkpoint are being drawn.')}
        </p>
      ) : (
        <>
          <p className={styles.quiet}>
            {say('Left epoch {left}, right epoch {right}; all on one scale.', {
              left: left.epoch,
              right: looked.epoch,
            })}
          </p>
          <ul className={styles.probes} aria-label={say('Probe images')}>
            {probes.map(({ imageId, path, className }) => (
              <ProbeTile
                key={imageId}
                imageId={imageId}
                path={path}
                className={className}
                left={left}
                shown={looked}
                rendering={rendering}
                scale={scale}
              />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Reads the maps of the epochs on both sides, so that the next move of the slider shows them at once. */
function usePreload({ training, checkpoints, probes }: TrainingDetails, epoch: number): void {
  const { rendering } = training;
  useEffect(() => {
    if (rendering === null) return;
    const isThere = ({ imageId }: ProbeScore) => probes.some((probe) => probe.imageId === imageId);
    for (const checkpoint of checkpoints.filter((each) => Math.abs(each.epoch - epoch) <= 2)) {
      for (const { imageId } of checkpoint.probes.filter(isThere))
        // One that cannot be read says so where it is shown.
        probeMapResource({ trainingId: checkpoint.trainingId, epoch: checkpoint.epoch, imageId }, rendering)
          .load()
          .catch(() => undefined);
    }
  }, [rendering, checkpoints, probes, epoch]);
}
