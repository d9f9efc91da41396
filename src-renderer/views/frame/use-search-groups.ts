import { useMemo } from 'react';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useAppearanceStore } from '../../state/appearance.ts';
import { formatMoment, formatNoun } from '../../state/format.ts';
import { useImageColumns } from '../../state/image-columns.ts';
import { usePanelStore } from '../../state/panels.ts';
import { useDatasets, useModels, usePromptSets, useRuns } from '../../state/queries.ts';
import { runTitle } from '../../state/run-words.ts';
import type { SearchGroup } from '../../state/search.ts';
import { say } from '../../texts/say.ts';
import { allPlaces } from './rail.tsx';

/** Everything that the search finds, the nearest first. */
export function useSearchGroups(): readonly SearchGroup[] {
  const { datasetId, runId } = useAddress();
  const { data: datasets } = useDatasets();
  const { data: runs } = useRuns();
  const { data: models } = useModels();
  const { data: promptSets } = usePromptSets();
  const { data: columns } = useImageColumns(datasetId);
  const images = useMemo(() => {
    const { go } = useAddressStore.getState();
    return (columns?.paths ?? []).map((path, row) => ({
      key: `image ${path}`,
      title: path,
      detail: columns?.classNames[columns.classes[row] ?? 0] ?? '',
      open: () => {
        const imageId = columns?.imageIds[row] ?? null;
        go({ view: 'review', imageId, className: null });
      },
    }));
  }, [columns]);
  return useMemo(() => {
    const { go } = useAddressStore.getState();
    const { setJobsOpen, setKeysOpen } = usePanelStore.getState();
    const { choose } = useAppearanceStore.getState();
    const dataset = datasets?.find(({ id }) => id === datasetId);
    const own = runs?.filter((run) => run.datasetId === datasetId && run.scoredCount > 0) ?? [];
    const exportable = own.find(({ id }) => id === runId) ?? own[0];
    const names = { models: models ?? [], promptSets: promptSets ?? [] };
    const views = allPlaces.map(({ view, name }) => ({
      key: `view ${view}`,
      title: name,
      detail: '',
      open: () => {
        go({ view });
      },
    }));
    const action = (title: string, open: () => void, detail = '') => ({
      key: `action ${title}`,
      title,
      detail,
      open,
    });
    const actions = [
      action('Add a folder', () => {
        go({ view: 'add', path: null, layout: null });
      }),
      ...(dataset !== undefined && dataset.imageCount > 0
        ? [
            action(
              'Start a run',
              () => {
                go({ view: 'start' });
              },
              dataset.name,
            ),
          ]
        : []),
      ...(exportable === undefined
        ? []
        : [
            action(
              say('Export and report'),
              () => {
                go({ view: 'export', datasetId: exportable.datasetId, runId: exportable.id });
              },
              dataset?.name,
            ),
          ]),
      action('Show jobs', () => {
        setJobsOpen(true);
      }),
      action('Show all keys', () => {
        setKeysOpen(true);
      }),
      action('Use the dark theme', () => {
        choose('dark');
      }),
      action('Use the light theme', () => {
        choose('light');
      }),
    ];
    return [
      { name: 'Views', isShownEmpty: true, items: views },
      { name: 'Actions', isShownEmpty: true, items: actions },
      {
        name: 'Data sets',
        isShownEmpty: true,
        items: (datasets ?? []).map(({ id, name, imageCount }) => ({
          key: `dataset ${id}`,
          title: name,
          detail: formatNoun(imageCount, 'image'),
          open: () => {
            const newest = runs?.find((run) => run.datasetId === id);
            go({
              view: 'images',
              datasetId: id,
              runId: newest?.id ?? null,
              imageId: null,
              className: null,
            });
          },
        })),
      },
      {
        name: 'Runs',
        isShownEmpty: false,
        items: (runs ?? []).map((run) => ({
          key: `run ${run.id}`,
          title: runTitle(run, names),
          detail: [datasets?.find(({ id }) => id === run.datasetId)?.name, formatMoment(run.createdAtMs)]
            .filter((part) => part !== undefined)
            .join(' · '),
          open: () => {
            go({
              view: 'review',
              datasetId: run.datasetId,
              runId: run.id,
              imageId: null,
              className: null,
            });
          },
        })),
      },
      { name: 'Images', isShownEmpty: false, items: images },
    ];
  }, [datasetId, runId, datasets, runs, models, promptSets, images]);
}
