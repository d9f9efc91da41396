import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { FolderDialog } from '../../components/folder-dialog.tsx';
import { useClient } from '../../state/client-context.ts';
import { say } from '../../texts/say.ts';
import styles from './export-view.module.css';

interface TargetFieldProps {
  readonly value: string;
  readonly onChange: (folder: string) => void;
}

/** The folder that is written to: typed, or chosen in a dialog. It need not be there yet. */
export function TargetField({ value, onChange }: TargetFieldProps) {
  const { pickers } = useClient().transport;
  const [choosing, setChoosing] = useState(false);
  const choose = (folder: string | null) => {
    setChoosing(false);
    if (folder !== null) onChange(folder);
  };
  const openDialog = async () => {
    if (pickers === null) setChoosing(true);
    else choose(await pickers.pickFolder());
  };
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
      <Button
        variant="outlined"
        startIcon={<FolderOpen size={16} aria-hidden />}
        onClick={() => void openDialog()}
      >
        {say('Choose a folder')}
      </Button>
      {choosing && (
        <FolderDialog
          kind="folder"
          title={say('Choose a folder')}
          startPath={null}
          onChoose={choose}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </div>
  );
}
