import Button from '@mui/material/Button';
import { TriangleAlert } from 'lucide-react';
import { WorkbenchError } from '../../src-shared/contract/errors.ts';
import { say } from '../texts/say.ts';
import styles from './error-notice.module.css';

interface ErrorNoticeProps {
  /** What was tried: «The folder could not be read». */
  readonly title: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** Says what happened and, in the error's own words, to which file and what to do. */
export function ErrorNotice({ title, error, onRetry }: ErrorNoticeProps) {
  return (
    <div className={styles.notice} role="alert">
      <TriangleAlert size={16} aria-hidden className={styles.icon} />
      <div className={styles.text}>
        <strong>{title}</strong>
        <p>{messageOf(error)}</p>
      </div>
      {onRetry && (
        <Button variant="outlined" onClick={onRetry}>
          {say('Try again')}
        </Button>
      )}
    </div>
  );
}

export function messageOf(error: unknown): string {
  if (error instanceof WorkbenchError && error.code === 'internal') {
    return say(
      'A defect of the workbench: {message}. What you decided is stored; please report this sentence.',
      { message: error.message },
    );
  }
  return error instanceof Error ? error.message : String(error);
}
