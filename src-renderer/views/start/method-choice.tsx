import Radio from '@mui/material/Radio';
import RadioGroup from '@mui/material/RadioGroup';
import { methodIdSchema, type MethodId, type MethodInfo } from '../../../src-shared/domain/method.ts';
import styles from './method-choice.module.css';

interface MethodChoiceProps {
  readonly methods: readonly MethodInfo[];
  readonly chosen: MethodId | null;
  readonly onChoose: (methodId: MethodId) => void;
}

/** Every method with a sentence; one that cannot run says what is missing and leads there. */
export function MethodChoice({ methods, chosen, onChoose }: MethodChoiceProps) {
  return (
    <RadioGroup
      aria-label="Method"
      value={chosen ?? ''}
      onChange={(_, value) => {
        onChoose(methodIdSchema.parse(value));
      }}
    >
      {methods.map((method) => {
        const missing = method.unavailable !== null;
        return (
          <div key={method.id} className={styles.method} data-chosen={method.id === chosen && !missing}>
            <label className={styles.label}>
              <Radio value={method.id} disabled={missing} size="small" />
              <span>
                <span className={styles.name}>{method.name}</span>
                <span className={styles.quiet}>{method.summary}</span>
                {missing && <span className={styles.missing}>{method.unavailable}</span>}
              </span>
            </label>
          </div>
        );
      })}
    </RadioGroup>
  );
}
