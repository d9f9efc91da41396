import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { Copy, ExternalLink, FileText, FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { assetPaths } from '../../../src-shared/contract/asset-paths.ts';
import type { MethodResult } from '../../../src-shared/contract/methods.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { JobLine } from '../../components/job-line.tsx';
import { useClient } from '../../state/client-context.ts';
import { useWritten } from '../../state/export-queries.ts';
import { formatMoment } from '../../state/format.ts';
import { say } from '../../texts/say.ts';
import styles from './export-view.module.css';

type Written = MethodResult<'exports.written'>;

/** The newest export of a data set: how far it is, then where it lies and what to do with it. */
export function LastExport({ job }: { readonly job: Job }) {
  const { data: written, error } = useWritten(job);
  return (
    <section className={styles.section} aria-labelledby="export-last" data-testid="last-export">
      <h2 id="export-last">{say('Last export')}</h2>
      <JobLine job={job} showTitle={false} />
      <p className={styles.quiet}>
        {say('{title}, {moment}', { title: job.title, moment: formatMoment(job.createdAtMs) })}
      </p>
      {error && <ErrorNotice title={say('What was written could not be read')} error={error} />}
      {written && <Result job={job} written={written} />}
    </section>
  );
}

function Result({ job, written }: { readonly job: Job; readonly written: Written }) {
  const { desktop } = useClient().transport;
  const act = useMutation({ mutationFn: (action: () => Promise<unknown>) => action() });
  if (!written.isThere) {
    return job.state === 'succeeded' ? (
      <p>{say('There is nothing at {folder} any more.', { folder: written.folder })}</p>
    ) : null;
  }
  const hasReport = written.report !== null && job.state !== 'running';
  return (
    <>
      <p className={styles.path} data-testid="written">
        {written.folder}
      </p>
      <div className={styles.actions}>
        {desktop === null ? (
          <CopyButton path={written.folder} />
        ) : (
          <Button
            variant="outlined"
            startIcon={<FolderOpen size={16} aria-hidden />}
            onClick={() => {
              act.mutate(() => desktop.openExport(job.id));
            }}
          >
            {say('Open the folder')}
          </Button>
        )}
        {hasReport && desktop === null && (
          <Button
            variant="outlined"
            startIcon={<ExternalLink size={16} aria-hidden />}
            href={assetPaths.report(job.id)}
            target="_blank"
            rel="noreferrer"
          >
            {say('Open the report')}
          </Button>
        )}
        {hasReport && desktop !== null && (
          <Button
            variant="outlined"
            startIcon={<FileText size={16} aria-hidden />}
            loading={act.isPending}
            onClick={() => {
              act.mutate(() => desktop.saveReportPdf(job.id));
            }}
          >
            {say('Save the report as PDF')}
          </Button>
        )}
      </div>
      {hasReport && desktop === null && (
        <p className={styles.quiet}>
          {say('To print it or to keep it as PDF, open it and choose «Print» in the browser.')}
        </p>
      )}
      {act.error && <ErrorNotice title={say('That did not work')} error={act.error} />}
      <Failures written={written} />
    </>
  );
}

function CopyButton({ path }: { readonly path: string }) {
  const [copied, setCopied] = useState(false);
  const copy = useMutation({
    mutationFn: () => navigator.clipboard.writeText(path),
    onSuccess: () => {
      setCopied(true);
    },
  });
  return (
    <>
      <Button
        variant="outlined"
        startIcon={<Copy size={16} aria-hidden />}
        onClick={() => {
          copy.mutate();
        }}
      >
        {say('Copy the path')}
      </Button>
      <span role="status" className={styles.quiet}>
        {copied
          ? say('Copied')
          : copy.isError
            ? say('The browser does not allow it; select the path instead')
            : ''}
      </span>
    </>
  );
}

const mostFailures = 10;

function Failures({ written }: { readonly written: Written }) {
  const failures = written.runs.flatMap((run) => run.failures);
  const count = written.runs.reduce((sum, run) => sum + run.counts.failed, 0);
  if (count === 0) return null;
  return (
    <ul className={styles.failures} aria-label={say('What could not be written')}>
      {failures.slice(0, mostFailures).map(({ path, message }) => (
        <li key={path}>
          <span className={styles.path}>{path}</span> {message}
        </li>
      ))}
      {count > mostFailures && (
        <li className={styles.quiet}>
          {say('and {count} more; export.json names them', { count: count - mostFailures })}
        </li>
      )}
    </ul>
  );
}
