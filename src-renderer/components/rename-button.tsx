import { useMutation } from '@tanstack/react-query';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { say } from '../texts/say.ts';
import { NameDialog } from './name-dialog.tsx';
import { TipButton } from './tip-button.tsx';

interface RenameButtonProps {
  readonly name: string;
  readonly rename: (name: string) => Promise<unknown>;
}

/** Gives one thing of the library another name. */
export function RenameButton({ name, rename }: RenameButtonProps) {
  const [open, setOpen] = useState(false);
  const renaming = useMutation({
    mutationFn: rename,
    onSuccess: () => {
      setOpen(false);
    },
  });
  return (
    <>
      <TipButton
        icon={Pencil}
        label={say('Rename {name}', { name })}
        onClick={() => {
          renaming.reset();
          setOpen(true);
        }}
      />
      {open && (
        <NameDialog
          title={say('Rename «{name}»', { name })}
          action={say('Rename')}
          name={name}
          mostLetters={80}
          isPending={renaming.isPending}
          error={renaming.error}
          errorTitle={say('It could not be renamed')}
          onSubmit={(wanted) => {
            renaming.mutate(wanted);
          }}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}
