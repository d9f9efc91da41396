import { useMutation } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { say } from '../../texts/say.ts';

interface RemoveButtonProps {
  readonly name: string;
  readonly remove: () => Promise<unknown>;
  /** What will be gone and what will stay. */
  readonly children: ReactNode;
}

/** Removes one thing of the library, after a question. */
export function RemoveButton({ name, remove, children }: RemoveButtonProps) {
  const [asking, setAsking] = useState(false);
  const removal = useMutation({
    mutationFn: remove,
    onSuccess: () => {
      setAsking(false);
    },
  });
  return (
    <>
      <TipButton
        icon={Trash2}
        label={say('Remove {name}', { name })}
        onClick={() => {
          setAsking(true);
        }}
      />
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
