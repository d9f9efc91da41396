import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import { useMutation } from '@tanstack/react-query';
import { ArrowUp, CircleCheck, TriangleAlert } from 'lucide-react';
import { useId } from 'react';
import type { ProviderId } from '../../../src-shared/domain/compute-settings.ts';
import { messageOf } from '../../components/error-notice.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { useClient } from '../../state/client-context.ts';
import { providerTitle, shortened } from '../../state/compute-words.ts';
import { say } from '../../texts/say.ts';
import styles from './settings-view.module.css';

interface ProviderRowProps {
  readonly provider: ProviderId;
  readonly remark: string | null;
  readonly chosen: boolean;
  /** Null: it cannot be taken out. */
  readonly onChoose: ((chosen: boolean) => void) | null;
  /** Null: it is the first, or is not tried. */
  readonly onEarlier: (() => void) | null;
}

/** One thing that can compute: whether and when it is tried, and whether it works. */
export function ProviderRow({ provider, remark, chosen, onChoose, onEarlier }: ProviderRowProps) {
  const client = useClient();
  const nameId = useId();
  const trial = useMutation({ mutationFn: () => client.call('app.tryProvider', { provider }) });
  const name = providerTitle(provider);
  return (
    <li className={styles.provider}>
      <Checkbox
        size="small"
        checked={chosen}
        disabled={onChoose === null}
        onChange={(_, checked) => onChoose?.(checked)}
        slotProps={{ input: { 'aria-labelledby': nameId } }}
      />
      <div>
        <span id={nameId}>{name}</span>
        {remark !== null && <span className={styles.quiet}>{remark}</span>}
        <span role="status" className={styles.trial}>
          {trial.isSuccess && (
            <>
              <CircleCheck size={14} aria-hidden />
              {say('It works: a product of 256 × 256 numbers took {duration} ms.', {
                duration: trial.data.durationMs.toFixed(1),
              })}
            </>
          )}
          {trial.error && (
            <>
              <TriangleAlert size={14} color="var(--unsure)" aria-hidden />
              {say('It does not work here: {reason}', { reason: shortened(messageOf(trial.error)) })}
            </>
          )}
        </span>
      </div>
      {onEarlier !== null && (
        <TipButton icon={ArrowUp} label={say('Try {name} earlier', { name })} onClick={onEarlier} />
      )}
      <Button
        variant="outlined"
        size="small"
        loading={trial.isPending}
        aria-label={say('Test {name}', { name })}
        onClick={() => {
          trial.mutate();
        }}
      >
        {say('Test')}
      </Button>
    </li>
  );
}
