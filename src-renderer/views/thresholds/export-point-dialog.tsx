import type { OperatingPoint } from '../../../src-shared/domain/operating-point.ts';
import { WriteFileDialog } from '../../components/write-file-dialog.tsx';
import { useClient } from '../../state/client-context.ts';
import { say } from '../../texts/say.ts';

interface ExportPointDialogProps {
  readonly point: OperatingPoint;
  readonly onClose: () => void;
}

/** Writes one operating point as JSON. */
export function ExportPointDialog({ point, onClose }: ExportPointDialogProps) {
  const client = useClient();
  return (
    <WriteFileDialog
      title={say('Export «{name}» as JSON', { name: point.name })}
      fileName={fileNameOf(point)}
      helperText={say('The threshold, how it was chosen, and what it belongs to. An older file is replaced.')}
      write={(file) => client.call('operatingPoints.export', { id: point.id, file })}
      onClose={onClose}
    />
  );
}

/** `Line 4, strict` as `line-4-strict.json`. */
function fileNameOf({ name, id }: OperatingPoint): string {
  const plain = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return `${plain === '' ? `operating-point-${id}` : plain}.json`;
}
