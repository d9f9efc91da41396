import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useClient } from '../../state/client-context.ts';
import { useDatasets } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';

interface RenameDatasetProps {
  readonly dataset: Dataset;
  readonly onClose: () => void;
}

/** Asks for a data set's new name; its folder keeps its own. */
export function RenameDataset({ dataset, onClose }: RenameDatasetProps) {
  const client = useClient();
  const { data: datasets = [] } = useDatasets();
  const [name, setName] = useState(dataset.name);
  const clash = datasets.some((each) => each.id !== dataset.id && each.name === name.trim());
  const rename = useMutation({
    mutationFn: () => client.call('datasets.rename', { datasetId: dataset.id, name }),
    onSuccess: onClose,
  });
  const canRename = name.trim() !== '' && name.trim() !== dataset.name;
  return (
    <Dialog open onClose={onClose} maxWidth="xs" fullWidth>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (canRename) rename.mutate();
        }}
      >
        <DialogTitle>{say('Rename the data set')}</DialogTitle>
        <DialogContent>
          <TextField
            autoFocus
            fullWidth
            label={say('Name')}
            value={name}
            helperText={
              clash
                ? say('Another data set has this name too. Both can be.')
                : say('Its folder keeps its own name.')
            }
            onChange={(event) => {
              setName(event.target.value);
            }}
            slotProps={{ htmlInput: { maxLength: 200 } }}
            sx={{ marginTop: '8px' }}
          />
          {rename.error && <ErrorNotice title={say('It keeps its name')} error={rename.error} />}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{say('Cancel')}</Button>
          <Button type="submit" variant="contained" loading={rename.isPending} disabled={!canRename}>
            {say('Rename')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
