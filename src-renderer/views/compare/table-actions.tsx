import Button from '@mui/material/Button';
import { ClipboardCopy, Download, FileText } from 'lucide-react';
import { useState } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress } from '../../state/address.ts';
import { compareCsv, shownTable } from '../../state/compare-csv.ts';
import {
  metricNames,
  type ComparedRun,
  type Intervals,
  type MetricRow,
} from '../../state/compare-metrics.ts';
import type { ComparedPane } from '../../state/compare-panes.ts';
import { say } from '../../texts/say.ts';
import styles from './metric-panel.module.css';
import { ReportDialog } from './report-dialog.tsx';

interface TableActionsProps {
  readonly dataset: Dataset;
  readonly panes: readonly ComparedPane[];
  readonly headings: readonly string[];
  readonly thresholds: readonly (number | null)[];
  readonly compared: readonly ComparedRun[];
  readonly table: readonly MetricRow[];
  readonly intervals: Intervals;
}

/** The figures to take along: the table that is shown, all of them as CSV, or a report. */
export function TableActions(props: TableActionsProps) {
  const { dataset, panes, headings, table } = props;
  const { metric } = useAddress('metric');
  const [copied, setCopied] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isReporting, setReporting] = useState(false);
  const text = shownTable(table, { name: metricNames[metric], headings, meanName: say('Mean') });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setError(null);
      setCopied(text);
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <div className={styles.actions}>
      <Button
        size="small"
        startIcon={<ClipboardCopy size={14} aria-hidden />}
        onClick={() => {
          void copy();
        }}
      >
        {copied === text ? say('Copied') : say('Copy')}
      </Button>
      <Button
        size="small"
        startIcon={<Download size={14} aria-hidden />}
        onClick={() => {
          saveText(compareCsv(props), `${fileStem(dataset.name)}.csv`);
        }}
      >
        {say('Save as CSV')}
      </Button>
      <Button
        size="small"
        startIcon={<FileText size={14} aria-hidden />}
        onClick={() => {
          setReporting(true);
        }}
      >
        {say('Report…')}
      </Button>
      <span role="status" className="visually-hidden">
        {copied === text ? say('The table is in the clipboard.') : ''}
      </span>
      {error !== null && <ErrorNotice title={say('The table could not be copied')} error={error} />}
      {isReporting && (
        <ReportDialog
          dataset={dataset}
          runIds={[...new Set(panes.map(({ run }) => run.id))]}
          stem={fileStem(dataset.name)}
          onClose={() => {
            setReporting(false);
          }}
        />
      )}
    </div>
  );
}

/** What every file system takes as a name. */
function fileStem(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').replaceAll(/^-+|-+$/g, '');
  return `comparison-${plain === '' ? 'runs' : plain}`;
}

/** Hands a text to the browser, or to Electron's dialog, as a file. */
function saveText(text: string, fileName: string): void {
  // The mark at the beginning tells spreadsheets that it is UTF-8.
  const address = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
}
