import Button from '@mui/material/Button';
import Popover from '@mui/material/Popover';
import TextField from '@mui/material/TextField';
import { Check } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import type { RunScores } from '../../../src-shared/domain/run.ts';
import { paneToken, type ComparedPane, type PaneThreshold } from '../../state/compare-panes.ts';
import { formatScore, scoreSpan } from '../../state/format.ts';
import { thresholdWords } from '../../state/pane-headings.ts';
import { recipeValues } from '../../state/pane-thresholds.ts';
import { say } from '../../texts/say.ts';
import styles from './pane-thresholds.module.css';

interface PaneThresholdsProps {
  readonly anchor: HTMLElement;
  readonly letter: string;
  readonly pane: ComparedPane;
  readonly scores: RunScores | undefined;
  /** The thresholds in force in Review. */
  readonly ownScore: number | null;
  readonly ownMap: number | null;
  readonly points: readonly OperatingPoint[];
  readonly onClose: () => void;
  readonly onPick: (at: PaneThreshold) => void;
}

interface Choice {
  readonly at: PaneThreshold;
  readonly name: string;
  readonly detail: string;
}

/** In the order of `paneRecipes`. */
const recipeNames = [
  say('Best F1'),
  say('No anomalous image missed'),
  say('At most 5 % false alarms'),
  say('At most 1 % false alarms'),
] as const;

/** Where one pane cuts: as Review does, by a rule, at a saved threshold, or at a number. */
export function PaneThresholds(props: PaneThresholdsProps) {
  const { anchor, letter, pane, scores, ownScore, points, onClose, onPick } = props;
  const { run } = pane;
  const span = scoreSpan(run.scale);
  const recipes = useMemo(() => (scores ? recipeValues(scores) : []), [scores]);
  const choices: readonly Choice[] = [
    {
      at: { kind: 'own' },
      name: say('As in Review'),
      detail: ownScore === null ? '' : say('score ≥ {value}', { value: formatScore(ownScore, span) }),
    },
    ...recipes.flatMap((value, place) => {
      const name = recipeNames[place];
      if (value === null || name === undefined) return [];
      const at: PaneThreshold = { kind: 'score', value };
      return [{ at, name, detail: thresholdWords(run, at, points) ?? '' }];
    }),
    ...points
      .filter(({ runId }) => runId === run.id)
      .map((point) => ({
        at: { kind: 'saved', id: point.id } as const,
        name: point.name,
        detail:
          thresholdWords(
            run,
            { kind: point.level === 'image' ? 'score' : 'map', value: point.threshold },
            points,
          ) ?? '',
      })),
  ];
  return (
    <Popover
      open
      anchorEl={anchor}
      onClose={onClose}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
      transformOrigin={{ vertical: 'top', horizontal: 'right' }}
      slotProps={{
        paper: {
          role: 'dialog',
          'aria-label': say('Where {letter} cuts', { letter }),
          className: styles.paper,
        },
      }}
    >
      <ul className={styles.choices}>
        {choices.map(({ at, name, detail }, place) => {
          const isChosen = paneToken(run.id, at) === pane.token;
          return (
            <li key={`${place} ${name}`}>
              <button
                type="button"
                className={styles.choice}
                aria-pressed={isChosen}
                autoFocus={place === 0}
                onClick={() => {
                  onPick(at);
                }}
              >
                <span className={styles.sign}>{isChosen && <Check size={14} aria-hidden />}</span>
                <span className={styles.name}>{name}</span>
                <span className={styles.detail}>{detail}</span>
              </button>
            </li>
          );
        })}
      </ul>
      <NumberForm
        label={say('Score threshold')}
        start={pane.at.kind === 'score' ? pane.at.value : ownScore}
        onPick={(value) => {
          onPick({ kind: 'score', value });
        }}
      />
      <NumberForm
        label={say('Map threshold')}
        start={pane.at.kind === 'map' ? pane.at.value : props.ownMap}
        onPick={(value) => {
          onPick({ kind: 'map', value });
        }}
      />
    </Popover>
  );
}

interface NumberFormProps {
  readonly label: string;
  readonly start: number | null;
  readonly onPick: (value: number) => void;
}

function NumberForm({ label, start, onPick }: NumberFormProps) {
  const [text, setText] = useState(start === null ? '' : String(Number(start.toPrecision(5))));
  const value = text.trim() === '' ? Number.NaN : Number(text.replace(',', '.'));
  const isNumber = Number.isFinite(value);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (isNumber) onPick(value);
      }}
    >
      <TextField
        label={label}
        value={text}
        error={text !== '' && !isNumber}
        onChange={(event) => {
          setText(event.target.value);
        }}
        slotProps={{ htmlInput: { inputMode: 'decimal' }, inputLabel: { shrink: true } }}
      />
      <Button type="submit" variant="outlined" disabled={!isNumber}>
        {say('Cut here')}
      </Button>
    </form>
  );
}
