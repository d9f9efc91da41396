import Divider from '@mui/material/Divider';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { useMutation } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import type { Dataset, FolderState } from '../../../src-shared/domain/dataset.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { TipButton } from '../../components/tip-button.tsx';
import { useClient } from '../../state/client-context.ts';
import { say } from '../../texts/say.ts';
import { useRelocation } from './missing-folder.tsx';
import { RemoveDataset } from './remove-dataset.tsx';
import { RenameDataset } from './rename-dataset.tsx';

interface DatasetMenuProps {
  readonly dataset: Dataset;
  readonly folder: FolderState | undefined;
  readonly onDetails: () => void;
}

/** What can be done with a data set besides looking at it. */
export function DatasetMenu({ dataset, folder, onDetails }: DatasetMenuProps) {
  const client = useClient();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [asking, setAsking] = useState<'remove' | 'rename' | null>(null);
  const relocation = useRelocation(dataset);
  const isWatched = dataset.watch !== undefined;
  const lookAgain = useMutation({
    mutationFn: () => client.call('datasets.import', { path: dataset.root, layout: dataset.layout }),
  });
  const watch = useMutation({
    mutationFn: () => client.call('datasets.watch', { datasetId: dataset.id, watch: !isWatched }),
  });
  const stopAsking = () => {
    setAsking(null);
  };
  const item = (words: string, act: () => void, disabled = false) => (
    <MenuItem
      disabled={disabled}
      onClick={() => {
        setAnchor(null);
        act();
      }}
    >
      {words}
    </MenuItem>
  );
  return (
    <>
      <TipButton
        icon={Ellipsis}
        label={say('More about {name}', { name: dataset.name })}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      />
      <Menu
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => {
          setAnchor(null);
        }}
      >
        {item(say('Show everything about it…'), onDetails)}
        {item(say('Rename…'), () => {
          setAsking('rename');
        })}
        <Divider />
        {item(
          say('Look through its folder again'),
          () => {
            lookAgain.mutate();
          },
          dataset.state === 'importing' || (folder !== undefined && folder.state !== 'there'),
        )}
        {item(isWatched ? say('Stop watching its folder') : say('Watch its folder for new files'), () => {
          watch.mutate();
        })}
        {item(say('Its folder is elsewhere now…'), () => void relocation.choose())}
        <Divider />
        {item(say('Remove from the workbench…'), () => {
          setAsking('remove');
        })}
      </Menu>
      {[lookAgain.error, watch.error].map(
        (error, index) =>
          error && (
            <ErrorNotice
              key={index}
              title={say('«{name}» stays as it was', { name: dataset.name })}
              error={error}
            />
          ),
      )}
      {relocation.dialog}
      {asking === 'rename' && <RenameDataset dataset={dataset} onClose={stopAsking} />}
      <RemoveDataset dataset={dataset} open={asking === 'remove'} onClose={stopAsking} />
    </>
  );
}
