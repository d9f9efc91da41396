import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { say } from '../texts/say.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { TipButton } from './tip-button.tsx';

interface RemoveButtonProps {
  /** What the question calls it. */
  readonly name: string;
  /** What the button says to those who do not see its icon; absent: that `name` is removed. */
  readonly label?: string;
  /** Whether the button shows its label beside the icon. */
  readonly isWritten?: boolean;
  readonly remove: () => Promise<unknown>;
  /** What will be gone and what will stay. */
  readonly children: ReactNode;
}

/** Removes one thing, after a question. */
export function RemoveButton({ name, remove, children, ...props }: RemoveButtonProps) {
  const { label = say('Remove {name}', { name }), isWritten = false } = props;
  const [asking, setAsking] = useState(false);
  const removal = useMutation({
    mutationFn: remove,
    onSuccess: () => {
      setAsking(false);
    },
  });
  const ask = () => {
    removal.reset();
    setAsking(true);
  };
  return (
    <>
      {isWritten ? (
        <Button startIcon={<Trash2 size={16} aria-hidden />} onClick={ask}>
          {label}
        </Button>
      ) : (
        <TipButton icon={Trash2} label={label} onClick={ask} />
      )}
      <ConfirmDialog
        open={asking}
        title={say('Remove «{name}»?', { name })}
        action={say('Remove')}
        pending={removal.isPending}
        error={removal.error}
        onConfirm={() => {
          removal.mutate();
        }}
        onClose={() => {
          setAsking(false);
        }}
      >
        {children}
      </ConfirmDialog>
    </>
  );
}
