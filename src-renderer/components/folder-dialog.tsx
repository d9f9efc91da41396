import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import LinearProgress from '@mui/material/LinearProgress';
import { useQuery } from '@tanstack/react-query';
import { CornerLeftUp, File, Folder } from 'lucide-react';
import { useState } from 'react';
import { useClient } from '../state/client-context.ts';
import { say } from '../texts/say.ts';
import { ErrorNotice } from './error-notice.tsx';
import styles from './folder-dialog.module.css';
import { formatSize } from '../../src-shared/text/format-size.ts';

interface FolderDialogProps {
  readonly kind: 'folder' | 'file';
  /** Files that may be chosen in a folder's place. */
  readonly alsoFiles?: RegExp;
  readonly title: string;
  /** Where to begin; null: the home folder. */
  readonly startPath: string | null;
  readonly onChoose: (path: string) => void;
  readonly onClose: () => void;
}

/** Chooses a folder or file on the workbench's machine, where the host has no dialog of its own. */
export function FolderDialog(props: FolderDialogProps) {
  const { kind, alsoFiles, title, startPath, onChoose, onClose } = props;
  const client = useClient();
  const [path, setPath] = useState(startPath);
  const info = useQuery({ queryKey: ['app'], queryFn: () => client.call('app.info', {}) });
  const current = path ?? info.data?.homeFolder ?? null;
  const listing = useQuery({
    queryKey: ['folders', current],
    queryFn: () => client.call('folders.list', { path: current ?? '/' }),
    enabled: current !== null,
    retry: false,
  });
  const { data } = listing;
  const parent = data?.parent ?? null;

  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth>
      <DialogTitle>{title}</DialogTitle>
      <DialogContent className={styles.content}>
        <div className={styles.path} title={current ?? ''}>
          <bdi>{current ?? '…'}</bdi>
        </div>
        <div className={styles.list}>
          {listing.isPending && <LinearProgress aria-label={say('Reading the folder')} />}
          {listing.error && (
            <>
              <ErrorNotice title={say('This folder could not be read')} error={listing.error} />
              {current !== info.data?.homeFolder && (
                <Button
                  onClick={() => {
                    setPath(null);
                  }}
                >
                  {say('Go to the home folder')}
                </Button>
              )}
            </>
          )}
          <ul>
            {parent !== null && (
              <li>
                <button
                  type="button"
                  className={styles.entry}
                  onClick={() => {
                    setPath(parent);
                  }}
                >
                  <CornerLeftUp size={16} aria-hidden />
                  <span className={styles.name}>{say('Folder above')}</span>
                </button>
              </li>
            )}
            {data?.entries.map((entry) => (
              <li key={`${entry.kind} ${entry.name}`}>
                <button
                  type="button"
                  className={styles.entry}
                  disabled={
                    kind === 'folder' && entry.kind === 'file' && alsoFiles?.test(entry.name) !== true
                  }
                  onClick={() => {
                    const chosen = joinPath(data.path, entry.name);
                    if (entry.kind === 'folder') setPath(chosen);
                    else onChoose(chosen);
                  }}
                >
                  {entry.kind === 'folder' ? (
                    <Folder size={16} aria-hidden />
                  ) : (
                    <File size={16} aria-hidden />
                  )}
                  <span className={styles.name}>{entry.name}</span>
                  <span className={styles.size}>
                    {entry.sizeBytes === null ? '' : formatSize(entry.sizeBytes)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {data?.entries.length === 0 && <p className={styles.note}>{say('This folder is empty.')}</p>}
          {data?.truncated === true && (
            <p className={styles.note}>{say('There is more here than is listed. Type the path instead.')}</p>
          )}
        </div>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{say('Cancel')}</Button>
        {kind === 'folder' && (
          <Button
            variant="contained"
            disabled={!data}
            onClick={() => {
              if (data) onChoose(data.path);
            }}
          >
            {say('Choose this folder')}
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}

/** A name below a folder, with the slash that the folder's own path uses. */
export function joinPath(folder: string, name: string): string {
  const slash = folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
  return folder.endsWith(slash) ? `${folder}${name}` : `${folder}${slash}${name}`;
}
