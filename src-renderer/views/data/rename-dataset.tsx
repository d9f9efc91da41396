import { useMutation } from '@tanstack/react-query';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { NameDialog } from '../../components/name-dialog.tsx';
import { useClient } from '../../state/client-context.ts';
import { useDatasets } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';

interface RenameDatasetProps {
  readonly dataset: Dataset;
  readonly onClose: () => void;
}

/** Asks for a data set's new name; its folder keeps its own. */
export function RenameDataset({ dataset, onClose }: RenameDatasetProps) {
  const client = useClient();
  const { data: datasets = [] } = useDatasets();
  const rename = useMutation({
    mutationFn: (name: string) => client.call('datasets.rename', { datasetId: dataset.id, name }),
    onSuccess: onClose,
  });
  return (
    <NameDialog
      title={say('Rename the data set')}
      action={say('Rename')}
      name={dataset.name}
      mostLetters={200}
      mustDiffer
      isPending={rename.isPending}
      error={rename.error}
      errorTitle={say('It keeps its name')}
      hint={(name) =>
        datasets.some((each) => each.id !== dataset.id && each.name === name)
          ? say('Another data set has this name too. Both can be.')
          : say('Its folder keeps its own name.')
      }
      onSubmit={(name) => {
        rename.mutate(name);
      }}
      onClose={onClose}
    />
  );
}
