import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import type { Run } from '../../../src-shared/domain/run.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { PickMenu } from '../../components/pick-menu.tsx';
import { compareSides, useAddress, useAddressStore, type CompareSide } from '../../state/address.ts';
import { metricNames } from '../../state/compare-metrics.ts';
import { letterOf, mostCompared } from '../../state/compare.ts';
import { formatMoment, formatNoun } from '../../state/format.ts';
import { describeAuroc, runState, runTitle } from '../../state/run-words.ts';
import { useRunNames } from '../frame/top-bar.tsx';
import styles from './compare-bar.module.css';

interface CompareBarProps {
  readonly own: readonly Run[];
  readonly runs: readonly Run[];
  readonly shownCount: number;
}

const sideNames: Readonly<Record<CompareSide, string>> = {
  metrics: 'Metrics',
  scatter: 'Scatter',
  roc: 'ROC',
  pr: 'PR',
  none: 'None',
};

/** Which runs, in which order the images come, and what stands beside the panes. */
export function CompareBar({ own, runs, shownCount }: CompareBarProps) {
  const { side, order, metric, byRunId, className } = useAddress();
  const { go, replace } = useAddressStore();
  const names = useRunNames();
  const rest = own.filter((run) => run.scoredCount > 0 && !runs.some(({ id }) => id === run.id));
  const first = runs[0]?.id ?? 0;
  const asked = runs.find(({ id }) => id === byRunId)?.id ?? first;
  const letterOfRun = (id: number) => letterOf(runs.findIndex((run) => run.id === id));
  const options = [
    { value: 'disagreement', name: 'Rank disagreement' },
    ...runs.map(({ id }, place) => ({ value: `score ${id}`, name: `Score of ${letterOf(place)}` })),
    { value: 'path', name: 'As imported' },
    ...(order === 'cell'
      ? [
          {
            value: 'cell',
            name: `${metricNames[metric]} of ${letterOfRun(asked)}${className === null ? '' : `, ${className}`}`,
          },
        ]
      : []),
  ];
  return (
    <div className={styles.bar}>
      {rest.length > 0 && runs.length < mostCompared && (
        <PickMenu
          name="Add"
          placeholder="a run"
          value={null}
          options={rest.map((run) => ({
            value: run.id,
            title: runTitle(run, names),
            detail: [runState(run), describeAuroc(run), formatMoment(run.createdAtMs)]
              .filter((part) => part !== '')
              .join(' · '),
          }))}
          onPick={(picked) => {
            go({ runIds: [...runs.map(({ id }) => id), picked] });
          }}
        />
      )}
      <LabelledSelect
        label="Order"
        value={order === 'score' ? `score ${asked}` : order}
        options={options}
        onChange={(chosen) => {
          const [kind, runId] = chosen.split(' ');
          if (kind === 'score') replace({ order: 'score', byRunId: Number(runId), imageId: null });
          else if (kind === 'disagreement' || kind === 'path') replace({ order: kind, imageId: null });
        }}
      />
      <span className={styles.quiet}>{formatNoun(shownCount, 'image')}</span>
      <span className={styles.space} />
      <ToggleButtonGroup
        exclusive
        size="small"
        value={side}
        aria-label="Beside the images"
        onChange={(_, chosen: unknown) => {
          const next = compareSides.find((each) => each === chosen);
          if (next) replace({ side: next });
        }}
      >
        {compareSides.map((each) => (
          <ToggleButton key={each} value={each}>
            {sideNames[each]}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  );
}
