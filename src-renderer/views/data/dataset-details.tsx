import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { useAddressStore } from '../../state/address.ts';
import { formatMoment } from '../../state/format.ts';
import { layoutWords } from '../../state/layout-words.ts';
import { useIsClosed } from '../../state/readings.ts';
import { describeAuroc, runState, runTitle } from '../../state/run-words.ts';
import { say } from '../../texts/say.ts';
import { useRunNames } from '../frame/top-bar.tsx';
import { ClassTable } from './class-table.tsx';
import { describeLook } from './describe-look.ts';
import styles from './dataset-details.module.css';

interface DatasetDetailsProps {
  readonly dataset: Dataset;
  readonly runs: readonly Run[];
  readonly onClose: () => void;
}

/** Everything about a data set: its folder and how it is read, all classes, all runs. */
export function DatasetDetails({ dataset, runs, onClose }: DatasetDetailsProps) {
  const go = useAddressStore((state) => state.go);
  const names = useRunNames();
  const isClosed = useIsClosed(dataset.id);
  const { classes, root, layout, layoutOptions, lastLook, imageCount, createdAtMs } = dataset;
  const facts = [
    [say('Folder'), root],
    [say('Read as'), layoutWords[layout].name],
    ...(layoutOptions?.table === undefined ? [] : [[say('Table'), layoutOptions.table]]),
    ...(layoutOptions?.elpvCut === undefined
      ? []
      : [[say('Anomalous from probability'), String(layoutOptions.elpvCut)]]),
    ...(layoutOptions?.sddHalves === undefined
      ? []
      : [[say('Pictures'), layoutOptions.sddHalves ? say('Cut into top and bottom half') : say('Whole')]]),
    [say('Added'), formatMoment(createdAtMs)],
    ...(lastLook === undefined ? [] : [[say('Last look'), describeLook(lastLook, imageCount)]]),
    ...(dataset.watch === undefined ? [] : [[say('Watched'), dataset.watch.message]]),
  ];
  return (
    <Dialog open onClose={onClose} maxWidth="md" fullWidth>
      <DialogTitle>{dataset.name}</DialogTitle>
      <DialogContent className={styles.content} tabIndex={0}>
        <dl className={styles.facts}>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {classes.length > 0 && <ClassTable classes={classes} />}
        <section aria-label={say('Runs')}>
          <h3>
            {say('{count, plural, =0 {No runs yet} one {# run} other {# runs}}', { count: runs.length })}
          </h3>
          <ul>
            {runs.map((run) => (
              <li key={run.id}>
                <button
                  type="button"
                  className={styles.run}
                  onClick={() => {
                    onClose();
                    go({
                      ...{ view: 'review', datasetId: run.datasetId, runId: run.id },
                      ...{ imageId: null, className: null },
                    });
                  }}
                >
                  <span className={styles.runTitle}>{runTitle(run, names)}</span>
                  <span className={styles.quiet}>{isClosed ? '' : describeAuroc(run)}</span>
                  <span className={styles.quiet}>{runState(run)}</span>
                  <span className={styles.quiet}>{formatMoment(run.createdAtMs)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{say('Close')}</Button>
      </DialogActions>
    </Dialog>
  );
}
