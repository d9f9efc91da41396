import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import LinearProgress from '@mui/material/LinearProgress';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Check, Copy } from 'lucide-react';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useClient } from '../../state/client-context.ts';
import { usePanelStore } from '../../state/panels.ts';
import { say } from '../../texts/say.ts';
import styles from './report-dialog.module.css';

/** A text about this machine and the last messages, to copy into a letter. Nothing is sent. */
export function ReportDialog() {
  const open = usePanelStore((state) => state.reportOpen);
  const setOpen = usePanelStore((state) => state.setReportOpen);
  return (
    <Dialog
      open={open}
      onClose={() => {
        setOpen(false);
      }}
      maxWidth="md"
      fullWidth
      aria-labelledby="report-title"
    >
      <DialogTitle id="report-title">{say('Report a problem')}</DialogTitle>
      <Report
        onClose={() => {
          setOpen(false);
        }}
      />
    </Dialog>
  );
}

function Report({ onClose }: { readonly onClose: () => void }) {
  const client = useClient();
  const report = useQuery({
    queryKey: ['report'],
    queryFn: () => client.call('app.report', {}),
    staleTime: 0,
    gcTime: 0,
  });
  const copy = useMutation({ mutationFn: (text: string) => navigator.clipboard.writeText(text) });
  const text = report.data?.text;
  return (
    <>
      <DialogContent className={styles.content}>
        <p>
          {say(
            'Copy this text and add what you did and what you saw. Nothing is sent from here. It names folders of this machine: take out what is nobody’s business.',
          )}
        </p>
        {report.isPending && <LinearProgress aria-label={say('Looking at the machine')} />}
        {report.error && (
          <ErrorNotice title={say('The text could not be put together')} error={report.error} />
        )}
        {text !== undefined && (
          <textarea className={styles.text} aria-label={say('Text of the report')} readOnly value={text} />
        )}
        {copy.error && (
          <ErrorNotice
            title={say('It could not be copied. Select the text and press Ctrl+C.')}
            error={copy.error}
          />
        )}
      </DialogContent>
      <DialogActions>
        <Button
          variant="contained"
          disabled={text === undefined}
          startIcon={copy.isSuccess ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          onClick={() => {
            if (text !== undefined) copy.mutate(text);
          }}
        >
          {copy.isSuccess ? say('Copied') : say('Copy')}
        </Button>
        <Button onClick={onClose}>{say('Close')}</Button>
      </DialogActions>
    </>
  );
}
