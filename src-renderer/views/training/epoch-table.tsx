import { Award } from 'lucide-react';
import { useState } from 'react';
import type { TrainingCheckpoint } from '../../../src-shared/domain/training.ts';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { formatPercent } from '../../state/format.ts';
import { metricNames } from '../../state/compare-metrics.ts';
import { bestEpoch, metricOf, metricsMeasured, type TrainingMetric } from '../../state/training-curves.ts';
import { formatLoss } from '../../state/training-words.ts';
import { say } from '../../texts/say.ts';
import page from '../../components/page.module.css';
import styles from './training-page.module.css';

interface EpochTableProps {
  readonly checkpoints: readonly TrainingCheckpoint[];
  readonly chosen: number | null;
  readonly onChoose: (epoch: number) => void;
}

/**
 * Every epoch's loss and validation metrics, newest first; the best of each metric stands out, and the best epoch by one of
 * them, which can be chosen, is marked.
 */
export function EpochTable({ checkpoints, chosen, onChoose }: EpochTableProps) {
  const metrics = metricsMeasured(checkpoints);
  const best = new Map(metrics.map((metric) => [metric, bestEpoch(checkpoints, metric)]));
  const [wanted, setWanted] = useState<TrainingMetric | null>(null);
  const leading = metrics.find((metric) => metric === wanted) ?? metrics[0];
  const bestByLeading = leading === undefined ? null : (best.get(leading) ?? null);
  return (
    <section className={page.section} aria-label={say('Epochs')}>
      <div className={styles.sectionHead}>
        <h2>{say('Epochs')}</h2>
        {leading !== undefined && (
          <LabelledSelect
            label={say('Best epoch by')}
            value={leading}
            options={metrics.map((metric) => ({ value: metric, name: metricNames[metric] }))}
            onChange={(value) => {
              setWanted(metrics.find((metric) => metric === value) ?? null);
            }}
          />
        )}
      </div>
      {checkpoints.length === 0 ? (
        <p className={styles.quiet}>{say('Each epoch leaves a checkpoint here.')}</p>
      ) : (
        <div className={styles.tableBox} role="region" tabIndex={0} aria-label={say('Table of epochs')}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{say('Epoch')}</th>
                <th scope="col">{say('Loss')}</th>
                {metrics.map((metric) => (
                  <th key={metric} scope="col">
                    {metricNames[metric]}
                  </th>
                ))}
                <th scope="col">
                  <span className="visually-hidden">{say('Remarks')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {checkpoints.toReversed().map((checkpoint) => (
                <tr
                  key={checkpoint.epoch}
                  data-chosen={checkpoint.epoch === chosen}
                  data-best={checkpoint.epoch === bestByLeading}
                >
                  <th scope="row">
                    <button
                      type="button"
                      className={styles.epoch}
                      aria-label={say('Show epoch {epoch}', { epoch: checkpoint.epoch })}
                      aria-current={checkpoint.epoch === chosen}
                      onClick={() => {
                        onChoose(checkpoint.epoch);
                      }}
                    >
                      {checkpoint.epoch}
                    </button>
                  </th>
                  <td>{formatLoss(checkpoint.lossMean)}</td>
                  {metrics.map((metric) => {
                    const value = metricOf(checkpoint, metric);
                    return (
                      <td key={metric} data-best={best.get(metric) === checkpoint.epoch}>
                        {value === null ? '–' : formatPercent(value, 1)}
                      </td>
                    );
                  })}
                  <td className={styles.remark}>
                    {leading !== undefined && checkpoint.epoch === bestByLeading && (
                      <span className={styles.best}>
                        <Award size={14} aria-hidden />
                        {say('Best by {metric}', { metric: metricNames[leading] })}
                      </span>
                    )}
                    {[checkpoint.keptAsPromptSetId === null ? '' : say('kept'), checkpoint.problem ?? '']
                      .filter((part) => part !== '')
                      .join(' · ')}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
