import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useMutation, useQuery } from '@tanstack/react-query';
import { FileOutput, FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { PromptSet } from '../../../src-shared/domain/model.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { FolderDialog, joinPath } from '../../components/folder-dialog.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { useClient } from '../../state/client-context.ts';
import { promptFileName, type PromptFileFormat } from '../../state/model-words.ts';
import { say } from '../../texts/say.ts';
import styles from './models-view.module.css';

/** Writes learned prompts into a file for other programs. */
export function ExportPromptsButton({ promptSet }: { readonly promptSet: PromptSet }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <TipButton
        icon={FileOutput}
        label={say('Export {name}', { name: promptSet.name })}
        onClick={() => {
          setOpen(true);
        }}
      />
      {open && (
        <ExportPromptsDialog
          promptSet={promptSet}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

interface ExportPromptsDialogProps {
  readonly promptSet: PromptSet;
  readonly onClose: () => void;
}

function ExportPromptsDialog({ promptSet, onClose }: ExportPromptsDialogProps) {
  const client = useClient();
  const { pickers } = client.transport;
  const info = useQuery({ queryKey: ['app'], queryFn: () => client.call('app.info', {}) });
  const [format, setFormat] = useState<PromptFileFormat>('safetensors');
  const [folder, setFolder] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [choosing, setChoosing] = useState(false);
  const place = folder ?? info.data?.homeFolder;
  const file = (typed ?? (place === undefined ? '' : joinPath(place, promptFileName(promptSet, format)))).trim();
  const write = useMutation({
    mutationFn: (overwrite: boolean) =>
      client.call('prompts.export', { promptSetId: promptSet.id, format, file, overwrite }),
  });
  const isThere = write.error instanceof WorkbenchError && write.error.code === 'already-exists';
  const takeFolder = (picked: string | null) => {
    setChoosing(false);
    if (picked === null) return;
    write.reset();
    setTyped(null);
    setFolder(picked);
  };
  const chooseFolder = async () => {
    if (pickers === null) setChoosing(true);
    else takeFolder(await pickers.pickFolder());
  };
  return (
    <Dialog open onClose={onClose} maxWidth="sm" fullWidth>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (file !== '' && !write.isPending) write.mutate(isThere);
        }}
      >
        <DialogTitle>{say('Export «{name}»', { name: promptSet.name })}</DialogTitle>
        <DialogContent className={styles.questions}>
          <LabelledSelect
            label={say('Format')}
            value={format}
            options={[
              { value: 'safetensors', name: say('safetensors, with where the prompts come from') },
              { value: 'torch', name: say('.pth, as the released code reads it') },
            ]}
            onChange={(value) => {
              write.reset();
              setTyped(null);
              setFormat(value === 'torch' ? 'torch' : 'safetensors');
            }}
          />
          <TextField
            autoFocus
            fullWidth
            margin="dense"
            label={say('File')}
            value={typed ?? file}
            onChange={(event) => {
              write.reset();
              setTyped(event.target.value);
            }}
            slotProps={{
              htmlInput: { spellCheck: false, autoComplete: 'off' },
              inputLabel: { shrink: true },
            }}
          />
          <Button
            variant="outlined"
            sx={{ alignSelf: 'flex-start' }}
            startIcon={<FolderOpen size={16} aria-hidden />}
            onClick={() => void chooseFolder()}
          >
            {say('Choose a folder')}
          </Button>
          {write.data && <p role="status">{say('Written to {file}', { file: write.data.file })}</p>}
          {write.error && <ErrorNotice title={say('The file was not written')} error={write.error} />}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{write.data ? say('Close') : say('Cancel')}</Button>
          <Button type="submit" variant="contained" disabled={file === ''} loading={write.isPending}>
            {isThere ? say('Replace the file') : say('Write')}
          </Button>
        </DialogActions>
      </form>
      {choosing && (
        <FolderDialog
          kind="folder"
          title={say('Choose a folder')}
          startPath={null}
          onChoose={takeFolder}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </Dialog>
  );
}
