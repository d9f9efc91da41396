import { useMutation } from '@tanstack/react-query';
import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import { NameDialog } from '../../components/name-dialog.tsx';
import { useClient } from '../../state/client-context.ts';
import { say } from '../../texts/say.ts';

interface RenamePointDialogProps {
  readonly point: OperatingPoint;
  readonly onClose: () => void;
}

export function RenamePointDialog({ point, onClose }: RenamePointDialogProps) {
  const client = useClient();
  const rename = useMutation({
    mutationFn: (name: string) => client.call('operatingPoints.rename', { id: point.id, name }),
    onSuccess: onClose,
  });
  return (
    <NameDialog
      title={say('Rename «{name}»', { name: point.name })}
      action={say('Rename')}
      name={point.name}
      mostLetters={120}
      isPending={rename.isPending}
      error={rename.error}
      errorTitle={say('It was not renamed')}
      onSubmit={(name) => {
        rename.mutate(name);
      }}
      onClose={onClose}
    />
  );
}
