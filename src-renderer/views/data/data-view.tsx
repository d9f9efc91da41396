import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import TextField from '@mui/material/TextField';
import { FolderPlus, Images, Play } from 'lucide-react';
import { useState } from 'react';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddressStore } from '../../state/address.ts';
import { useDatasets, useFolderStates } from '../../state/queries.ts';
import { useSampleFolder, useTrySamples } from '../../state/sample-set.ts';
import { say } from '../../texts/say.ts';
import styles from './data-view.module.css';
import { DatasetCard } from './dataset-card.tsx';

/** More data sets than these can be searched. */
const mostWithoutSearch = 6;

/** All data sets as cards, the last opened first. */
export function DataView() {
  const datasets = useDatasets();
  const go = useAddressStore((state) => state.go);
  const sampleFolder = useSampleFolder() ?? null;
  const trySamples = useTrySamples();
  const offersSamples = datasets.data?.length === 0 && sampleFolder !== null;
  const { data: folders = [] } = useFolderStates();
  const [find, setFind] = useState('');
  const all = datasets.data ?? [];
  const wanted = find.trim().toLowerCase();
  const shown = all.filter(({ name, root }) => `${name}\n${root}`.toLowerCase().includes(wanted));
  const addButton = (
    <Button
      variant={offersSamples ? 'outlined' : 'contained'}
      startIcon={<FolderPlus size={16} aria-hidden />}
      onClick={() => {
        go({ view: 'add', path: null, layout: null });
      }}
    >
      {say('Add a folder')}
    </Button>
  );

  if (datasets.isPending) return <LinearProgress aria-label={say('Reading the data sets')} />;
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>{say('Data')}</h1>
        {all.length > 0 && (
          <span className={styles.quiet} role="status">
            {wanted === ''
              ? say('{count, plural, one {# data set} other {# data sets}}, the last opened first', {
                  count: all.length,
                })
              : say('{shown, number} of {count, plural, one {# data set} other {# data sets}}', {
                  shown: shown.length,
                  count: all.length,
                })}
          </span>
        )}
        <span className={styles.space} />
        {all.length > mostWithoutSearch && (
          <TextField
            type="search"
            label={say('Find in names and paths')}
            value={find}
            onChange={(event) => {
              setFind(event.target.value);
            }}
            sx={{ width: 240 }}
          />
        )}
        {all.length > 0 && addButton}
      </div>
      {datasets.error && (
        <ErrorNotice
          title={say('The data sets could not be read')}
          error={datasets.error}
          onRetry={() => void datasets.refetch()}
        />
      )}
      {trySamples.error && (
        <ErrorNotice title={say('The sample images could not be tried')} error={trySamples.error} />
      )}
      {datasets.data?.length === 0 && (
        <EmptyState
          icon={Images}
          title={say('No data sets yet')}
          action={
            <>
              {sampleFolder !== null && (
                <Button
                  variant="contained"
                  startIcon={<Play size={14} aria-hidden />}
                  loading={trySamples.isPending}
                  onClick={() => {
                    trySamples.mutate(sampleFolder);
                  }}
                >
                  {say('Try the sample images')}
                </Button>
              )}
              {addButton}
            </>
          }
        >
          {say(
            'Add a folder of images, or one in the layout of a public data set; it can be dropped on this window. You see what was understood before anything is stored; the images stay where they are and are never changed.',
          )}
          {sampleFolder !== null && (
            <>
              {' '}
              {say(
                'Or look first at what it does, on drawings of parts and scans that came with the workbench.',
              )}
            </>
          )}
        </EmptyState>
      )}
      <div className={styles.cards}>
        {shown.map((dataset) => (
          <DatasetCard
            key={dataset.id}
            dataset={dataset}
            folder={folders.find(({ datasetId }) => datasetId === dataset.id)}
          />
        ))}
      </div>
    </div>
  );
}
