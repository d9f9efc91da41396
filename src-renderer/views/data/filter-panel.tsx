import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import TextField from '@mui/material/TextField';
import { useMemo, useState } from 'react';
import { StateMark, type MarkKind } from '../../components/state-mark.tsx';
import { noGalleryFilter, useAddressStore } from '../../state/address.ts';
import { galleryGroups, galleryTokens, type GalleryGroup, type GalleryToken } from '../../state/gallery.ts';
import { formatCount } from '../../state/format.ts';
import { say } from '../../texts/say.ts';
import styles from './filter-panel.module.css';
import type { GalleryData } from './use-gallery.ts';

const groupNames: Readonly<Record<GalleryGroup, string>> = {
  verdict: say('Verdict'),
  predicted: say('Prediction'),
  label: say('Label'),
  split: say('Split'),
  disagree: say('Disagreement'),
  only: say('Only with'),
};

const tokenNames: Readonly<Record<GalleryToken, string>> = {
  'label-anomalous': say('Anomalous'),
  'label-good': say('Good'),
  'label-none': say('Unlabelled'),
  'verdict-defect': say('Defect'),
  'verdict-unsure': say('Unsure'),
  'verdict-good': say('Good'),
  'verdict-none': say('None yet'),
  'predicted-defect': say('Defect'),
  'predicted-unsure': say('To check'),
  'predicted-good': say('Good'),
  'predicted-none': say('No score'),
  'split-train': say('Train'),
  'split-test': say('Test'),
  'split-none': say('In no split'),
  'disagree-verdict-label': say('Verdict and label'),
  'disagree-verdict-predicted': say('Verdict and prediction'),
  'disagree-label-predicted': say('Label and prediction'),
  'only-note': say('A note'),
  'only-problem': say('A problem'),
};

const tokenMarks: Partial<Record<GalleryToken, MarkKind>> = {
  'verdict-defect': 'defect',
  'verdict-unsure': 'unsure',
  'verdict-good': 'good',
  'predicted-defect': 'defect',
  'predicted-unsure': 'unsure',
  'predicted-good': 'good',
};

const groupOrder = Object.keys(galleryGroups) as GalleryGroup[];

/** The boxes that can choose anything in this data set and run. */
function usefulTokens(
  group: GalleryGroup,
  {
    hasRun,
    hasSplits,
    hasBand,
  }: { readonly hasRun: boolean; readonly hasSplits: boolean; readonly hasBand: boolean },
): readonly GalleryToken[] {
  if (group === 'predicted' && !hasRun) return [];
  if (group === 'split' && !hasSplits) return [];
  return galleryTokens.filter(
    (token) =>
      galleryGroups[group].some((value) => token === `${group}-${value}`) &&
      (hasRun || group !== 'disagree' || token === 'disagree-verdict-label') &&
      (hasBand || token !== 'predicted-unsure'),
  );
}

/** Everything a gallery is filtered by; each count says what the box would leave, given the other groups. */
export function FilterPanel({ data, hasRun }: { readonly data: GalleryData; readonly hasRun: boolean }) {
  const replace = useAddressStore((state) => state.replace);
  const { filter, choice, columns } = data;
  const chosen = new Set(filter.tokens);
  const isFiltered =
    filter.search !== '' ||
    filter.className !== null ||
    chosen.size > 0 ||
    filter.scoreFrom !== null ||
    filter.scoreTo !== null;
  const hasSplits = useMemo(() => columns.splits.some((split) => split !== null), [columns]);
  // A box that is ticked stays in sight when the band is taken away, or it could not be unticked.
  const hasBand = data.second !== null || chosen.has('predicted-unsure');
  const groups = groupOrder
    .map((group) => ({ group, tokens: usefulTokens(group, { hasRun, hasSplits, hasBand }) }))
    .filter(({ tokens }) => tokens.length > 0);

  const toggle = (token: GalleryToken) => {
    const tokens = galleryTokens.filter((each) => (each === token ? !chosen.has(each) : chosen.has(each)));
    replace({ only: tokens.length === 0 ? null : tokens });
  };
  return (
    <aside className={styles.panel} aria-label={say('Filters')} tabIndex={0}>
      <TextField
        label={say('Find in paths')}
        type="search"
        value={filter.search}
        onChange={(event) => {
          replace({ find: event.target.value === '' ? null : event.target.value });
        }}
      />
      {columns.classNames.length > 1 && (
        <fieldset className={styles.group}>
          <legend>{say('Class')}</legend>
          <div className={styles.classes}>
            {[null, ...columns.classNames].map((name, index) => (
              <button
                key={name ?? ''}
                type="button"
                className={styles.classButton}
                aria-pressed={filter.className === name}
                onClick={() => {
                  replace({ className: name });
                }}
              >
                <span className={styles.name}>{name ?? say('All classes')}</span>
                <span className={styles.count}>
                  {formatCount(name === null ? choice.anyClassCount : (choice.classCounts[index - 1] ?? 0))}
                </span>
              </button>
            ))}
          </div>
        </fieldset>
      )}
      {groups.map(({ group, tokens }) => (
        <fieldset key={group} className={styles.group}>
          <legend>{groupNames[group]}</legend>
          {tokens.map((token) => {
            const mark = tokenMarks[token];
            return (
              <label key={token} className={styles.box}>
                <Checkbox
                  size="small"
                  sx={{ padding: '2px' }}
                  checked={chosen.has(token)}
                  onChange={() => {
                    toggle(token);
                  }}
                />
                <span className={styles.name}>{tokenNames[token]}</span>
                {mark && <StateMark kind={mark} sizePx={10} />}
                <span className={styles.count}>{formatCount(choice.tokenCounts[token])}</span>
              </label>
            );
          })}
        </fieldset>
      ))}
      {hasRun && (
        <fieldset className={styles.group}>
          <legend>{say('Score')}</legend>
          <div className={styles.range}>
            <BoundField
              key={`from ${filter.scoreFrom}`}
              label={say('From')}
              value={filter.scoreFrom}
              onChange={(scoreFrom) => {
                replace({ scoreFrom });
              }}
            />
            <BoundField
              key={`to ${filter.scoreTo}`}
              label={say('To')}
              value={filter.scoreTo}
              onChange={(scoreTo) => {
                replace({ scoreTo });
              }}
            />
          </div>
        </fieldset>
      )}
      {isFiltered && (
        <Button
          onClick={() => {
            replace(noGalleryFilter);
          }}
        >
          {say('Clear all filters')}
        </Button>
      )}
    </aside>
  );
}

interface BoundFieldProps {
  readonly label: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
}

/** Takes what is typed when it is left or Enter is pressed; what is no number leaves the bound as it was. */
function BoundField({ label, value, onChange }: BoundFieldProps) {
  const [typed, setTyped] = useState(value === null ? '' : String(value));
  const parsed = typed.trim() === '' ? null : Number(typed);
  const isNumber = parsed === null || Number.isFinite(parsed);
  const apply = () => {
    if (isNumber && parsed !== value) onChange(parsed);
  };
  return (
    <TextField
      label={label}
      value={typed}
      error={!isNumber}
      helperText={isNumber ? undefined : say('Not a number')}
      onChange={(event) => {
        setTyped(event.target.value);
      }}
      onBlur={apply}
      onKeyDown={(event) => {
        if (event.key === 'Enter') apply();
      }}
      slotProps={{ htmlInput: { inputMode: 'decimal' } }}
    />
  );
}
