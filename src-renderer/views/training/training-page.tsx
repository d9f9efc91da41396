import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { ArrowLeft } from 'lucide-react';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import { useMemo, useState } from 'react';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { JobLine } from '../../components/job-line.tsx';
import { addressActions, useAddress, useAddressStore } from '../../state/address.ts';
import { formatPercent } from '../../state/format.ts';
import { useJob } from '../../state/queries.ts';
import {
  checkpointAt,
  hasManyMaps,
  lossCurves,
  metricCurves,
  shareBottom,
} from '../../state/training-curves.ts';
import { useTraining, type TrainingDetails } from '../../state/training-queries.ts';
import { describeTraining, formatLoss, stateOf, trainingFacts } from '../../state/training-words.ts';
import { say } from '../../texts/say.ts';
import { CheckpointSection } from './checkpoint-section.tsx';
import { CurveSection } from './curve-section.tsx';
import { EpochTable } from './epoch-table.tsx';
import { RemoveTraining, RenameTraining } from './training-list.tsx';
import styles from './training-page.module.css';

/** As many points as a curve has pixels on a wide screen, about. */
const curvePoints = 500;

/** One training: how far it is, its curves, and what each epoch came to. */
export function TrainingPage({ trainingId }: { readonly trainingId: number }) {
  const go = useAddressStore((state) => state.go);
  const training = useTraining(trainingId);
  if (training.error)
    return (
      <div className={styles.page}>
        <ErrorNotice
          title={say('This training cannot be shown')}
          error={training.error}
          onRetry={() => void training.refetch()}
        />
        <BackButton
          onBack={() => {
            go({ view: 'training', trainingId: null, epoch: null });
          }}
        />
      </div>
    );
  if (!training.data) return <LinearProgress aria-label={say('Reading the training')} />;
  return <Details details={training.data} />;
}

function Details({ details }: { readonly details: TrainingDetails }) {
  const { training, losses, checkpoints } = details;
  const { epoch, against } = useAddress('epoch', 'against');
  const { go, replace } = addressActions;
  const job = useJob(training.jobId);
  const state = stateOf(training, job);
  const shown = checkpointAt(checkpoints, epoch);
  const [eachMap, setEachMap] = useState(false);
  const ofLosses = useMemo(() => lossCurves(losses, curvePoints, eachMap), [losses, eachMap]);
  const ofMetrics = useMemo(() => metricCurves(checkpoints), [checkpoints]);
  const choose = (wanted: number) => {
    replace({ epoch: wanted === checkpoints.at(-1)?.epoch ? null : wanted });
  };
  const pickEpoch = (wanted: number) => {
    const place = Math.min(checkpoints.length, Math.max(1, Math.round(wanted)));
    const picked = checkpoints[place - 1];
    if (picked !== undefined) choose(picked.epoch);
  };
  const back = () => {
    go({ view: 'training', trainingId: null, epoch: null });
  };
  const lastStep = Math.max(1, losses.at(-1)?.step ?? 1);
  const epochs = <EpochTable checkpoints={checkpoints} chosen={shown?.epoch ?? null} onChoose={choose} />;
  return (
    <div className={styles.page} data-testid="training" data-state={state}>
      <div className={styles.head}>
        <div className={styles.words}>
          <h1>{training.name}</h1>
          <p className={styles.quiet}>{describeTraining(training, state)}</p>
          <p className={styles.quiet}>{trainingFacts(training)}</p>
        </div>
        <BackButton onBack={back} />
        <RenameTraining training={training} />
        <RemoveTraining training={training} onRemoved={back} />
      </div>
      {job !== undefined && state !== 'succeeded' && <JobLine job={job} showTitle={false} />}
      <div className={styles.columns}>
        <CurveSection
          title={say('Loss')}
          curves={ofLosses}
          xName={say('Step')}
          from={1}
          to={Math.max(2, lastStep)}
          top={null}
          formatY={formatLoss}
          formatTick={(value) => String(Number(value.toPrecision(3)))}
          action={
            hasManyMaps(losses) && (
              <FormControlLabel
                label={say('Each map alone')}
                control={
                  <Switch
                    size="small"
                    checked={eachMap}
                    onChange={(_, checked) => {
                      setEachMap(checked);
                    }}
                  />
                }
              />
            )
          }
          marker={shown === null ? null : shown.epoch * training.stepsPerEpoch}
          onPick={(step) => {
            pickEpoch(Math.ceil(step / Math.max(1, training.stepsPerEpoch)));
          }}
          empty={say(
            'The curve begins with the first step. Before it, the features of all images are computed.',
          )}
        />
        {training.validation !== null && (
          <CurveSection
            title={say('Validation')}
            curves={ofMetrics}
            xName={say('Epoch')}
            from={1}
            to={Math.max(2, checkpoints.at(-1)?.epoch ?? 1)}
            bottom={shareBottom(ofMetrics)}
            top={1}
            formatY={(share) => formatPercent(share, 1)}
            formatTick={(share) => formatPercent(share)}
            marker={shown?.epoch ?? null}
            onPick={pickEpoch}
            empty={say('Each epoch is measured on the validation images once it is learned.')}
          />
        )}
        {training.validation === null && epochs}
      </div>
      {shown !== null && (
        <CheckpointSection
          details={details}
          shown={shown}
          against={against}
          isOver={['succeeded', 'failed', 'cancelled'].includes(training.state)}
          onChoose={choose}
          onCompare={(wanted) => {
            replace({ against: wanted });
          }}
        />
      )}
      {training.validation !== null && epochs}
    </div>
  );
}

function BackButton({ onBack }: { readonly onBack: () => void }) {
  return (
    <Button startIcon={<ArrowLeft size={14} aria-hidden />} onClick={onBack}>
      {say('All trainings')}
    </Button>
  );
}
