import Button from '@mui/material/Button';
import { FolderSearch } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { useAddressStore } from '../../state/address.ts';
import { say } from '../../texts/say.ts';

interface DatasetNeededProps {
  /** What a data set is needed for here, in a sentence. */
  readonly purpose: string;
}

/** Stands where a view of one data set would be, as long as none is chosen. */
export function DatasetNeeded({ purpose }: DatasetNeededProps) {
  const go = useAddressStore((state) => state.go);
  return (
    <EmptyState
      isPage
      icon={FolderSearch}
      title={say('No data set is chosen')}
      action={
        <Button
          variant="contained"
          onClick={() => {
            go({ view: 'data' });
          }}
        >
          {say('Choose a data set')}
        </Button>
      }
    >
      {purpose}
    </EmptyState>
  );
}
