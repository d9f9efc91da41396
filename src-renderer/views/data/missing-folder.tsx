import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';

import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { FolderDialog } from '../../components/folder-dialog.tsx';
import { useClient } from '../../state/client-context.ts';
import { queryRoots } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import styles from './missing-folder.module.css';

/** Says that a data set's folder cannot be had, and offers to look elsewhere. */
export function MissingFolder({ dataset, message }: { readonly dataset: Dataset; readonly message: string }) {
  const queries = useQueryClient();
  const relocation = useRelocation(dataset);
  return (
    <div className={styles.notice} role="status">
      <p>{message}</p>
      <div className={styles.actions}>
        <Button variant="outlined" loading={relocation.isPending} onClick={() => void relocation.choose()}>
          {say('Say where it is now…')}
        </Button>
        <Button
          onClick={() => void queries.invalidateQueries({ queryKey: [queryRoots.datasets, 'folders'] })}
        >
          {say('Look again')}
        </Button>
      </div>
      {relocation.dialog}
    </div>
  );
}

/** The way from «the folder is elsewhere» to a data set that reads it there. */
export function useRelocation(dataset: Dataset) {
  const client = useClient();
  const queries = useQueryClient();
  const { pickers } = client.transport;
  const [choosing, setChoosing] = useState(false);
  const relocate = useMutation({
    mutationFn: (path: string) => client.call('datasets.relocate', { datasetId: dataset.id, path }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [queryRoots.datasets] }),
  });
  const choose = async () => {
    if (pickers === null) {
      setChoosing(true);
      return;
    }
    const path = await pickers.pickFolder();
    if (path !== null) relocate.mutate(path);
  };
  const dialog = (
    <>
      {relocate.error && (
        <ErrorNotice title={say('The data set stays where it was')} error={relocate.error} />
      )}
      {choosing && (
        <FolderDialog
          kind="folder"
          title={say('Where is the folder of «{name}» now?', { name: dataset.name })}
          startPath={null}
          onChoose={(path) => {
            setChoosing(false);
            relocate.mutate(path);
          }}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </>
  );
  return { choose, dialog, isPending: relocate.isPending };
}
