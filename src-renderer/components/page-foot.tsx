import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { say } from '../texts/say.ts';
import { ErrorNotice } from './error-notice.tsx';
import styles from './page.module.css';

interface PageFootProps {
  /** The buttons that start it. */
  readonly children: ReactNode;
  /** What it costs, or why it cannot be started. */
  readonly cost: string;
  readonly costTestId: string;
  readonly errorTitle: string;
  readonly error: unknown;
}

/** The foot of a page that sets something up, always in sight: what starts it, the way back, and what it costs. */
export function PageFoot({ children, cost, costTestId, errorTitle, error }: PageFootProps) {
  return (
    <div className={styles.foot}>
      {children}
      <Button
        onClick={() => {
          window.history.back();
        }}
      >
        {say('Cancel')}
      </Button>
      <p className={styles.cost} role="status" data-testid={costTestId}>
        {cost}
      </p>
      {error !== null && <ErrorNotice title={errorTitle} error={error} />}
    </div>
  );
}
