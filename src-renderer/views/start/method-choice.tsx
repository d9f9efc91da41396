import Checkbox from '@mui/material/Checkbox';
import type { MethodId, MethodInfo } from '../../../src-shared/domain/method.ts';
import styles from './method-choice.module.css';

interface MethodChoiceProps {
  readonly methods: readonly MethodInfo[];
  readonly chosen: readonly MethodId[];
  readonly onChoose: (methodIds: readonly MethodId[]) => void;
}

/** Every method with a sentence; several can be chosen. One that cannot run says what is missing. */
export function MethodChoice({ methods, chosen, onChoose }: MethodChoiceProps) {
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
                <span className={styles.quiet}>{method.summary}</span>
                {missing && <span className={styles.missing}>{method.unavailable}</span>}
              </span>
            </label>
          </div>
        );
      })}
    </div>
  );
}
