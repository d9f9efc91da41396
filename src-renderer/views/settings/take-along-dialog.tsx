import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import LinearProgress from '@mui/material/LinearProgress';
import { useMutation } from '@tanstack/react-query';
import type { MethodResult } from '../../../src-shared/contract/methods.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useClient } from '../../state/client-context.ts';
import { say } from '../../texts/say.ts';
import styles from './settings-view.module.css';

interface TakeAlongDialogProps {
  readonly folder: string;
  readonly neededBytes: number;
  readonly freeBytes: number;
  readonly onCopied: (place: MethodResult<'app.dataFolder'>) => void;
  readonly onBeginAnew: () => void;
  readonly onClose: () => void;
}

/** Where an empty folder was chosen: whether the present data come along or the next start begins with nothing. */
export function TakeAlongDialog(props: TakeAlongDialogProps) {
  const { folder, neededBytes, freeBytes, onClose } = props;
  const client = useClient();
  const copy = useMutation({
    mutationFn: () => client.call('app.copyDataFolder', { folder }),
    onSuccess: props.onCopied,
  });
  const stop = useMutation({ mutationFn: () => client.call('app.stopCopyingDataFolder', {}) });
  const isTight = neededBytes > freeBytes;
  return (
    <Dialog
      open
      onClose={() => {
        if (!copy.isPending) onClose();
      }}
      maxWidth="sm"
      fullWidth
      aria-labelledby="take-along-title"
    >
      <DialogTitle id="take-along-title">{say('Take your data along?')}</DialogTitle>
      <DialogContent>
        <p className={styles.path}>{folder}</p>
        <p>
          {isTight
            ? say(
                'A copy of your data takes {needed}, and {free} are free there. Make room, or choose another disk; without a copy the next start begins with nothing.',
                { needed: formatSize(neededBytes), free: formatSize(freeBytes) },
              )
            : say(
                'There is nothing yet. A copy of data sets, runs, verdicts, models and settings takes {needed}; {free} are free there. The present folder stays as it is, for you to delete when you have seen that all is there.',
                { needed: formatSize(neededBytes), free: formatSize(freeBytes) },
              )}
        </p>
        {copy.isPending && (
          <>
            <p role="status">
              {say(
                'Copying {size}. Until it is done nothing changes; what you decide meanwhile may stay in the old folder only.',
                { size: formatSize(neededBytes) },
              )}
            </p>
            <LinearProgress aria-label={say('Copying the data folder')} />
          </>
        )}
        {(copy.error ?? stop.error) && !copy.isPending && (
          <ErrorNotice title={say('The data were not copied')} error={copy.error ?? stop.error} />
        )}
      </DialogContent>
      <DialogActions>
        {copy.isPending ? (
          <Button
            loading={stop.isPending}
            onClick={() => {
              stop.mutate();
            }}
          >
            {say('Stop copying')}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{say('Keep the present folder')}</Button>
            <Button onClick={props.onBeginAnew}>{say('Begin anew there')}</Button>
            <Button
              variant="contained"
              disabled={isTight}
              onClick={() => {
                copy.mutate();
              }}
            >
              {say('Copy everything there')}
            </Button>
          </>
        )}
      </DialogActions>
    </Dialog>
  );
}
