// What lives here: pieces that more than one view is made of.
// What may not: anything that knows a view.
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import type { ReactNode } from 'react';
import { say } from '../texts/say.ts';
import { ErrorNotice } from './error-notice.tsx';

interface ConfirmDialogProps {
  readonly open: boolean;
  /** A question. */
  readonly title: string;
  /** What will be gone and what will stay. */
  readonly children: ReactNode;
  /** The verb. */
  readonly action: string;
  readonly pending: boolean;
  readonly error: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** The question before a step that cannot be undone. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Dialog open={props.open} onClose={props.onClose} maxWidth="xs" fullWidth>
      <DialogTitle>{props.title}</DialogTitle>
      <DialogContent>
        <p>{props.children}</p>
        {props.error !== null && props.error !== undefined && (
          <ErrorNotice title={say('That did not work')} error={props.error} />
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={props.onClose}>{say('Keep')}</Button>
        <Button variant="contained" loading={props.pending} onClick={props.onConfirm}>
          {props.action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
