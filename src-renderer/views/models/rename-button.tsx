import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { say } from '../../texts/say.ts';

interface RenameButtonProps {
  readonly name: string;
  readonly rename: (name: string) => Promise<unknown>;
}

/** Gives one thing of the library another name. */
export function RenameButton({ name, rename }: RenameButtonProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const renaming = useMutation({
    mutationFn: rename,
    onSuccess: () => {
      setTyped(null);
    },
  });
  const wanted = (typed ?? '').trim();
  const close = () => {
    setTyped(null);
    renaming.reset();
  };
  return (
    <>
      <TipButton
        icon={Pencil}
        label={say('Rename {name}', { name })}
        onClick={() => {
          setTyped(name);
        }}
      />
      <Dialog open={typed !== null} onClose={close} maxWidth="xs" fullWidth>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (wanted !== '') renaming.mutate(wanted);
          }}
        >
          <DialogTitle>{say('Rename «{name}»', { name })}</DialogTitle>
          <DialogContent>
            <TextField
              autoFocus
              fullWidth
              label={say('Name')}
              margin="dense"
              value={typed ?? ''}
              onChange={(event) => {
                setTyped(event.target.value);
              }}
              slotProps={{ htmlInput: { maxLength: 80 } }}
            />
            {renaming.error && <ErrorNotice title={say('It could not be renamed')} error={renaming.error} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={close}>{say('Cancel')}</Button>
            <Button type="submit" variant="contained" loading={renaming.isPending} disabled={wanted === ''}>
              {say('Rename')}
            </Button>
          </DialogActions>
        </form>
      </Dialog>
    </>
  );
}
