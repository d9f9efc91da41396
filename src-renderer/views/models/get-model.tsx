import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { Check, Download } from 'lucide-react';
import { isDownloadOf, type CatalogueItem } from '../../../src-shared/domain/catalogue.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { JobLine } from '../../components/job-line.tsx';
import { catalogueFacts, downloadLabel } from '../../state/catalogue-words.ts';
import { useClient } from '../../state/client-context.ts';
import { useCatalogue, useJobs } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import { RemoveButton } from '../../components/remove-button.tsx';
import styles from './models-view.module.css';

/** Public checkpoints that the workbench fetches when it is told to, with what they are good for. */
export function GetModel() {
  const catalogue = useCatalogue();
  const { data: jobs = [] } = useJobs();
  if (catalogue.data?.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby="get-a-model">
      <div className={styles.head}>
        <h2 id="get-a-model">{say('Get a model')}</h2>
      </div>
      <p className={styles.quiet}>
        {say(
          '«Download» fetches a file from its publisher and checks it. Nothing else in the workbench uses a network, and nothing of yours is sent.',
        )}
      </p>
      {catalogue.error && (
        <ErrorNotice
          title={say('The list of models to download could not be read')}
          error={catalogue.error}
          onRetry={() => void catalogue.refetch()}
        />
      )}
      <ul className={styles.list}>
        {catalogue.data?.map((item) => (
          <CatalogueRow
            key={item.entry.id}
            item={item}
            job={jobs.find((job) => isDownloadOf(job, item.entry)) ?? null}
          />
        ))}
      </ul>
    </section>
  );
}

function CatalogueRow({ item, job }: { readonly item: CatalogueItem; readonly job: Job | null }) {
  const client = useClient();
  const { entry } = item;
  const start = useMutation({ mutationFn: () => client.call('models.download', { entryId: entry.id }) });
  const isHere = item.modelId !== null || item.promptSetId !== null;
  const isActive = job?.state === 'running' || job?.state === 'queued';
  const shownJob = job !== null && job.state !== 'succeeded' && !isHere ? job : null;

  return (
    <li className={styles.entry}>
      <div className={styles.row}>
        <div className={styles.text}>
          <h3>{entry.name}</h3>
          <p>{entry.goodFor}</p>
          <p className={styles.quiet}>{catalogueFacts(entry)}</p>
          {entry.byHand !== null && <p className={styles.quiet}>{entry.byHand}</p>}
        </div>
        {item.fetchedBytes > 0 && !isActive && (
          <RemoveButton
            name={say('what was fetched of {name}', { name: entry.name })}
            remove={() => client.call('models.discard', { entryId: entry.id })}
          >
            {isHere
              ? say('{size} in the data folder are deleted. The model in the library stays.', {
                  size: formatSize(item.fetchedBytes),
                })
              : say('{size} in the data folder are deleted. A download begins anew.', {
                  size: formatSize(item.fetchedBytes),
                })}
          </RemoveButton>
        )}
        {isHere ? (
          <span className={styles.here}>
            <Check size={16} aria-hidden /> {say('In the library')}
          </span>
        ) : (
          entry.file !== null &&
          shownJob === null && (
            <Button
              variant="outlined"
              sx={{ flex: 'none' }}
              startIcon={<Download size={14} aria-hidden />}
              loading={start.isPending}
              aria-label={say('Download {name}', { name: entry.name })}
              onClick={() => {
                start.mutate();
              }}
            >
              {downloadLabel(item)}
            </Button>
          )
        )}
      </div>
      {start.error && shownJob === null && (
        <ErrorNotice title={say('The download could not be started')} error={start.error} />
      )}
      {shownJob !== null && <JobLine job={shownJob} showTitle={shownJob.kind === 'model-import'} />}
    </li>
  );
}
