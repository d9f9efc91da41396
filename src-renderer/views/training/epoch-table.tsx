import type { TrainingCheckpoint } from '../../../src-shared/domain/training.ts';
import { formatPercent } from '../../state/format.ts';
import { metricNames } from '../../state/compare-metrics.ts';
import { bestEpoch, metricOf, metricsMeasured } from '../../state/training-curves.ts';
import { formatLoss } from '../../state/training-words.ts';
import { say } from '../../texts/say.ts';
import page from '../../components/page.module.css';
import styles from './training-page.module.css';

interface EpochTableProps {
  readonly checkpoints: readonly TrainingCheckpoint[];
  readonly chosen: number | null;
  readonly onChoose: (epoch: number) => void;
}

/** Every epoch's loss and validation metrics, newest first; the best of each metric stands out. */
export function EpochTable({ checkpoints, chosen, onChoose }: EpochTableProps) {
  const metrics = metricsMeasured(checkpoints);
  const best = new Map(metrics.map((metric) => [metric, bestEpoch(checkpoints, metric)]));
  return (
    <section className={page.section} aria-label={say('Epochs')}>
      <h2>{say('Epochs')}</h2>
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
                <tr key={checkpoint.epoch} data-chosen={checkpoint.epoch === chosen}>
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
