import Button from '@mui/material/Button';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress } from '../../state/address.ts';
import { useIsClosed } from '../../state/readings.ts';
import { useDecisionStore } from '../../state/decisions.ts';
import { useDecisionKeeper } from '../../state/verdicts.ts';
import { say } from '../../texts/say.ts';
import styles from './banners.module.css';

/** Decisions that could not be stored: what happened, where they are meanwhile, and again. Nothing where all is stored. */
export function UnsavedNotice() {
  const error = useDecisionStore((state) => state.unsaved.find((each) => each.error !== null)?.error ?? null);
  const count = useDecisionStore((state) => state.unsaved.length);
  const isKept = useDecisionStore((state) => state.isKept);
  const keeper = useDecisionKeeper();
  const isClosed = useIsClosed(useAddress('datasetId').datasetId);
  if (error === null) return null;
  const needsChoice = error.code === 'needs-choice';
  return (
    <div className={styles.unsaved} data-testid="unsaved">
      <ErrorNotice
        title={
          isKept
            ? say(
                '{count, plural, one {# decision is not stored yet. It is kept on this computer and tried again.} other {# decisions are not stored yet. They are kept on this computer and tried again.}}',
                { count },
              )
            : say(
                '{count, plural, one {# decision is not stored and is in this window alone: leave it open.} other {# decisions are not stored and are in this window alone: leave it open.}}',
                { count },
              )
        }
        error={
          new WorkbenchError(
            error.code === 'internal' ? 'unavailable' : error.code,
            // A message names the file.
            isClosed && needsChoice
              ? say(
                  'An image was judged again meanwhile. Yours is older: store it all the same, or give it up.',
                )
              : error.message,
          )
        }
        {...(needsChoice
          ? {}
          : {
              onRetry: () => {
                keeper.retry();
              },
            })}
      />
      {needsChoice && (
        <Button
          variant="outlined"
          onClick={() => {
            keeper.retry(true);
          }}
        >
          {say('Store it all the same')}
        </Button>
      )}
      {(needsChoice || error.code === 'not-found') && (
        <Button onClick={keeper.discardFailed}>{say('Give up')}</Button>
      )}
    </div>
  );
}
