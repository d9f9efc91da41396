import Slider from '@mui/material/Slider';
import { useState } from 'react';
import { methodCatalogue } from '../../../src-shared/domain/method-catalogue.ts';
import type { PromptSet } from '../../../src-shared/domain/model.ts';
import type { Training } from '../../../src-shared/domain/training.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import type { TriedCheckpoint } from '../../state/bench-checkpoints.ts';
import type { BenchMethodId } from '../../state/prompt-bench.ts';
import { say } from '../../texts/say.ts';
import styles from './prompt-bench-view.module.css';

interface LearnedPromptsProps {
  readonly methodId: BenchMethodId;
  readonly sets: readonly PromptSet[];
  readonly trainings: readonly Training[];
  readonly picked: PromptSet | null;
  /** Takes the place of a set. */
  readonly checkpoint: TriedCheckpoint | null;
  readonly onPickSet: (promptSetId: number) => void;
  readonly onPickCheckpoint: (checkpoint: TriedCheckpoint) => void;
}

/** Prompts of the library, and below them trainings, whose epochs are tried without being kept. */
export function LearnedPrompts({
  methodId,
  sets,
  trainings,
  picked,
  checkpoint,
  onPickSet,
  onPickCheckpoint,
}: LearnedPromptsProps) {
  const { name } = methodCatalogue[methodId];
  const training = trainings.find(({ id }) => id === checkpoint?.trainingId);
  if (sets.length + trainings.length === 0)
    return (
      <p className={styles.problem} role="status">
        {say(
          '{method} reads learned prompts, and none that are there fit this model. Learn some in Training, or import some in Models.',
          { method: name },
        )}
      </p>
    );
  return (
    <>
      <LabelledSelect
        label={say('Prompts of {method}', { method: name })}
        value={training === undefined ? `set-${picked?.id ?? ''}` : `training-${training.id}`}
        options={[
          ...sets.map((set) => ({ value: `set-${set.id}`, name: set.name })),
          ...trainings.map(({ id, name: training }) => ({
            value: `training-${id}`,
            name: say('Training «{training}»', { training }),
          })),
        ]}
        onChange={(value) => {
          const set = sets.find(({ id }) => value === `set-${id}`);
          const chosen = trainings.find(({ id }) => value === `training-${id}`);
          if (set !== undefined) onPickSet(set.id);
          if (chosen !== undefined) onPickCheckpoint({ trainingId: chosen.id, epoch: chosen.epochsDone });
        }}
      />
      {training !== undefined && checkpoint !== null && (
        <EpochSlider
          last={training.epochsDone}
          epoch={checkpoint.epoch}
          onChange={(epoch) => {
            onPickCheckpoint({ trainingId: training.id, epoch });
          }}
        />
      )}
    </>
  );
}

interface EpochSliderProps {
  readonly last: number;
  readonly epoch: number;
  readonly onChange: (epoch: number) => void;
}

function EpochSlider({ last, epoch, onChange }: EpochSliderProps) {
  const [dragged, setDragged] = useState<number | null>(null);
  const shown = dragged ?? epoch;
  return (
    <div className={styles.epochs}>
      <span className={styles.epoch}>{say('Epoch {epoch}', { epoch: shown })}</span>
      <Slider
        aria-label={say('Epoch')}
        size="small"
        min={1}
        max={Math.max(2, last)}
        step={1}
        marks={last < 40}
        disabled={last < 2}
        value={shown}
        getAriaValueText={(value) => say('Epoch {epoch}', { epoch: value })}
        onChange={(_, value) => {
          if (typeof value === 'number') setDragged(value);
        }}
        onChangeCommitted={(_, value) => {
          setDragged(null);
          if (typeof value === 'number') onChange(Math.min(value, last));
        }}
      />
    </div>
  );
}
