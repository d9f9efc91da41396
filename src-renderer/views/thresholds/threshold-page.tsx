import { useCallback, useLayoutEffect, useMemo, useRef, type ReactNode } from 'react';
import type { ChosenThresholds } from '../../../src-shared/domain/chosen-thresholds.ts';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { ThresholdRecipe } from '../../../src-shared/metrics/threshold-recipes.ts';
import { useClient } from '../../state/client-context.ts';
import type { ScoreBin } from '../../state/histogram.ts';
import { countsOf, useOperatingPoints } from '../../state/operating-points.ts';
import { countBands, type Cuts } from '../../state/threshold-bands.ts';
import {
  applyPoint,
  cookThreshold,
  forgetThreshold,
  moveThreshold,
  setSecond,
  type ThresholdModel,
} from '../../state/threshold-model.ts';
import { say } from '../../texts/say.ts';
import { CountsPanel } from './counts-panel.tsx';
import { CurvePanel } from './curve-panel.tsx';
import { NearestStrip } from './nearest-strip.tsx';
import { PointsPanel } from './points-panel.tsx';
import { RecipesPanel } from './recipes-panel.tsx';
import { ScoreHistogram, type LegendEntry } from './score-histogram.tsx';
import styles from './thresholds-view.module.css';

interface ThresholdPageProps {
  readonly run: Run;
  readonly className: string | null;
  readonly model: ThresholdModel;
  readonly change: (change: Partial<ChosenThresholds>) => void;
  /** How the proposed threshold came about. */
  readonly proposal: string | null;
  /** Of the pixel level. */
  readonly minRegionAreaPx: number | null;
  readonly leftOut: number;
  readonly histogram: {
    readonly bins: readonly ScoreBin[];
    readonly legend: readonly LegendEntry[];
    readonly isLogarithmic: boolean;
    readonly axis: string;
    readonly lead: ReactNode;
  };
  /** Beside the switch of the second threshold. */
  readonly children?: ReactNode;
}

/** The page of one level: while a line is dragged, only what its place says is drawn anew. */
export function ThresholdPage(props: ThresholdPageProps) {
  const { run, className, model, change, proposal, histogram } = props;
  const { level, columns, cuts, recipe, pointId, table } = model;
  const latest = useRef({ model, props });
  useLayoutEffect(() => {
    latest.current = { model, props };
  });
  const bands = useMemo(() => countBands(columns, cuts), [columns, cuts]);
  const move = useCallback(
    (which: keyof Cuts, to: number) => {
      change(moveThreshold(latest.current.model, which, to));
    },
    [change],
  );
  const second = useCallback(
    (on: boolean) => {
      change(setSecond(latest.current.model, on));
    },
    [change],
  );
  const cook = useCallback(
    (wanted: ThresholdRecipe) => {
      const cooked = cookThreshold(latest.current.model, wanted);
      if (cooked) change(cooked);
    },
    [change],
  );
  const forget = useCallback(() => {
    change(forgetThreshold(level));
  }, [change, level]);
  const apply = useCallback(
    (point: OperatingPoint) => {
      change(applyPoint(point));
    },
    [change],
  );
  const readLatest = useCallback(() => latest.current, []);
  const save = useSavePoint(readLatest, apply);
  const points = useOperatingPoints().data;
  const pointName = pointId === null ? null : (points?.find(({ id }) => id === pointId)?.name ?? null);
  return (
    <div className={styles.page}>
      <h1 className="visually-hidden">{say('Thresholds')}</h1>
      <ScoreHistogram model={model} {...histogram} onMove={move} onSecond={second}>
        {props.children}
      </ScoreHistogram>
      <div className={styles.middle}>
        <CurvePanel model={model} bands={bands} />
        <CountsPanel model={model} bands={bands} leftOut={props.leftOut} />
        <div className={styles.side}>
          <RecipesPanel
            level={level}
            recipe={recipe}
            proposal={model.isProposed ? proposal : null}
            pointName={pointName}
            goodCount={columns.good.length}
            anomalousCount={columns.anomalous.length}
            unlabelledCount={columns.unlabelled.length}
            hasMasks={table?.hasMasks === true}
            onCook={cook}
            onForget={forget}
          />
          <PointsPanel
            run={run}
            className={className}
            level={level}
            pointId={pointName === null ? null : pointId}
            span={model.max - model.min}
            onSave={save}
            onApply={apply}
          />
        </div>
      </div>
      <NearestStrip model={model} datasetId={run.datasetId} />
    </div>
  );
}

interface Latest {
  readonly model: ThresholdModel;
  readonly props: Pick<ThresholdPageProps, 'run' | 'className' | 'minRegionAreaPx'>;
}

/** Saves the threshold as it stands when it is called, and takes the saved one over. */
function useSavePoint(
  readLatest: () => Latest,
  apply: (point: OperatingPoint) => void,
): (name: string) => Promise<OperatingPoint> {
  const client = useClient();
  return useCallback(
    async (name: string) => {
      const { model, props } = readLatest();
      const { recipe, cuts, level } = model;
      const saved = await client.call('operatingPoints.save', {
        name,
        runId: props.run.id,
        level,
        className: props.className,
        threshold: cuts.threshold,
        secondThreshold: cuts.second,
        minRegionAreaPx: props.minRegionAreaPx ?? 0,
        recipe: recipe ? { kind: recipe.kind, target: recipe.target } : { kind: 'manual', target: null },
        counts: countsOf(model),
      });
      apply(saved);
      return saved;
    },
    [client, readLatest, apply],
  );
}
