import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import LinearProgress from '@mui/material/LinearProgress';
import TextField from '@mui/material/TextField';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useClient } from '../../state/client-context.ts';
import { saveNow } from '../../state/saved-state.ts';
import { say } from '../../texts/say.ts';

interface ReportDialogProps {
  readonly dataset: Dataset;
  readonly runIds: readonly number[];
  /** Of the file's name. */
  readonly stem: string;
  readonly onClose: () => void;
}

const imagesPerClass = 12;

/** Writes the report that holds these runs against each other. */
export function ReportDialog({ dataset, runIds, stem, onClose }: ReportDialogProps) {
  const client = useClient();
  const titleId = useId();
  const info = useQuery({
    queryKey: ['app-info'],
    queryFn: () => client.call('app.info', {}),
    staleTime: Infinity,
  });
  const [typed, setTyped] = useState<string | null>(null);
  const slash = info.data?.homeFolder.includes('\\') ? '\\' : '/';
  const file = typed ?? (info.data ? `${info.data.homeFolder}${slash}${stem}.html` : '');
  const write = useMutation({
    mutationFn: async () => {
      // The report says the window's thresholds.
      await saveNow(client);
      const wish = { runIds: [...runIds], notRun: [], file: file.trim(), imagesPerClass };
      return await client.call('reports.write', wish);
    },
  });
  return (
    <Dialog open onClose={onClose} aria-labelledby={titleId} fullWidth maxWidth="sm">
      <DialogTitle id={titleId}>{say('Report of {name}', { name: dataset.name })}</DialogTitle>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (file.trim() !== '' && !write.isPending) write.mutate();
        }}
      >
        <DialogContent>
          <p>
            {say(
              'One page without scripts that holds {count, plural, one {the run} other {the # runs}} against each other: figures, what they disagree on, and of each class the images that score highest. A file of that name is replaced.',
              { count: runIds.length },
            )}
          </p>
          <TextField
            autoFocus
            fullWidth
            label={say('File')}
            value={file}
            onChange={(event) => {
              setTyped(event.target.value);
              write.reset();
            }}
            slotProps={{ htmlInput: { spellCheck: false }, inputLabel: { shrink: true } }}
            sx={{ marginTop: 2 }}
          />
          {write.isPending && <LinearProgress aria-label={say('Writing the report')} sx={{ marginTop: 2 }} />}
          {write.error && <ErrorNotice title={say('The report could not be written')} error={write.error} />}
          {write.data && (
            <p role="status">
              {say('Written to {file}, {size}.', {
                file: write.data.file,
                size: formatSize(write.data.sizeBytes),
              })}
            </p>
          )}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{say('Close')}</Button>
          <Button
            type="submit"
            variant="contained"
            disabled={file.trim() === '' || write.isPending || write.isSuccess}
          >
            {say('Write the report')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
