import TextField from '@mui/material/TextField';
import { FolderButton } from '../../components/folder-button.tsx';
import { say } from '../../texts/say.ts';
import styles from './export-view.module.css';

interface TargetFieldProps {
  readonly value: string;
  readonly onChange: (folder: string) => void;
}

/** The folder that is written to: typed, or chosen in a dialog. It need not be there yet. */
export function TargetField({ value, onChange }: TargetFieldProps) {
  return (
    <div className={styles.target}>
      <TextField
        label={say('Folder')}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
        slotProps={{
          htmlInput: { spellCheck: false, autoCapitalize: 'off', autoComplete: 'off' },
          inputLabel: { shrink: true },
        }}
      />
      <FolderButton onChoose={onChange} />
    </div>
  );
}
