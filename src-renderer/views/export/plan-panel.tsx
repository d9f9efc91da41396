import LinearProgress from '@mui/material/LinearProgress';
import { TriangleAlert } from 'lucide-react';
import type { ExportPlan, ExportTarget } from '../../../src-shared/domain/export.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatCount } from '../../state/format.ts';
import { say } from '../../texts/say.ts';
import styles from './export-view.module.css';

interface PlanPanelProps {
  readonly plan: ExportPlan | null;
  readonly error: Error | null;
  readonly isPending: boolean;
  readonly target: ExportTarget | null;
  /** Blinded: thresholds and how they came about are hidden. */
  readonly isClosed: boolean;
}

const mostThresholds = 8;

/** What will be written, before anything is. */
export function PlanPanel({ plan, error, isPending, target, isClosed }: PlanPanelProps) {
  return (
    <section className={styles.section} aria-labelledby="export-plan" aria-busy={isPending}>
      <h2 id="export-plan">{say('What will be written')}</h2>
      {error !== null && <ErrorNotice title={say('This cannot be exported')} error={error} />}
      {error === null && plan === null && !isPending && (
        <p className={styles.quiet}>{say('Nothing is chosen yet.')}</p>
      )}
      {isPending && plan === null && error === null && (
        <LinearProgress aria-label={say('Looking how much it will be')} />
      )}
      {error === null && plan !== null && <PlanFacts plan={plan} target={target} isClosed={isClosed} />}
    </section>
  );
}

interface PlanFactsProps extends Pick<PlanPanelProps, 'target' | 'isClosed'> {
  readonly plan: ExportPlan;
}

function PlanFacts({ plan, target, isClosed }: PlanFactsProps) {
  const { runs, fileCount, sizeBytes, triedImages } = plan;
  const images = Math.max(0, ...runs.map(({ imageCount }) => imageCount));
  const withoutScore = runs.reduce((sum, run) => sum + run.withoutScore, 0);
  const thresholds = runs.flatMap((run) =>
    run.scoreThresholds.map((chosen) => ({ runId: run.runId, ...chosen })),
  );
  const groups = groupByReason(thresholds);
  const freeBytes = target?.freeBytes ?? null;
  const isTight = sizeBytes !== null && freeBytes !== null && sizeBytes > freeBytes * 0.95;
  return (
    <>
      <dl className={styles.facts} data-testid="plan">
        <dt>{say('Images')}</dt>
        <dd>{formatCount(images)}</dd>
        <dt>{say('Files')}</dt>
        <dd>{formatCount(fileCount)}</dd>
        <dt>{say('About')}</dt>
        <dd>
          {sizeBytes === null ? say('not known: no image has a map to try') : formatSize(sizeBytes)}
          {sizeBytes !== null && triedImages > 0 && (
            <span className={styles.quiet}>
              {say('by {count, plural, one {# image} other {# images}} made for trial', {
                count: triedImages,
              })}
            </span>
          )}
        </dd>
        {freeBytes !== null && (
          <>
            <dt>{say('Free on the disk')}</dt>
            <dd>{formatSize(freeBytes)}</dd>
          </>
        )}
      </dl>
      {isTight && (
        <Warning>
          {say(
            'That is more than fits on the disk. Choose another disk, fewer images, or JPEG for overlays.',
          )}
        </Warning>
      )}
      {images === 0 && <Warning>{say('No image is left by this choice.')}</Warning>}
      {withoutScore > 0 && (
        <p className={styles.quiet}>
          {say(
            '{count, plural, one {# image has no score: it has a row without one, and no pictures.} other {# images have no score: they have a row without one, and no pictures.}}',
            { count: withoutScore },
          )}
        </p>
      )}
      {thresholds.length > 0 && !isClosed && (
        <ul className={styles.chosen} aria-label={say('Thresholds of images')}>
          {groups.map(({ key, chosenBy, members }) => (
            <li key={key}>
              <dl className={styles.members}>
                {members.slice(0, mostThresholds).map(({ name, value }) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value === null ? '–' : Number(value.toPrecision(4))}</dd>
                  </div>
                ))}
              </dl>
              {members.length > mostThresholds && (
                <p className={styles.quiet}>
                  {say('and {count} more', { count: members.length - mostThresholds })}
                </p>
              )}
              <p className={styles.quiet}>{chosenBy}</p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface ShownThreshold {
  readonly runId: number;
  readonly className: string;
  readonly value: number | null;
  readonly chosenBy: string;
}

interface Group {
  readonly key: string;
  readonly chosenBy: string;
  readonly members: readonly { readonly name: string; readonly value: number | null }[];
}

/** Classes of a run whose thresholds came about in the same way stand together, as one where they are the same too. */
function groupByReason(thresholds: readonly ShownThreshold[]): readonly Group[] {
  const byKey = Map.groupBy(thresholds, ({ runId, chosenBy }) => `${runId} ${chosenBy}`);
  return [...byKey].map(([key, all]) => {
    const [first] = all;
    const isOne = all.length > 1 && all.every(({ value }) => value === first?.value);
    return {
      key,
      chosenBy: first?.chosenBy ?? '',
      members: isOne
        ? [{ name: say('{count, number} classes', { count: all.length }), value: first?.value ?? null }]
        : all.map(({ className, value }) => ({ name: className, value })),
    };
  });
}

function Warning({ children }: { readonly children: string }) {
  return (
    <p className={styles.warning}>
      <TriangleAlert size={16} aria-hidden />
      <span>{children}</span>
    </p>
  );
}
