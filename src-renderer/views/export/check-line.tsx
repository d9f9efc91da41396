import Checkbox from '@mui/material/Checkbox';
import { useId } from 'react';
import styles from './export-view.module.css';

interface CheckLineProps {
  readonly name: string;
  readonly detail: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** A box with a name and, quieter, what it means. */
export function CheckLine({ name, detail, checked, disabled = false, onChange }: CheckLineProps) {
  const id = useId();
  return (
    <label className={styles.check}>
      <Checkbox
        size="small"
        checked={checked}
        disabled={disabled}
        slotProps={{ input: { 'aria-labelledby': `${id}-name`, 'aria-describedby': `${id}-detail` } }}
        onChange={(_, isChecked) => {
          onChange(isChecked);
        }}
      />
      <span className={styles.checkText}>
        <span id={`${id}-name`}>{name}</span>
        <span id={`${id}-detail`} className={styles.quiet}>
          {detail}
        </span>
      </span>
    </label>
  );
}
