import Button from '@mui/material/Button';
import { FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { useClient } from '../state/client-context.ts';
import { say } from '../texts/say.ts';
import { FolderDialog } from './folder-dialog.tsx';

/** Chooses a folder in the system's dialog or, in a browser, in the workbench's own. */
export function FolderButton({ onChoose }: { readonly onChoose: (folder: string) => void }) {
  const { pickers } = useClient().transport;
  const [choosing, setChoosing] = useState(false);
  const choose = (folder: string | null) => {
    setChoosing(false);
    if (folder !== null) onChoose(folder);
  };
  const openDialog = async () => {
    if (pickers === null) setChoosing(true);
    else choose(await pickers.pickFolder());
  };
  return (
    <>
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
    </>
  );
}
