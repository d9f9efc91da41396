import { useEffect, useMemo, useRef } from 'react';
import { useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import type { Command } from '../../state/commands.ts';
import type { ActionId } from '../../state/key-map.ts';
import { useActionKeys } from '../../state/keys.ts';
import { composeShell, recentIdOf } from '../../state/native-menu.ts';
import { useDatasets, useRuns } from '../../state/queries.ts';
import { recentSets, useRecentStore } from '../../state/recent-cleared.ts';
import { useCommands } from './use-commands.ts';

/** Keeps the commands reachable by their keys and, in a window of its own, by the native menu and the program's icon. */
export function DesktopLink() {
  const commands = useCommands();
  useCommandKeys(commands);
  useNativeShell(commands);
  return null;
}

/** The search opens by its own key, where it is. */
const ownKeys: ReadonlySet<string> = new Set(['search.open', 'keys.open']);

function useCommandKeys(commands: readonly Command[]): void {
  const handlers = useMemo(() => {
    const bound: Partial<Record<ActionId, () => void>> = {};
    for (const { actionId, isEnabled, run, id } of commands)
      if (actionId !== undefined && isEnabled && !ownKeys.has(id)) bound[actionId] = run;
    return bound;
  }, [commands]);
  useActionKeys('everywhere', handlers);
}

function useNativeShell(commands: readonly Command[]): void {
  const { desktop } = useClient().transport;
  const { data: datasets } = useDatasets();
  const clearedAtMs = useRecentStore((state) => state.clearedAtMs);
  const { data: runs } = useRuns();
  const runsNow = useRef(runs);
  const latest = useRef(commands);
  useEffect(() => {
    runsNow.current = runs;
    latest.current = commands;
  });
  useEffect(
    () =>
      desktop?.onShellEvent((event) => {
        const { go } = useAddressStore.getState();
        if (event.kind === 'folder') {
          go({ view: 'add', path: event.path, layout: null });
          return;
        }
        const datasetId = recentIdOf(event.id);
        if (datasetId !== null)
          go({
            view: 'images',
            datasetId,
            runId: runsNow.current?.find((run) => run.datasetId === datasetId)?.id ?? null,
            imageId: null,
            className: null,
          });
        else latest.current.find(({ id, isEnabled }) => id === event.id && isEnabled)?.run();
      }),
    [desktop],
  );
  const shell = useMemo(
    () =>
      desktop &&
      JSON.stringify(
        composeShell({
          platform: desktop.platform,
          commands,
          recent: recentSets(datasets ?? [], clearedAtMs),
        }),
      ),
    [desktop, commands, datasets, clearedAtMs],
  );
  // As text, so that what stays the same is not sent again.
  useEffect(() => {
    if (desktop === null || shell === null) return;
    desktop
      .showShell(JSON.parse(shell) as Parameters<typeof desktop.showShell>[0])
      .catch((error: unknown) => {
        console.error('The menu could not be shown.', error);
      });
  }, [desktop, shell]);
}
