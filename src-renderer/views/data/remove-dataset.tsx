import { useMutation, useQuery } from '@tanstack/react-query';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { addressActions, useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { useRuns } from '../../state/queries.ts';
import { useVerdicts } from '../../state/verdicts.ts';
import { say } from '../../texts/say.ts';

interface RemoveDatasetProps {
  readonly dataset: Dataset;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** The question before a data set goes: what is lost with it and what is not. */
export function RemoveDataset({ dataset, open, onClose }: RemoveDatasetProps) {
  const client = useClient();
  const { replace } = addressActions;
  const remove = useMutation({
    mutationFn: () => client.call('datasets.remove', { datasetId: dataset.id }),
    onSuccess: () => {
      onClose();
      if (useAddressStore.getState().address.datasetId === dataset.id) {
        replace({ datasetId: null, runId: null, imageId: null, className: null });
      }
    },
  });
  return (
    <ConfirmDialog
      open={open}
      title={say('Remove «{name}»?', { name: dataset.name })}
      action={say('Remove')}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => {
        remove.mutate();
      }}
      onClose={onClose}
    >
      {open && <WhatIsLost dataset={dataset} />}
    </ConfirmDialog>
  );
}

function WhatIsLost({ dataset }: { readonly dataset: Dataset }) {
  const client = useClient();
  const { data: runs = [] } = useRuns();
  const { values, noted } = useVerdicts(dataset.id);
  const thresholds = useQuery({
    queryKey: ['operating-points-of', dataset.id],
    queryFn: async () =>
      (await client.call('operatingPoints.list', { datasetId: dataset.id })).operatingPoints.length,
    gcTime: 0,
  });
  const runCount = runs.filter(({ datasetId }) => datasetId === dataset.id).length;
  return (
    <>
      {say(
        'What is lost: {runCount, plural, one {# run with its scores} other {# runs with their scores}}, {verdictCount, plural, one {# verdict} other {# verdicts}}, {noteCount, plural, one {# note} other {# notes}}, {thresholdCount, plural, one {# saved threshold} other {# saved thresholds}}.',
        {
          runCount,
          verdictCount: values.size,
          noteCount: noted.size,
          thresholdCount: thresholds.data ?? 0,
        },
      )}
      <br />
      {say('What stays: every file in {root}, untouched, and what was exported.', { root: dataset.root })}
    </>
  );
}
