import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { MethodResult } from '../../../src-shared/contract/methods.ts';
import { formatSize } from '../../../src-shared/text/format-size.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { FolderDialog } from '../../components/folder-dialog.tsx';
import { LabelledSelect } from '../../components/labelled-select.tsx';
import { useClient } from '../../state/client-context.ts';
import { diskPartTitle } from '../../state/disk-words.ts';
import { say } from '../../texts/say.ts';
import styles from './settings-view.module.css';
import { TakeAlongDialog } from './take-along-dialog.tsx';

const folderKey = ['data-folder'];
const diskKey = ['disk-use'];

/** Where everything is kept, what it takes, and another place for the next start. */
export function DataFolderSection() {
  const client = useClient();
  const folder = useQuery({ queryKey: folderKey, queryFn: () => client.call('app.dataFolder', {}) });
  return (
    <section className={styles.section} aria-labelledby="data-folder-title">
      <h2 id="data-folder-title">{say('Data folder')}</h2>
      {folder.error && (
        <ErrorNotice title={say('The data folder did not say where it is')} error={folder.error} />
      )}
      {folder.data && <Place place={folder.data} />}
      <DiskUse />
    </section>
  );
}

type DataFolder = MethodResult<'app.dataFolder'>;

function Place({ place }: { readonly place: DataFolder }) {
  const client = useClient();
  const queries = useQueryClient();
  const { pickers } = client.transport;
  const [choosing, setChoosing] = useState(false);
  const choose = useMutation({
    mutationFn: (folder: string | null) => client.call('app.chooseDataFolder', { folder }),
    onSuccess: (changed) => {
      queries.setQueryData(folderKey, changed);
    },
  });
  // What was copied is of the moment of the copy, which the next start opens.
  const [copiedTo, setCopiedTo] = useState<string | null>(null);
  const look = useMutation({
    mutationFn: async (folder: string) => ({
      ...(await client.call('app.inspectDataFolder', { folder })),
      folder,
    }),
    onSuccess: ({ content, folder }) => {
      if (content === 'data') choose.mutate(folder);
    },
  });
  const pick = async () => {
    if (pickers === null) {
      setChoosing(true);
      return;
    }
    const folder = await pickers.pickFolder();
    if (folder !== null) look.mutate(folder);
  };
  const empty = look.data?.content === 'empty' ? look.data : null;
  const isNamed = place.origin === 'option' || place.origin === 'environment';
  return (
    <>
      <p className={styles.path}>{place.folder}</p>
      <p className={styles.quiet} role="status">
        {place.nextFolder !== place.folder && !isNamed
          ? say('The next start opens {folder}. This one stays as it is.', { folder: place.nextFolder })
          : whySentence(place)}
      </p>
      {copiedTo !== null && copiedTo === place.nextFolder && (
        <p role="status">
          {say(
            'Everything was copied to {folder}. Close the workbench and start it again now: what you do until then stays in the old folder.',
            { folder: copiedTo },
          )}
        </p>
      )}
      {(look.error ?? choose.error) && (
        <ErrorNotice title={say('The next start keeps its folder')} error={look.error ?? choose.error} />
      )}
      {empty !== null && (
        <TakeAlongDialog
          folder={empty.folder}
          neededBytes={empty.neededBytes}
          freeBytes={empty.freeBytes}
          onCopied={(changed) => {
            setCopiedTo(empty.folder);
            look.reset();
            queries.setQueryData(folderKey, changed);
          }}
          onBeginAnew={() => {
            choose.mutate(empty.folder);
            look.reset();
          }}
          onClose={() => {
            look.reset();
          }}
        />
      )}
      <div className={styles.actions}>
        <Button variant="outlined" loading={look.isPending || choose.isPending} onClick={() => void pick()}>
          {say('Open another folder at the next start')}
        </Button>
        {place.nextFolder !== place.usualFolder && (
          <Button
            onClick={() => {
              choose.mutate(null);
            }}
          >
            {say('Back to the usual folder')}
          </Button>
        )}
      </div>
      <p className={styles.quiet}>
        {say(
          'For an empty folder you are asked whether your data come along. To move them by hand: close the workbench, move the folder with your file manager, start, and choose the moved folder here.',
        )}
      </p>
      {choosing && (
        <FolderDialog
          kind="folder"
          title={say('Data folder of the next start')}
          startPath={null}
          onChoose={(folder) => {
            setChoosing(false);
            look.mutate(folder);
          }}
          onClose={() => {
            setChoosing(false);
          }}
        />
      )}
    </>
  );
}

function whySentence({ origin, nextFolder, folder }: DataFolder): string {
  const other = nextFolder !== folder;
  switch (origin) {
    case 'option':
      return other
        ? say('Named with «--data» at this start. Without that word, the next start opens {nextFolder}.', {
            nextFolder,
          })
        : say('Named with «--data» at this start.');
    case 'environment':
      return say('Named by ANOMALY_WORKBENCH_DATA, which comes before a choice made here.');
    case 'chosen':
      return say('Chosen here; the command line opens it too.');
    case 'usual':
      return say('The system’s usual place for such data; the command line opens it too.');
  }
}

const thumbnailLimits = [200e6, 500e6, 1e9, 2e9, 5e9, 20e9];
const featureLimits = [1e9, 2e9, 4e9, 8e9, 16e9, 32e9, 64e9];

function DiskUse() {
  const client = useClient();
  const use = useQuery({
    queryKey: diskKey,
    queryFn: () => client.call('app.diskUse', {}),
    staleTime: 0,
  });
  if (use.isPending) return <LinearProgress aria-label={say('Measuring the data folder')} />;
  if (!use.data) {
    return <ErrorNotice title={say('The data folder could not be measured')} error={use.error} />;
  }
  const { parts, freeBytes, thumbnailLimitBytes, featureLimitBytes } = use.data;
  const total = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const has = (kind: string) => parts.some((part) => part.kind === kind);
  return (
    <>
      <table className={styles.parts}>
        <tbody>
          {parts.map(({ kind, sizeBytes }) => (
            <tr key={kind}>
              <th scope="row">{diskPartTitle(kind)}</th>
              <td>{formatSize(sizeBytes)}</td>
            </tr>
          ))}
          <tr className={styles.total}>
            <th scope="row">{say('The whole data folder')}</th>
            <td>{formatSize(total)}</td>
          </tr>
        </tbody>
      </table>
      <p className={styles.quiet}>{say('{size} are free on its disk.', { size: formatSize(freeBytes) })}</p>
      <LimitedFiles
        label={say('Thumbnails take at most')}
        limitBytes={thumbnailLimitBytes}
        choices={thumbnailLimits}
        setLimit={(limitBytes) => client.call('app.limitThumbnails', { limitBytes })}
        clearLabel={say('Delete all thumbnails')}
        canClear={has('thumbnails')}
        clear={() => client.call('app.clearThumbnails', {})}
        errorTitle={say('The thumbnails could not be cleared away')}
        explanation={say(
          'Those not looked at for longest go first. They are made again from your images when needed.',
        )}
      />
      <LimitedFiles
        label={say('Kept features take at most')}
        limitBytes={featureLimitBytes}
        choices={featureLimits}
        setLimit={(limitBytes) => client.call('app.limitFeatures', { limitBytes })}
        clearLabel={say('Delete all kept features')}
        canClear={has('features of images')}
        clear={() => client.call('app.clearFeatures', {})}
        errorTitle={say('The features could not be cleared away')}
        explanation={say(
          'What the image encoder made of images that prompts are learned from or tried on, so that it need not look twice. Those not used for longest go first.',
        )}
      />
    </>
  );
}

interface LimitedFilesProps {
  readonly label: string;
  readonly limitBytes: number;
  readonly choices: readonly number[];
  readonly setLimit: (limitBytes: number) => Promise<MethodResult<'app.diskUse'>>;
  readonly clearLabel: string;
  readonly canClear: boolean;
  readonly clear: () => Promise<MethodResult<'app.diskUse'>>;
  readonly errorTitle: string;
  readonly explanation: string;
}

/** Files that can be made again: how much they may take, and a button that deletes them. */
function LimitedFiles(props: LimitedFilesProps) {
  const { label, limitBytes, choices, setLimit, clearLabel, canClear, clear, errorTitle, explanation } =
    props;
  const queries = useQueryClient();
  const onSuccess = (changed: MethodResult<'app.diskUse'>) => {
    queries.setQueryData(diskKey, changed);
  };
  const clearing = useMutation({ mutationFn: clear, onSuccess });
  const limiting = useMutation({ mutationFn: setLimit, onSuccess });
  const error = clearing.error ?? limiting.error;
  const all = [...new Set([...choices, limitBytes])].sort((a, b) => a - b);
  return (
    <>
      {error && <ErrorNotice title={errorTitle} error={error} />}
      <div className={styles.actions}>
        <LabelledSelect
          label={label}
          value={String(limitBytes)}
          options={all.map((bytes) => ({ value: String(bytes), name: formatSize(bytes) }))}
          onChange={(chosen) => {
            limiting.mutate(Number(chosen));
          }}
        />
        <Button
          variant="outlined"
          disabled={!canClear}
          loading={clearing.isPending}
          onClick={() => {
            clearing.mutate();
          }}
        >
          {clearLabel}
        </Button>
      </div>
      <p className={styles.quiet}>{explanation}</p>
    </>
  );
}
