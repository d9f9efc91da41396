import { useMemo } from 'react';
import { useAddress, useAddressStore } from '../../state/address.ts';
import type { Command } from '../../state/commands.ts';
import { formatMoment } from '../../state/format.ts';
import { useImageColumns } from '../../state/image-columns.ts';
import { keyActions, showChord, type KeyMap } from '../../state/key-map.ts';
import { liveActions, useKeyStore } from '../../state/keys.ts';
import { useDatasets, useModels, usePromptSets, useRuns } from '../../state/queries.ts';
import { useIsClosed } from '../../state/readings.ts';
import { runTitle } from '../../state/run-words.ts';
import type { SearchGroup, SearchItem } from '../../state/search.ts';
import { say } from '../../texts/say.ts';
import { allPlaces } from './rail.tsx';
import { useCommands } from './use-commands.ts';

/** Everything that the search finds, the nearest first. */
export function useSearchGroups(): readonly SearchGroup[] {
  const { datasetId } = useAddress('datasetId');
  const { data: datasets } = useDatasets();
  const { data: runs } = useRuns();
  const { data: models } = useModels();
  const { data: promptSets } = usePromptSets();
  const { data: columns } = useImageColumns(datasetId);
  const isClosed = useIsClosed(datasetId);
  const images = useMemo(() => {
    const { go } = useAddressStore.getState();
    // Names and folders often say what the label does.
    return (isClosed ? [] : (columns?.paths ?? [])).map((path, row) => ({
      key: `image ${path}`,
      title: path,
      detail: columns?.classNames[columns.classes[row] ?? 0] ?? '',
      open: () => {
        const imageId = columns?.imageIds[row] ?? null;
        go({ view: 'review', imageId, className: null });
      },
    }));
  }, [columns, isClosed]);
  const commands = useCommands();
  const keyMap = useKeyStore((state) => state.keyMap);
  return useMemo(() => {
    const { go } = useAddressStore.getState();
    const names = { models: models ?? [], promptSets: promptSets ?? [] };
    const places = new Set(allPlaces.map(({ view }) => `view.${view}`));
    const offered = commands.filter(({ isEnabled, id }) => isEnabled && id !== 'search.open');
    const actions = offered.filter(({ id }) => !places.has(id)).map(toItem);
    return [
      {
        name: say('Views'),
        isShownEmpty: true,
        items: offered.filter(({ id }) => places.has(id)).map(toItem),
      },
      { name: say('Actions'), isShownEmpty: true, items: actions },
      { name: say('In this view'), isShownEmpty: false, items: inThisView(offered, keyMap) },
      {
        name: say('Data sets'),
        isShownEmpty: true,
        items: (datasets ?? []).map(({ id, name, imageCount }) => ({
          key: `dataset ${id}`,
          title: name,
          detail: say('{count, plural, one {# image} other {# images}}', { count: imageCount }),
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
        name: say('Runs'),
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
      { name: say('Images'), isShownEmpty: false, items: images },
    ];
  }, [commands, keyMap, datasets, runs, models, promptSets, images]);
}

function toItem({ id, title, detail = '', chord = null, run }: Command): SearchItem {
  return { key: `command ${id}`, title, detail, open: run, ...keyOf(chord) };
}

function keyOf(chord: string | null | undefined): Pick<SearchItem, 'keyName'> {
  return chord === null || chord === undefined ? {} : { keyName: showChord(chord) };
}

/** What the keys of the view that is open do, those aside that are commands everywhere. */
function inThisView(commands: readonly Command[], keyMap: KeyMap): readonly SearchItem[] {
  const known = new Set<string>(['search.open', ...commands.map(({ id }) => id)]);
  return liveActions()
    .filter(({ id }) => !known.has(id) && keyActions[id].scope !== 'everywhere')
    .map(({ id, run }) => ({
      key: `action ${id}`,
      title: keyActions[id].name,
      detail: keyActions[id].group,
      open: run,
      ...keyOf(keyMap[id][0]),
    }));
}
