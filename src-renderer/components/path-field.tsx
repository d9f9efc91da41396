import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { FolderOpen } from 'lucide-react';
import { useState } from 'react';
import type { FileKind } from '../../src-shared/contract/wire.ts';
import { useClient } from '../state/client-context.ts';
import { say } from '../texts/say.ts';
import { FolderDialog } from './folder-dialog.tsx';
import styles from './path-field.module.css';

interface PathFieldProps {
  readonly label: string;
  readonly kind: 'folder' | { readonly file: FileKind };
  /** Of a folder field: files that may be chosen in a folder's place. */
  readonly alsoFiles?: { readonly pattern: RegExp; readonly chooseLabel: string };
  readonly value: string;
  readonly onChange: (path: string) => void;
  /** Called with a path that is settled: chosen in a dialog, or Enter. */
  readonly onSubmit: (path: string) => void;
  readonly submitLabel: string;
  readonly pending: boolean;
  /** It was done for the path that stands there: another button is the next step. */
  readonly isDone?: boolean;
}

/** A path that can be typed, or chosen in the system's dialog or, in a browser, in the workbench's own. */
export function PathField(props: PathFieldProps) {
  const { label, kind, value, onChange, onSubmit, alsoFiles } = props;
  const { pickers } = useClient().transport;
  const [choosing, setChoosing] = useState(false);
  const isFolder = kind === 'folder';
  const chooseWords = isFolder ? say('Choose a folder') : say('Choose a file');

  const choose = (path: string | null) => {
    setChoosing(false);
    if (path === null) return;
    onChange(path);
    onSubmit(path);
  };
  const openDialog = async () => {
    if (pickers === null) setChoosing(true);
    else choose(await (kind === 'folder' ? pickers.pickFolder() : pickers.pickFile(kind.file)));
  };

  return (
    <form
      className={styles.row}
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() !== '') onSubmit(value.trim());
      }}
    >
      <TextField
        autoFocus
        label={label}
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
        {chooseWords}
      </Button>
      {alsoFiles && pickers !== null && (
        <Button
          variant="outlined"
          onClick={() => {
            void pickers.pickFile('any').then(choose);
          }}
        >
          {alsoFiles.chooseLabel}
        </Button>
      )}
      <Button
        variant={props.isDone === true ? 'outlined' : 'contained'}
        type="submit"
        disabled={value.trim() === ''}
        loading={props.pending}
      >
        {props.submitLabel}
      </Button>
      {choosing && (
        <FolderDialog
          kind={isFolder ? 'folder' : 'file'}
          title={chooseWords}
          {...(alsoFiles ? { alsoFiles: alsoFiles.pattern } : {})}
          startPath={null}
          onChoose={choose}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </form>
  );
}
