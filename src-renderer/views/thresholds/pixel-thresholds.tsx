import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { Timer } from 'lucide-react';
import { useMemo, useState } from 'react';
import { usualRegionAreaPx } from '../../../src-shared/domain/chosen-thresholds.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatPercent } from '../../state/format.ts';
import type { ScoreBin } from '../../state/histogram.ts';
import { tabulate, useMapProfile, type MapProfileQuery } from '../../state/map-profile.ts';
import { describeMapProposal, useMapProposal } from '../../state/map-threshold.ts';
import { usePixelModel } from '../../state/threshold-model.ts';
import { say } from '../../texts/say.ts';
import type { LevelProps } from './image-thresholds.tsx';
import { LevelSwitch } from './level-switch.tsx';
import styles from './pixel-thresholds.module.css';
import { ThresholdPage } from './threshold-page.tsx';

const binsABar = 8;

/** The threshold on the pixels of maps: what is inside, which regions there are, and which images have one. */
export function PixelThresholds(props: LevelProps) {
  return props.underWay ? (
    <div className={styles.alone}>
      <LevelSwitch level="pixel" />
      <EmptyState isPage icon={Timer} title={say('The run is still going on')}>
        {say(
          'Pixels are counted when all maps are there. Until then, set the threshold on the images’ scores.',
        )}
      </EmptyState>
    </div>
  ) : (
    <FinishedMaps {...props} />
  );
}

function FinishedMaps({ run, className, scores, threshold }: LevelProps) {
  const { chosen, change } = threshold;
  const sidePx = run.rendering.sizePx;
  const minAreaPx = Math.min(chosen.minRegionAreaPx ?? usualRegionAreaPx(sidePx), sidePx * sidePx);
  const query = useMapProfile(run, className, minAreaPx);
  const table = useMemo(() => query.profile && tabulate(query.profile), [query.profile]);
  const proposal = useMapProposal(run.id, scores);
  const model = usePixelModel(threshold, table, proposal?.value ?? null);
  const bins = useMemo(() => (table ? barsOf(table.profile.pixels) : []), [table]);
  const hasMasks = table?.hasMasks === true;
  const legend = useMemo(
    () => [
      { key: 'good' as const, name: hasMasks ? say('normal pixels') : say('of good images') },
      { key: 'anomalous' as const, name: say('marked') },
      { key: 'unlabelled' as const, name: say('without a mask') },
    ],
    [hasMasks],
  );
  if (!model) return <Waiting query={query} hasProposal={proposal !== undefined} />;
  return (
    <ThresholdPage
      run={run}
      className={className}
      model={model}
      change={change}
      proposal={proposal ? describeMapProposal(proposal) : null}
      minRegionAreaPx={minAreaPx}
      leftOut={scores.imageIds.length - (table?.profile.imageIds.length ?? 0)}
      histogram={{
        bins,
        legend,
        isLogarithmic: true,
        axis: say('value of a pixel of the map; bars are logarithmic'),
        lead: <LevelSwitch level="pixel" />,
      }}
    >
      <MinimumArea
        key={minAreaPx}
        areaPx={minAreaPx}
        sidePx={sidePx}
        isPending={query.isPending}
        onChange={(areaPx) => {
          change({ minRegionAreaPx: areaPx });
        }}
      />
    </ThresholdPage>
  );
}

function barsOf({
  normal,
  anomalous,
  unlabelled,
}: Readonly<Record<'normal' | 'anomalous' | 'unlabelled', readonly number[]>>): readonly ScoreBin[] {
  const sum = (column: readonly number[], bar: number) =>
    column.slice(bar * binsABar, (bar + 1) * binsABar).reduce((total, count) => total + count, 0);
  return Array.from({ length: Math.ceil(normal.length / binsABar) }, (_, bar) => ({
    good: sum(normal, bar),
    anomalous: sum(anomalous, bar),
    unlabelled: sum(unlabelled, bar),
  }));
}

interface WaitingProps {
  readonly query: MapProfileQuery;
  readonly hasProposal: boolean;
}

/** Going through maps and masks takes seconds for hundreds of images: how far it is, and a way to stop it. */
function Waiting({ query, hasProposal }: WaitingProps) {
  return (
    <div className={styles.alone}>
      <LevelSwitch level="pixel" />
      <h1 className="visually-hidden">{say('Thresholds')}</h1>
      {query.error && <ErrorNotice title={say('The maps could not be counted')} error={query.error} />}
      {query.isStopped && !query.isPending && (
        <EmptyState icon={Timer} title={say('Counting was stopped')}>
          {say('Nothing was changed.')}
        </EmptyState>
      )}
      {(query.isPending || (!query.error && !query.isStopped && !hasProposal)) && (
        <div className={styles.waiting}>
          <p>
            {query.share === null
              ? say('Going through maps and masks')
              : say('Going through maps and masks: {share}', { share: formatPercent(query.share) })}
          </p>
          <LinearProgress
            aria-label={say('Going through maps and masks')}
            {...(query.share === null ? {} : { variant: 'determinate', value: query.share * 100 })}
          />
          <Button variant="outlined" onClick={query.stop}>
            {say('Stop')}
          </Button>
        </div>
      )}
      {(query.error ?? query.isStopped) && !query.isPending && (
        <Button variant="contained" onClick={query.retry}>
          {say('Count again')}
        </Button>
      )}
    </div>
  );
}

interface MinimumAreaProps {
  readonly areaPx: number;
  readonly sidePx: number;
  readonly isPending: boolean;
  readonly onChange: (areaPx: number) => void;
}

/** Smaller regions do not count. Taken over with Enter or when the field is left: maps are gone through anew. */
function MinimumArea({ areaPx, sidePx, isPending, onChange }: MinimumAreaProps) {
  const [typed, setTyped] = useState(String(areaPx));
  const take = () => {
    const value = Math.round(Number(typed));
    const isArea = typed.trim() !== '' && value >= 1 && value <= sidePx * sidePx;
    if (!isArea) setTyped(String(areaPx));
    else if (value !== areaPx) onChange(value);
  };
  return (
    <form
      className={styles.area}
      onSubmit={(event) => {
        event.preventDefault();
        take();
      }}
    >
      <label className={styles.areaLabel}>
        {say('Smallest region')}
        <input
          className={styles.areaField}
          inputMode="numeric"
          aria-label={say('Smallest region, pixels of the map')}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
          }}
          onBlur={take}
        />
      </label>
      <span aria-live="polite">
        {isPending ? say('px, counting …') : say('px of {side}×{side}', { side: sidePx })}
      </span>
    </form>
  );
}
