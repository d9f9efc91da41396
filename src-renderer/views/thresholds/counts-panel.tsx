import type { ReactNode } from 'react';
import { StateMark, type MarkKind } from '../../components/state-mark.tsx';
import { formatCount, formatPercent } from '../../state/format.ts';
import { edgeOf, type ProfileTable } from '../../state/map-profile.ts';
import { sayInterval, sayPerThousand, type Rate } from '../../state/promise-words.ts';
import { qualityOf, type Bands, type LabelCounts, type Quality } from '../../state/threshold-bands.ts';
import type { ThresholdModel } from '../../state/threshold-model.ts';
import { say } from '../../texts/say.ts';
import figures from '../../components/figure-table.module.css';
import styles from './counts-panel.module.css';
import { Promises } from './promises.tsx';

interface CountsPanelProps {
  readonly model: ThresholdModel;
  readonly bands: Bands;
  /** References of a few-shot run, which are not counted. */
  readonly leftOut: number;
}

/** What the threshold does: counts, what they mean for parts to come, and what the labels can promise. */
export function CountsPanel({ model, bands, leftOut }: CountsPanelProps) {
  const { columns, table } = model;
  const masks = table?.hasMasks === true ? table : null;
  const alarms: Rate = { events: bands.stopped.good, trials: columns.good.length };
  const missedImages: Rate = { events: bands.passed.anomalous, trials: columns.anomalous.length };
  const missed = masks ? missedDefects(masks, model.cuts.threshold) : missedImages;
  const missedKind = masks ? 'region-missed' : 'missed';
  return (
    <section className={styles.panel} aria-label={say('Counts')} tabIndex={0}>
      <BandTable bands={bands} ofMaps={table !== null} hasUnlabelled={columns.unlabelled.length > 0} />
      {columns.good.length + columns.anomalous.length === 0 ? (
        <p data-testid="unlabelled-words">
          {say(
            'No image is labelled, so misses and false alarms cannot be known. {stopped, number} of {all, number} images are stopped: {share}.',
            {
              stopped: bands.stopped.unlabelled,
              all: columns.all.length,
              share: formatPercent(bands.stopped.unlabelled / Math.max(1, columns.all.length), 1),
            },
          )}
        </p>
      ) : (
        <>
          {masks ? (
            <PixelFigures table={masks} threshold={model.cuts.threshold} missed={missed} alarms={alarms} />
          ) : (
            <Figures quality={qualityOf(columns, bands)} missed={missedImages} alarms={alarms} />
          )}
          <p data-testid="good-words">{sayPerThousand(alarms, 'stopped')}</p>
          <p data-testid="anomalous-words">{sayPerThousand(missed, missedKind)}</p>
          <Promises missed={missed} missedKind={missedKind} alarms={alarms} recipe={model.recipe} />
          <p className={styles.quiet}>
            {say(
              'Intervals are exact binomial ones (Clopper-Pearson, 95 %). They hold for parts like these; a threshold that was chosen on the same images looks a little better here than it will be.',
            )}
          </p>
        </>
      )}
      {table && <MaskNotes table={table} />}
      {leftOut > 0 && (
        <p className={styles.quiet}>
          {say(
            '{count, plural, one {# reference image was} other {# reference images were}} shown to the method and not counted.',
            { count: leftOut },
          )}
        </p>
      )}
    </section>
  );
}

function missedDefects(table: ProfileTable, threshold: number): Rate {
  const trials = table.profile.defectCount;
  return { events: trials - (table.defects[edgeOf(table, threshold)] ?? 0), trials };
}

interface BandTableProps {
  readonly bands: Bands;
  readonly ofMaps: boolean;
  readonly hasUnlabelled: boolean;
}

function BandTable({ bands, ofMaps, hasUnlabelled }: BandTableProps) {
  return (
    <table className={`${figures.table} ${styles.table}`}>
      <thead>
        <tr>
          <th scope="col">{say('Images')}</th>
          <th scope="col">{say('Anomalous')}</th>
          <th scope="col">{say('Good')}</th>
          {hasUnlabelled && <th scope="col">{say('Unlabelled')}</th>}
        </tr>
      </thead>
      <tbody>
        <BandRow
          name={ofMaps ? say('With a region') : say('Stopped')}
          mark="defect"
          counts={bands.stopped}
          hasUnlabelled={hasUnlabelled}
          testId="stopped"
        />
        {bands.human && (
          <BandRow
            name={say('To a human')}
            mark="unsure"
            counts={bands.human}
            hasUnlabelled={hasUnlabelled}
            testId="human"
          />
        )}
        <BandRow
          name={ofMaps ? say('Without one') : say('Passed')}
          mark="good"
          counts={bands.passed}
          hasUnlabelled={hasUnlabelled}
          testId="passed"
        />
      </tbody>
    </table>
  );
}

interface BandRowProps {
  readonly name: string;
  readonly mark: MarkKind;
  readonly counts: LabelCounts;
  readonly hasUnlabelled: boolean;
  readonly testId: string;
}

function BandRow({ name, mark, counts, hasUnlabelled, testId }: BandRowProps) {
  return (
    <tr data-testid={testId}>
      <th scope="row">
        <StateMark kind={mark} /> {name}
      </th>
      <td>{formatCount(counts.anomalous)}</td>
      <td>{formatCount(counts.good)}</td>
      {hasUnlabelled && <td>{formatCount(counts.unlabelled)}</td>}
    </tr>
  );
}

interface RateProps {
  readonly missed: Rate;
  readonly alarms: Rate;
}

function Figures({ quality, missed, alarms }: RateProps & { readonly quality: Quality }) {
  return (
    <dl className={styles.figures}>
      <Figure isShare name={say('Precision')}>
        {percent(quality.precision)}
      </Figure>
      <Figure isShare name={say('Recall')}>
        {percent(quality.recall)}
      </Figure>
      <Figure isShare name="F1">
        {percent(quality.f1)}
      </Figure>
      <Figure name={say('Missed')}>{sayInterval(missed)}</Figure>
      <Figure name={say('False alarms')}>{sayInterval(alarms)}</Figure>
    </dl>
  );
}

interface PixelFiguresProps extends RateProps {
  readonly table: ProfileTable;
  readonly threshold: number;
}

/** Of pixels: precision, recall, F1. Of marked defects and good images: exact intervals, since each of them is a trial. */
function PixelFigures({ table, threshold, missed, alarms }: PixelFiguresProps) {
  const edge = edgeOf(table, threshold);
  const [hits, falsePixels] = [table.anomalous[edge] ?? 0, table.normal[edge] ?? 0];
  const marked = table.anomalous[0] ?? 0;
  const share = (part: number, whole: number) => percent(whole === 0 ? null : part / whole);
  return (
    <dl className={styles.figures}>
      <Figure isShare name={say('Pixel precision')}>
        {share(hits, hits + falsePixels)}
      </Figure>
      <Figure isShare name={say('Pixel recall')}>
        {share(hits, marked)}
      </Figure>
      <Figure isShare name={say('Pixel F1')}>
        {share(2 * hits, hits + falsePixels + marked)}
      </Figure>
      <Figure name={say('Defects found')} testId="defects-found">
        {say('{found, number} of {all, number}', {
          found: missed.trials - missed.events,
          all: missed.trials,
        })}
      </Figure>
      <Figure name={say('Regions off the marks')} testId="false-regions">
        {formatCount(table.profile.falseRegions[edge] ?? 0)}
      </Figure>
      <Figure name={say('Defects missed')}>{sayInterval(missed)}</Figure>
      <Figure name={say('Good images with a region')}>{sayInterval(alarms)}</Figure>
    </dl>
  );
}

function percent(share: number | null): string {
  return share === null ? '–' : formatPercent(share, 1);
}

interface FigureProps {
  readonly name: string;
  /** One of three in a row. */
  readonly isShare?: boolean;
  readonly testId?: string;
  readonly children: ReactNode;
}

function Figure({ name, isShare = false, testId, children }: FigureProps) {
  return (
    <div className={isShare ? styles.share : undefined}>
      <dt>{name}</dt>
      <dd data-testid={testId}>{children}</dd>
    </div>
  );
}

/** What the masks that are there, or are not, allow to be said. */
function MaskNotes({ table: { hasMasks, profile } }: { readonly table: ProfileTable }) {
  return (
    <>
      {!hasMasks && (
        <p className={styles.quiet} data-testid="without-masks">
          {say(
            'No mask marks where the defects are, so whole images are counted: one with a region is stopped. With masks, pixels and defects would be counted too.',
          )}
        </p>
      )}
      {hasMasks && profile.unmasked > 0 && (
        <p className={styles.quiet}>
          {say(
            '{count, plural, one {# anomalous image has} other {# anomalous images have}} no mask; their pixels are not counted.',
            { count: profile.unmasked },
          )}
        </p>
      )}
      {profile.unreadable > 0 && (
        <p className={styles.quiet} title={profile.problems.join('\n')}>
          {say('{count, plural, one {# mask} other {# masks}} could not be read; the first: {problem}', {
            count: profile.unreadable,
            problem: profile.problems[0] ?? '',
          })}
        </p>
      )}
    </>
  );
}
