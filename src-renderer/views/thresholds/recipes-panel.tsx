import Button from '@mui/material/Button';
import { useState } from 'react';
import type { ScoreColumns } from '../../../src-shared/metrics/score-columns.ts';
import { thresholdOfRecipe, type ThresholdRecipe } from '../../../src-shared/metrics/threshold-recipes.ts';
import { formatPercent } from '../../state/format.ts';
import type { RunThreshold } from '../../state/run-thresholds.ts';
import { useTargets, useTargetStore, type TargetKind } from '../../state/threshold-targets.ts';
import { describeProposal } from '../../state/threshold-words.ts';
import styles from './recipes-panel.module.css';

interface RecipesPanelProps {
  readonly columns: ScoreColumns;
  readonly threshold: RunThreshold;
  /** The threshold in force. */
  readonly value: number;
}

/** Rules that put the threshold somewhere: they move the same handle, and say how it came where it is. */
export function RecipesPanel({ columns, threshold, value }: RecipesPanelProps) {
  const targets = useTargets();
  const { chosen, proposed, change } = threshold;
  const cook = (recipe: ThresholdRecipe) => {
    const score = thresholdOfRecipe(columns, recipe);
    if (score === null) return;
    change({
      score,
      second: chosen.second === null ? null : Math.min(chosen.second, score),
      recipe: { ...recipe, value: score },
    });
  };
  const inForce = chosen.recipe?.value === value ? chosen.recipe : null;
  const hasGood = columns.good.length > 0;
  const hasAnomalous = columns.anomalous.length > 0;
  const rowOf = (kind: TargetKind, isPossible: boolean) => ({
    kind,
    isPossible,
    isOn: inForce?.kind === kind && inForce.target === targets[kind],
    onCook: () => {
      cook({ kind, target: targets[kind] });
    },
  });
  return (
    <section className={styles.panel} aria-label="Recipes">
      <h2>Put the threshold at</h2>
      <div className={styles.pair}>
        <RecipeButton
          isOn={inForce?.kind === 'best-f1'}
          isPossible={hasGood && hasAnomalous}
          onCook={() => {
            cook({ kind: 'best-f1', target: null });
          }}
        >
          Best F1
        </RecipeButton>
        <RecipeButton
          isOn={inForce?.kind === 'recall-1'}
          isPossible={hasAnomalous}
          onCook={() => {
            cook({ kind: 'recall-1', target: null });
          }}
        >
          None missed
        </RecipeButton>
      </div>
      <TargetRow {...rowOf('false-alarm-rate', hasGood)} field="Most good images stopped">
        False alarms
      </TargetRow>
      <TargetRow {...rowOf('miss-rate', hasAnomalous)} field="Most anomalous images missed">
        Misses
      </TargetRow>
      <TargetRow {...rowOf('alarm-share', true)} field="Most images stopped">
        {columns.unlabelled.length > 0 ? 'Unlabelled stopped' : 'All stopped'}
      </TargetRow>
      <p className={styles.quiet} data-testid="how-chosen">
        {chosen.score === null && proposed && describeProposal(proposed)}
        {chosen.score !== null && (inForce ? describeRecipe(inForce) : 'Set by you.')}
      </p>
    </section>
  );
}

function describeRecipe({
  kind,
  target,
}: Pick<ThresholdRecipe, 'kind'> & { readonly target: number | null }) {
  const share = formatPercent(target ?? 0, 1);
  switch (kind) {
    case 'best-f1':
      return 'Chosen for the best F1 on the labelled images.';
    case 'recall-1':
      return 'Chosen so that no labelled anomalous image is missed, with the best precision that allows.';
    case 'false-alarm-rate':
      return `Chosen as the lowest that stops at most ${share} of the good images.`;
    case 'miss-rate':
      return `Chosen as the highest that misses at most ${share} of the anomalous images.`;
    case 'alarm-share':
      return `Chosen as the lowest that stops at most ${share} of the batch.`;
  }
}

interface RecipeButtonProps {
  readonly isOn: boolean;
  /** False where the labels that it needs are missing. */
  readonly isPossible: boolean;
  readonly onCook: () => void;
  readonly children: string;
}

function RecipeButton({ isOn, isPossible, onCook, children }: RecipeButtonProps) {
  return (
    <Button
      variant="outlined"
      disabled={!isPossible}
      aria-pressed={isOn}
      onClick={onCook}
      sx={isOn ? { backgroundColor: 'var(--accent-soft)', borderColor: 'var(--accent)' } : {}}
    >
      {children}
    </Button>
  );
}

interface TargetRowProps extends RecipeButtonProps {
  readonly kind: TargetKind;
  /** The name of the field. */
  readonly field: string;
}

/** A recipe with its target as a percentage. */
function TargetRow({ kind, field, ...button }: TargetRowProps) {
  const target = useTargets()[kind];
  const change = useTargetStore((state) => state.change);
  const [typed, setTyped] = useState<string | null>(null);
  const take = (text: string) => {
    setTyped(text);
    const percent = Number(text.replace(',', '.'));
    if (text.trim() !== '' && percent >= 0 && percent <= 100) change({ [kind]: percent / 100 });
  };
  return (
    <form
      className={styles.row}
      onSubmit={(event) => {
        event.preventDefault();
        if (button.isPossible) button.onCook();
      }}
    >
      <RecipeButton {...button} />
      <label className={styles.target}>
        at most
        <input
          className={styles.field}
          aria-label={`${field}, %`}
          inputMode="decimal"
          value={typed ?? String(Math.round(target * 1e4) / 100)}
          onChange={(event) => {
            take(event.target.value);
          }}
          onBlur={() => {
            setTyped(null);
          }}
        />
        %
      </label>
    </form>
  );
}
