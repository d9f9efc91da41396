import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { say } from '../texts/say.ts';
import { ErrorNotice } from './error-notice.tsx';

interface NameDialogProps {
  readonly title: string;
  /** The verb. */
  readonly action: string;
  readonly name: string;
  readonly mostLetters: number;
  readonly isPending: boolean;
  readonly error: unknown;
  /** What did not work; absent: no more than that it did not. */
  readonly errorTitle?: string;
  /** What the name does, as it stands. */
  readonly hint?: (name: string) => string;
  /** Whether no name is one, too. */
  readonly mayBeEmpty?: boolean;
  /** Whether the name that it has is refused. */
  readonly mustDiffer?: boolean;
  readonly onSubmit: (name: string) => void;
  readonly onClose: () => void;
}

/** Asks for a name. */
export function NameDialog(props: NameDialogProps) {
  const [typed, setTyped] = useState(props.name);
  const wanted = typed.trim();
  const canSubmit =
    (wanted !== '' || props.mayBeEmpty === true) && !(props.mustDiffer === true && wanted === props.name);
  return (
    <Dialog open onClose={props.onClose} maxWidth="xs" fullWidth aria-label={props.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (canSubmit && !props.isPending) props.onSubmit(wanted);
        }}
      >
        <DialogTitle>{props.title}</DialogTitle>
        <DialogContent>
          <TextField
            autoFocus
            fullWidth
            label={say('Name')}
            margin="dense"
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
            }}
            helperText={props.hint?.(wanted)}
            slotProps={{ htmlInput: { maxLength: props.mostLetters } }}
          />
          {props.error !== null && (
            <ErrorNotice title={props.errorTitle ?? say('That did not work')} error={props.error} />
          )}
        </DialogContent>
        <DialogActions>
          <Button onClick={props.onClose}>{say('Cancel')}</Button>
          <Button type="submit" variant="contained" loading={props.isPending} disabled={!canSubmit}>
            {props.action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
