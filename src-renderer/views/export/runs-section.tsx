import { mostRunsOfExport } from '../../../src-shared/domain/export.ts';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import type { ExportForm, TakenPoints } from '../../state/export-form.ts';
import { formatMoment } from '../../state/format.ts';
import { runState, runTitle, type RunNames } from '../../state/run-words.ts';
import { say } from '../../texts/say.ts';
import { CheckLine } from './check-line.tsx';
import styles from './export-view.module.css';

interface RunsSectionProps {
  /** Of the data set, those with scores, newest first. */
  readonly runs: readonly Run[];
  readonly chosen: readonly number[];
  readonly names: RunNames;
  readonly points: readonly OperatingPoint[];
  readonly form: ExportForm;
  /** Blinded: thresholds, and the names that saved ones were given, wait for the last verdict. */
  readonly isClosed: boolean;
  readonly onChange: (change: Partial<ExportForm>) => void;
}

/** Which runs, and at which threshold each. */
export function RunsSection({ runs, chosen, names, points, form, isClosed, onChange }: RunsSectionProps) {
  const hasPixels = form.hasReport || form.what.includes('masks') || form.what.includes('overlays');
  const take = (runId: number, change: Partial<TakenPoints>) => {
    const before = form.pointsByRun[runId] ?? { score: null, map: null };
    onChange({ pointsByRun: { ...form.pointsByRun, [runId]: { ...before, ...change } } });
  };
  return (
    <section className={styles.section} aria-labelledby="export-runs">
      <h2 id="export-runs">{say('Runs and their thresholds')}</h2>
      {isClosed && (
        <p className={styles.quiet}>
          {say('Thresholds are hidden while you read blinded; what was chosen before stays chosen.')}
        </p>
      )}
      <ul className={styles.runs}>
        {runs.map((run) => {
          const isChosen = chosen.includes(run.id);
          const own = form.pointsByRun[run.id];
          return (
            <li key={run.id} className={styles.run}>
              <CheckLine
                name={runTitle(run, names)}
                detail={say('{state}, {moment}', {
                  state: runState(run),
                  moment: formatMoment(run.createdAtMs),
                })}
                checked={isChosen}
                disabled={!isChosen && chosen.length >= mostRunsOfExport}
                onChange={(checked) => {
                  onChange({
                    runIds: checked ? [...chosen, run.id] : chosen.filter((id) => id !== run.id),
                  });
                }}
              />
              {isChosen && !isClosed && (
                <div className={styles.thresholds}>
                  <PointSelect
                    label={say('Images at')}
                    points={fitting(points, run, 'image')}
                    value={own?.score ?? null}
                    onChange={(score) => {
                      take(run.id, { score });
                    }}
                  />
                  {hasPixels && (
                    <PointSelect
                      label={say('Pixels at')}
                      points={fitting(points, run, 'pixel')}
                      value={own?.map ?? null}
                      onChange={(map) => {
                        take(run.id, { map });
                      }}
                    />
                  )}
                </div>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Scores of different methods are not on one scale: a saved threshold goes with its own method. */
function fitting(points: readonly OperatingPoint[], run: Run, level: OperatingPoint['level']) {
  return points.filter((point) => point.level === level && point.methodId === run.methodId);
}

interface PointSelectProps {
  readonly label: string;
  readonly points: readonly OperatingPoint[];
  readonly value: number | null;
  readonly onChange: (id: number | null) => void;
}

function PointSelect({ label, points, value, onChange }: PointSelectProps) {
  // One that was removed meanwhile is no choice any more.
  const known = points.some(({ id }) => id === value) ? value : null;
  return (
    <LabelledSelect
      label={label}
      value={known === null ? '' : String(known)}
      options={[
        { value: '', name: say('The window’s threshold') },
        ...points.map(({ id, name, threshold }) => ({
          value: String(id),
          name: say('{name}: {threshold}', { name, threshold: String(Number(threshold.toPrecision(4))) }),
        })),
      ]}
      onChange={(picked) => {
        onChange(picked === '' ? null : Number(picked));
      }}
    />
  );
}
