import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import type { MethodId, MethodInfo } from '../../../src-shared/domain/method.ts';
import { useAddressStore } from '../../state/address.ts';
import { say, sayKnown } from '../../texts/say.ts';
import styles from './method-choice.module.css';

interface MethodChoiceProps {
  readonly methods: readonly MethodInfo[];
  readonly chosen: readonly MethodId[];
  readonly hasModel: boolean;
  readonly onChoose: (methodIds: readonly MethodId[]) => void;
}

/** Every method with a sentence; several can be chosen. One that cannot run says what is missing and offers to mend it. */
export function MethodChoice({ methods, chosen, hasModel, onChoose }: MethodChoiceProps) {
  const go = useAddressStore((state) => state.go);
  return (
    <div role="group" aria-labelledby="method-title">
      {methods.map((method) => {
        const missing = method.unavailable !== null;
        const isChosen = chosen.includes(method.id);
        return (
          <div key={method.id} className={styles.method} data-chosen={isChosen}>
            <label className={styles.label}>
              <Checkbox
                size="small"
                disabled={missing}
                checked={isChosen}
                onChange={(_, checked) => {
                  const others = chosen.filter((id) => id !== method.id);
                  onChoose(checked ? [...others, method.id] : others);
                }}
              />
              <span>
                <span className={styles.name}>{method.name}</span>
                <span className={styles.quiet}>{sayKnown(method.summary)}</span>
                {missing && <span className={styles.missing}>{method.unavailable}</span>}
              </span>
            </label>
            {missing && (
              <Button
                variant="outlined"
                sx={{ flex: 'none' }}
                aria-label={
                  hasModel
                    ? say('Import prompts for {method}', { method: method.name })
                    : say('Add a model for {method}', { method: method.name })
                }
                onClick={() => {
                  go({ view: 'models' });
                }}
              >
                {hasModel ? say('Import prompts') : say('Add a model')}
              </Button>
            )}
          </div>
        );
      })}
    </div>
  );
}
