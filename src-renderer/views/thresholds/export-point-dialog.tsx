import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useMutation, useQuery } from '@tanstack/react-query';
import { FolderOpen } from 'lucide-react';
import { useState } from 'react';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { FolderDialog, joinPath } from '../../components/folder-dialog.tsx';
import { useClient } from '../../state/client-context.ts';
import { say } from '../../texts/say.ts';
import styles from './points-panel.module.css';

interface ExportPointDialogProps {
  readonly point: OperatingPoint;
  readonly onClose: () => void;
}

/** Where one operating point is written to as JSON: a folder from a dialog, or the whole path typed. */
export function ExportPointDialog({ point, onClose }: ExportPointDialogProps) {
  const client = useClient();
  const { pickers } = client.transport;
  const info = useQuery({ queryKey: ['app'], queryFn: () => client.call('app.info', {}) });
  const [typed, setTyped] = useState<string | null>(null);
  const [choosing, setChoosing] = useState(false);
  const home = info.data?.homeFolder;
  const file = typed ?? (home === undefined ? '' : joinPath(home, fileNameOf(point)));
  const write = useMutation({
    mutationFn: () => client.call('operatingPoints.export', { id: point.id, file: file.trim() }),
  });
  const takeFolder = (folder: string | null) => {
    setChoosing(false);
    if (folder !== null) setTyped(joinPath(folder, fileNameOf(point)));
  };
  const chooseFolder = async () => {
    if (pickers === null) setChoosing(true);
    else takeFolder(await pickers.pickFolder());
  };
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (file.trim() !== '' && !write.isPending) write.mutate();
        }}
      >
        <DialogTitle>{say('Export «{name}» as JSON', { name: point.name })}</DialogTitle>
        <DialogContent className={styles.export}>
          <TextField
            autoFocus
            fullWidth
            margin="dense"
            label={say('File')}
            helperText={say(
              'The threshold, how it was chosen, and what it belongs to. An older file is replaced.',
            )}
            value={file}
            onChange={(event) => {
              write.reset();
              setTyped(event.target.value);
            }}
            slotProps={{
              htmlInput: { spellCheck: false, autoComplete: 'off' },
              inputLabel: { shrink: true },
            }}
          />
          <Button
            variant="outlined"
            startIcon={<FolderOpen size={16} aria-hidden />}
            onClick={() => void chooseFolder()}
          >
            {say('Choose a folder')}
          </Button>
          {write.data && <p role="status">{say('Written to {file}', { file: write.data.file })}</p>}
          {write.error && <ErrorNotice title={say('The file was not written')} error={write.error} />}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{write.data ? say('Close') : say('Cancel')}</Button>
          <Button type="submit" variant="contained" disabled={file.trim() === ''} loading={write.isPending}>
            {say('Write')}
          </Button>
        </DialogActions>
      </form>
      {choosing && (
        <FolderDialog
          kind="folder"
          title={say('Choose a folder')}
          startPath={null}
          onChoose={takeFolder}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </Dialog>
  );
}

/** `Line 4, strict` as `line-4-strict.json`. */
function fileNameOf({ name, id }: OperatingPoint): string {
  const plain = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return `${plain === '' ? `operating-point-${id}` : plain}.json`;
}
