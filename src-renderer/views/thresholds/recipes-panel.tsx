import Button from '@mui/material/Button';
import { memo, useState } from 'react';
import type { CookedThreshold } from '../../../src-shared/domain/chosen-thresholds.ts';
import type { ThresholdRecipe } from '../../../src-shared/metrics/threshold-recipes.ts';
import { describeChoice, describeRecipe, type ThresholdLevel } from '../../state/threshold-words.ts';
import { useTargets, useTargetStore, type TargetKind } from '../../state/threshold-targets.ts';
import { say } from '../../texts/say.ts';
import styles from './recipes-panel.module.css';

interface RecipesPanelProps {
  readonly level: ThresholdLevel;
  /** The rule that put the threshold where it is. */
  readonly recipe: CookedThreshold | null;
  /** How the proposed threshold came about, where it holds; null where a person moved it. */
  readonly proposal: string | null;
  /** Name of the operating point that it was taken from. */
  readonly pointName: string | null;
  readonly goodCount: number;
  readonly anomalousCount: number;
  readonly unlabelledCount: number;
  /** Of the pixel level: what is missed are marked defects. */
  readonly hasMasks: boolean;
  readonly onCook: (recipe: ThresholdRecipe) => void;
  /** Back to the proposed threshold. */
  readonly onForget: () => void;
}

/** Rules that put the threshold somewhere: they move the same handle, and say how it came where it is. */
export const RecipesPanel = memo(function RecipesPanel(props: RecipesPanelProps) {
  const { level, recipe, onCook, hasMasks } = props;
  const targets = useTargets();
  const hasGood = props.goodCount > 0;
  const hasAnomalous = props.anomalousCount > 0;
  const knowsMisses = hasAnomalous || hasMasks;
  const inForce = (kind: TargetKind, target: number) => recipe?.kind === kind && recipe.target === target;
  const rowOf = (kind: TargetKind, isPossible: boolean) => ({
    isPossible,
    isOn: inForce(kind, targets[kind]),
    onCook: () => {
      onCook({ kind, target: targets[kind] });
    },
  });
  return (
    <section className={styles.panel} aria-label={say('Recipes')}>
      <h2>{say('Put the threshold at')}</h2>
      <div className={styles.pair}>
        <RecipeButton
          isOn={recipe?.kind === 'best-f1'}
          isPossible={hasMasks || (hasGood && hasAnomalous)}
          onCook={() => {
            onCook({ kind: 'best-f1', target: null });
          }}
        >
          {say('Best F1')}
        </RecipeButton>
        <RecipeButton
          isOn={recipe?.kind === 'recall-1'}
          isPossible={knowsMisses}
          onCook={() => {
            onCook({ kind: 'recall-1', target: null });
          }}
        >
          {say('None missed')}
        </RecipeButton>
      </div>
      <PercentRow
        {...rowOf('false-alarm-rate', hasGood)}
        kind="false-alarm-rate"
        field={
          level === 'image' ? say('Most good images stopped, %') : say('Most good images with a region, %')
        }
      >
        {say('False alarms')}
      </PercentRow>
      <PercentRow
        {...rowOf('miss-rate', knowsMisses)}
        kind="miss-rate"
        field={hasMasks ? say('Most marked defects missed, %') : say('Most anomalous images missed, %')}
      >
        {say('Misses')}
      </PercentRow>
      <MissedInRow
        isPossible={knowsMisses}
        isOn={inForce('miss-rate', 1 / targets['missed-in'])}
        onCook={() => {
          onCook({ kind: 'miss-rate', target: 1 / targets['missed-in'] });
        }}
      />
      <PercentRow
        {...rowOf('alarm-share', true)}
        kind="alarm-share"
        field={
          props.unlabelledCount > 0 ? say('Most unlabelled images stopped, %') : say('Most images stopped, %')
        }
      >
        {props.unlabelledCount > 0 ? say('Unlabelled stopped') : say('All stopped')}
      </PercentRow>
      {!(hasGood && hasAnomalous) && (
        <p className={styles.quiet}>{sayMissingLabels(hasGood, hasAnomalous)}</p>
      )}
      <div className={styles.how}>
        <p className={styles.quiet} data-testid="how-chosen">
          {sayHow(props)}
        </p>
        {props.proposal === null && (
          <Button size="small" onClick={props.onForget}>
            {say('Back to the proposal')}
          </Button>
        )}
      </div>
    </section>
  );
});

function sayMissingLabels(hasGood: boolean, hasAnomalous: boolean): string {
  if (hasGood) return say('No image is labelled anomalous: what would be missed cannot be known.');
  if (hasAnomalous) return say('No image is labelled good: what would be stopped wrongly cannot be known.');
  return say('No image is labelled: only how many are stopped can be chosen.');
}

function sayHow({ recipe, proposal, pointName, level, hasMasks }: RecipesPanelProps): string {
  if (proposal !== null) return proposal;
  return describeChoice(pointName, recipe ? describeRecipe(recipe, level, hasMasks) : null);
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

interface PercentRowProps extends RecipeButtonProps {
  readonly kind: TargetKind;
  /** The name of the field. */
  readonly field: string;
}

/** A recipe with its target as a percentage. */
function PercentRow({ kind, field, ...button }: PercentRowProps) {
  const target = useTargets()[kind];
  const change = useTargetStore((state) => state.change);
  return (
    <NumberRow
      {...button}
      before={say('at most')}
      after="%"
      field={field}
      shown={String(Number((target * 100).toPrecision(6)))}
      onTyped={(percent) => {
        if (percent >= 0 && percent <= 100) change({ [kind]: percent / 100 });
      }}
    />
  );
}

/** «At most 1 missed in N». */
function MissedInRow(button: Omit<RecipeButtonProps, 'children'>) {
  const target = useTargets()['missed-in'];
  const change = useTargetStore((state) => state.change);
  return (
    <NumberRow
      {...button}
      before={say('in')}
      after=""
      field={say('At most 1 missed in so many')}
      shown={String(target)}
      onTyped={(count) => {
        if (Number.isInteger(count) && count >= 2 && count <= 1_000_000) change({ 'missed-in': count });
      }}
    >
      {say('At most 1 missed')}
    </NumberRow>
  );
}

interface NumberRowProps extends RecipeButtonProps {
  readonly before: string;
  readonly after: string;
  readonly field: string;
  readonly shown: string;
  readonly onTyped: (value: number) => void;
}

/** A recipe with a number; Enter in the field does what the button does. */
function NumberRow({ before, after, field, shown, onTyped, ...button }: NumberRowProps) {
  const [typed, setTyped] = useState<string | null>(null);
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
        <span className={styles.before}>{before}</span>
        <input
          className={styles.field}
          aria-label={field}
          inputMode="decimal"
          value={typed ?? shown}
          onChange={({ target: { value } }) => {
            setTyped(value);
            const number = Number(value.replace(',', '.'));
            if (value.trim() !== '' && Number.isFinite(number)) onTyped(number);
          }}
          onBlur={() => {
            setTyped(null);
          }}
        />
        <span className={styles.after}>{after}</span>
      </label>
    </form>
  );
}
