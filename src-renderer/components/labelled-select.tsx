import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import { useId } from 'react';
import styles from './labelled-select.module.css';

interface LabelledSelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly name: string }[];
  readonly onChange: (value: string) => void;
  readonly disabled?: boolean;
}

/** A choice of a few, its name beside it. */
export function LabelledSelect({ label, value, options, onChange, disabled }: LabelledSelectProps) {
  const labelId = useId();
  return (
    <div className={styles.row}>
      <span id={labelId} className={styles.label}>
        {label}
      </span>
      <Select
        value={value}
        displayEmpty
        disabled={disabled ?? false}
        onChange={(event) => {
          onChange(event.target.value);
        }}
        SelectDisplayProps={{ 'aria-labelledby': labelId }}
        labelId={labelId}
        sx={{ minWidth: 128, maxWidth: 280 }}
      >
        {options.map((option) => (
          <MenuItem key={option.value} value={option.value}>
            {option.name}
          </MenuItem>
        ))}
      </Select>
    </div>
  );
}
