import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { useQuery } from '@tanstack/react-query';
import { Folder } from 'lucide-react';
import { useClient } from '../../state/client-context.ts';
import type { DroppedThing } from '../../state/dropped.ts';
import { say } from '../../texts/say.ts';
import styles from './add-view.module.css';

interface DroppedNoticeProps {
  readonly dropped: DroppedThing;
  readonly onChoose: (path: string) => void;
}

/** A browser tells a page no path: says so, and offers the folders of that name that hold the same files. */
export function DroppedNotice({ dropped, onChoose }: DroppedNoticeProps) {
  const client = useClient();
  const { name, kind, entries } = dropped;
  const isFolder = kind === 'folder';
  const found = useQuery({
    queryKey: ['found-folders', name, entries],
    queryFn: async () => (await client.call('folders.find', { name, entries: entries.slice(0, 50) })).paths,
    enabled: isFolder,
    gcTime: 0,
    staleTime: 0,
  });
  const paths = found.data ?? [];
  return (
    <div className={styles.found} role="status">
      <p>
        {isFolder
          ? say('A browser does not tell a page where «{name}» lies.', { name })
          : say(
              'A browser does not tell a page where «{name}» lies. Choose the folder that holds it, or type its path above.',
              { name },
            )}{' '}
        {isFolder && paths.length > 0 && say('Is it one of these?')}
        {isFolder &&
          !found.isPending &&
          paths.length === 0 &&
          say('It was not found at the usual places either: choose it, or type its path above.')}
      </p>
      {isFolder && found.isPending && (
        <LinearProgress aria-label={say('Looking for the folder')} sx={{ width: '100%' }} />
      )}
      {paths.map((path) => (
        <Button
          key={path}
          variant="outlined"
          startIcon={<Folder size={16} aria-hidden />}
          onClick={() => {
            onChoose(path);
          }}
        >
          <span className={styles.foundPath}>{path}</span>
        </Button>
      ))}
    </div>
  );
}
