import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { useClient } from '../state/client-context.ts';
import { say } from '../texts/say.ts';
import { ErrorNotice } from './error-notice.tsx';
import { FolderButton } from './folder-button.tsx';
import { joinPath } from './folder-dialog.tsx';
import styles from './write-file-dialog.module.css';

interface WriteFileDialogProps {
  readonly title: string;
  /** How the file is called until another path is typed. */
  readonly fileName: string;
  readonly helperText?: string;
  /**
   * Writes the file and says where it lies. Where it refuses with `already-exists` the button offers to replace the file, and
   * asks again with `overwrite`.
   */
  readonly write: (file: string, overwrite: boolean) => Promise<{ readonly file: string }>;
  /** What is asked above the path; an answer that changes the name calls `beginAnew`. */
  readonly questions?: (beginAnew: () => void) => ReactNode;
  readonly onClose: () => void;
}

/** Where one file is written to: a folder from a dialog, or the whole path typed. */
export function WriteFileDialog(props: WriteFileDialogProps) {
  const { title, fileName, helperText, questions, onClose } = props;
  const client = useClient();
  const info = useQuery({ queryKey: ['app'], queryFn: () => client.call('app.info', {}) });
  const [folder, setFolder] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const place = folder ?? info.data?.homeFolder;
  const path = typed ?? (place === undefined ? '' : joinPath(place, fileName));
  const file = path.trim();
  const write = useMutation({ mutationFn: (overwrite: boolean) => props.write(file, overwrite) });
  const isThere = write.error instanceof WorkbenchError && write.error.code === 'already-exists';
  const take = (text: string | null) => {
    write.reset();
    setTyped(text);
  };
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (file !== '' && !write.isPending) write.mutate(isThere);
        }}
      >
        <DialogTitle>{title}</DialogTitle>
        <DialogContent className={styles.content}>
          {questions?.(() => {
            take(null);
          })}
          <TextField
            autoFocus
            fullWidth
            margin="dense"
            label={say('File')}
            helperText={helperText}
            value={path}
            onChange={(event) => {
              take(event.target.value);
            }}
            slotProps={{
              htmlInput: { spellCheck: false, autoComplete: 'off' },
              inputLabel: { shrink: true },
            }}
          />
          <FolderButton
            onChoose={(chosen) => {
              take(null);
              setFolder(chosen);
            }}
          />
          {write.data && <p role="status">{say('Written to {file}', { file: write.data.file })}</p>}
          {write.error && <ErrorNotice title={say('The file was not written')} error={write.error} />}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{write.data ? say('Close') : say('Cancel')}</Button>
          <Button type="submit" variant="contained" disabled={file === ''} loading={write.isPending}>
            {isThere ? say('Replace the file') : say('Write')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
