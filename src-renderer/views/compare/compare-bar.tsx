import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { PickMenu } from '../../components/pick-menu.tsx';
import { addressActions, compareSides, useAddress, type CompareSide } from '../../state/address.ts';
import type { CompareFilter } from '../../state/compare-filter.ts';
import { metricNames } from '../../state/compare-metrics.ts';
import {
  letterOf,
  mostCompared,
  paneToken,
  type ComparedPane,
  type PaneThreshold,
} from '../../state/compare-panes.ts';
import { describeAuroc, runState, runTitle } from '../../state/run-words.ts';
import { formatMoment } from '../../state/format.ts';
import { thresholdWords } from '../../state/pane-headings.ts';
import { say } from '../../texts/say.ts';
import { useRunNames } from '../frame/top-bar.tsx';
import { CompareFilterMenu } from './compare-filter-menu.tsx';
import styles from './compare-bar.module.css';

interface CompareBarProps {
  readonly own: readonly Run[];
  readonly panes: readonly ComparedPane[];
  readonly points: readonly OperatingPoint[];
  /** What is true of all panes. */
  readonly shared: string;
  readonly shownCount: number;
  readonly filterCounts: ReadonlyMap<CompareFilter, number>;
  /** Whether any pane has a middle band. */
  readonly hasBand: boolean;
  /** A threshold for one more pane of a run. */
  readonly otherThresholdOf: (runId: number) => PaneThreshold;
}

const sideNames: Readonly<Record<CompareSide, string>> = {
  metrics: say('Metrics'),
  scatter: say('Scatter'),
  roc: say('ROC'),
  pr: say('PR'),
  none: say('None'),
};

/** Which panes, in which order the images come, which of them, and what stands beside the panes. */
export function CompareBar(props: CompareBarProps) {
  const { panes, shownCount } = props;
  const { side } = useAddress('side');
  const { replace } = addressActions;
  return (
    <div className={styles.bar}>
      {panes.length < mostCompared && <AddMenu {...props} />}
      <OrderSelect panes={panes} />
      <CompareFilterMenu counts={props.filterCounts} hasBand={props.hasBand} />
      <span className={styles.quiet}>
        {say('{count, plural, one {# image} other {# images}}', { count: shownCount })}
      </span>
      <span className={styles.shared} title={props.shared}>
        {props.shared !== '' && say('All: {facts}', { facts: props.shared })}
      </span>
      <ToggleButtonGroup
        exclusive
        size="small"
        value={side}
        aria-label={say('Beside the images')}
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

/** One more pane: another run, a run again at another threshold, or at a saved one. */
function AddMenu({ own, panes, points, otherThresholdOf }: CompareBarProps) {
  const { go } = addressActions;
  const names = useRunNames();
  const scored = own.filter(({ scoredCount }) => scoredCount > 0);
  const tokens = panes.map(({ token }) => token);
  const isShown = (run: Run) => panes.some((pane) => pane.run.id === run.id);
  const options = [
    ...scored.map((run) => ({
      token: null,
      run,
      title: runTitle(run, names),
      detail: isShown(run)
        ? say('again, at another threshold')
        : [runState(run), describeAuroc(run), formatMoment(run.createdAtMs)]
            .filter((part) => part !== '')
            .join(' · '),
    })),
    ...points.flatMap((point) => {
      const run = scored.find(({ id }) => id === point.runId);
      const token = paneToken(point.runId, { kind: 'saved', id: point.id });
      if (!run || tokens.includes(token)) return [];
      const at = { kind: point.level === 'image' ? 'score' : 'map', value: point.threshold } as const;
      return [
        {
          token,
          run,
          title: say('{run}, cut at «{name}»', { run: runTitle(run, names), name: point.name }),
          detail: thresholdWords(run, at, points) ?? '',
        },
      ];
    }),
  ].sort((a, b) => Number(isShown(a.run)) - Number(isShown(b.run)));
  return (
    <PickMenu
      name={say('Add')}
      placeholder={say('a run')}
      value={null}
      options={options.map(({ title, detail }, value) => ({ value, title, detail }))}
      onPick={(value) => {
        const picked = options[value];
        if (!picked) return;
        const { run } = picked;
        const token =
          picked.token ??
          paneToken(run.id, tokens.includes(String(run.id)) ? otherThresholdOf(run.id) : { kind: 'own' });
        go({ panes: [...tokens, token] });
      }}
    />
  );
}

function OrderSelect({ panes }: { readonly panes: readonly ComparedPane[] }) {
  const { order, metric, byPane, andPane, className } = useAddress(
    'order',
    'metric',
    'byPane',
    'andPane',
    'className',
  );
  const { replace } = addressActions;
  const placeOf = (token: string | null, otherwise: number) => {
    const place = panes.findIndex((pane) => pane.token === token);
    return place < 0 ? otherwise : place;
  };
  const asked = placeOf(byPane, 0);
  const against = placeOf(andPane, 1);
  const pairs = panes.flatMap((_, a) =>
    panes.flatMap((other, b) => (b > a && other.run.id !== panes[a]?.run.id ? [[a, b] as const] : [])),
  );
  const options = [
    { value: 'disagreement', name: say('Rank disagreement') },
    ...panes.map((_, place) => ({
      value: `score ${place}`,
      name: say('Score of {letter}', { letter: letterOf(place) }),
    })),
    ...pairs.map(([a, b]) => ({
      value: `difference ${a} ${b}`,
      name: say('Difference of {first} and {second}', { first: letterOf(a), second: letterOf(b) }),
    })),
    { value: 'path', name: say('As imported') },
    ...(order === 'cell'
      ? [
          {
            value: 'cell',
            name:
              className === null
                ? say('{metric} of {letter}', { metric: metricNames[metric], letter: letterOf(asked) })
                : say('{metric} of {letter}, {className}', {
                    metric: metricNames[metric],
                    letter: letterOf(asked),
                    className,
                  }),
          },
        ]
      : []),
  ];
  const value =
    order === 'score'
      ? `score ${asked}`
      : order === 'difference'
        ? `difference ${Math.min(asked, against)} ${Math.max(asked, against)}`
        : order;
  return (
    <LabelledSelect
      label={say('Order')}
      value={options.some((option) => option.value === value) ? value : 'disagreement'}
      options={options}
      onChange={(chosen) => {
        const [kind, first, second] = chosen.split(' ');
        const tokenAt = (place: string | undefined) => panes[Number(place)]?.token ?? null;
        if (kind === 'score') replace({ order: 'score', byPane: tokenAt(first), imageId: null });
        else if (kind === 'difference')
          replace({ order: 'difference', byPane: tokenAt(first), andPane: tokenAt(second), imageId: null });
        else if (kind === 'disagreement' || kind === 'path') replace({ order: kind, imageId: null });
      }}
    />
  );
}
