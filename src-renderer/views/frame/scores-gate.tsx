import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { EyeOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { showScores, useIsClosed } from '../../state/readings.ts';
import { say } from '../../texts/say.ts';

/** Shows a view that tells scores or labels of many images, or why it is closed. */
export function ScoresGate({ children }: { readonly children: ReactNode }) {
  const { datasetId } = useAddress('datasetId');
  const isClosed = useIsClosed(datasetId);
  return isClosed && datasetId !== null ? <Closed datasetId={datasetId} /> : children;
}

function Closed({ datasetId }: { readonly datasetId: number }) {
  const go = useAddressStore((state) => state.go);
  const client = useClient();
  const opening = useMutation({ mutationFn: () => showScores(client, datasetId) });
  return (
    <EmptyState
      isPage
      icon={EyeOff}
      title={say('Closed while you read blinded')}
      action={
        <>
          <Button
            variant="contained"
            onClick={() => {
              go({ view: 'review' });
            }}
          >
            {say('Go on reading')}
          </Button>
          <Button
            variant="outlined"
            loading={opening.isPending}
            onClick={() => {
              opening.mutate();
            }}
          >
            {say('Show scores anyway')}
          </Button>
          {opening.error && <ErrorNotice title={say('The scores stay closed')} error={opening.error} />}
        </>
      }
    >
      {say(
        'This view tells scores and labels. It opens by itself when every image of the data set has a verdict. Opened before that, it is noted for good, and later verdicts no longer count as blinded.',
      )}
    </EmptyState>
  );
}
