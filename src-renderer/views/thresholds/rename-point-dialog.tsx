import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useClient } from '../../state/client-context.ts';
import { say } from '../../texts/say.ts';

interface RenamePointDialogProps {
  readonly point: OperatingPoint;
  readonly onClose: () => void;
}

export function RenamePointDialog({ point, onClose }: RenamePointDialogProps) {
  const client = useClient();
  const [name, setName] = useState(point.name);
  const rename = useMutation({
    mutationFn: () => client.call('operatingPoints.rename', { id: point.id, name: name.trim() }),
    onSuccess: onClose,
  });
  return (
    <Dialog open onClose={onClose} maxWidth="xs" fullWidth>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '' && !rename.isPending) rename.mutate();
        }}
      >
        <DialogTitle>{say('Rename «{name}»', { name: point.name })}</DialogTitle>
        <DialogContent>
          <TextField
            autoFocus
            fullWidth
            margin="dense"
            label={say('Name')}
            value={name}
            onChange={(event) => {
              setName(event.target.value);
            }}
            slotProps={{ htmlInput: { maxLength: 120 } }}
          />
          {rename.error && <ErrorNotice title={say('It was not renamed')} error={rename.error} />}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{say('Cancel')}</Button>
          <Button type="submit" variant="contained" disabled={name.trim() === ''} loading={rename.isPending}>
            {say('Rename')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
