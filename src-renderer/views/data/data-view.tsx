import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { FolderPlus, Images, Play } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddressStore } from '../../state/address.ts';
import { useDatasets } from '../../state/queries.ts';
import { useSampleFolder, useTrySamples } from '../../state/sample-set.ts';
import styles from './data-view.module.css';
import { DatasetCard } from './dataset-card.tsx';

/** All data sets as cards. */
export function DataView() {
  const datasets = useDatasets();
  const go = useAddressStore((state) => state.go);
  const sampleFolder = useSampleFolder() ?? null;
  const trySamples = useTrySamples();
  const offersSamples = datasets.data?.length === 0 && sampleFolder !== null;
  const addButton = (
    <Button
      variant={offersSamples ? 'outlined' : 'contained'}
      startIcon={<FolderPlus size={16} aria-hidden />}
      onClick={() => {
        go({ view: 'add', path: null, layout: null });
      }}
    >
      Add a folder
    </Button>
  );

  if (datasets.isPending) return <LinearProgress aria-label="Reading the data sets" />;
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>Data</h1>
        {datasets.data !== undefined && datasets.data.length > 0 && addButton}
      </div>
      {datasets.error && (
        <ErrorNotice
          title="The data sets could not be read"
          error={datasets.error}
          onRetry={() => void datasets.refetch()}
        />
      )}
      {trySamples.error && (
        <ErrorNotice title="The sample images could not be tried" error={trySamples.error} />
      )}
      {datasets.data?.length === 0 && (
        <EmptyState
          icon={Images}
          title="No data sets yet"
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
                  Try the sample images
                </Button>
              )}
              {addButton}
            </>
          }
        >
          Add a folder of images, or one in the layout of MVTec AD. You see what was understood before
          anything is stored; the images stay where they are and are never changed.
          {sampleFolder !== null &&
            ' Or look first at what it does, on drawings of parts and scans that came with the workbench.'}
        </EmptyState>
      )}
      <div className={styles.cards}>
        {datasets.data?.map((dataset) => (
          <DatasetCard key={dataset.id} dataset={dataset} />
        ))}
      </div>
    </div>
  );
}
