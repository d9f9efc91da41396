import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  Dataset,
  DatasetLayout,
  ImportPreview,
  LayoutOptions,
} from '../../../src-shared/domain/dataset.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { layoutWords } from '../../state/layout-words.ts';
import { groupProblems } from '../../state/problem-words.ts';
import { useDatasets } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import styles from './add-view.module.css';
import { LayoutChoice } from './layout-choice.tsx';
import { PreviewClasses } from './preview-classes.tsx';
import { ProblemGroups } from './problem-groups.tsx';

interface ImportPreviewSectionProps {
  readonly preview: ImportPreview;
  readonly options: LayoutOptions;
  readonly onLayout: (layout: DatasetLayout) => void;
  readonly onOptions: (options: LayoutOptions) => void;
}

/** What an import would store, and the button that stores it. */
export function ImportPreviewSection(props: ImportPreviewSectionProps) {
  const { preview, onLayout } = props;
  const { imageCount, openedCount, classes, splits } = preview;
  const { data: datasets = [] } = useDatasets();
  const known = datasets.find(({ root }) => root === preview.root);
  const wouldLose =
    known !== undefined && known.layout !== preview.layout && known.imageCount > 0 ? known : null;

  return (
    <section className={styles.preview} aria-label={say('What was understood')}>
      <h2>
        {preview.layout === 'folder'
          ? say('{count, plural, one {# image} other {# images}}', { count: imageCount })
          : say(
              '{count, plural, one {# image} other {# images}}, {classCount, plural, one {# class} other {# classes}}',
              { count: imageCount, classCount: classes.length },
            )}
      </h2>
      {known !== undefined && wouldLose === null && (
        <p className={styles.notice} role="status">
          {say(
            'This folder is the data set «{name}» already. Importing looks through it again: new images come in, those that are gone leave, verdicts and the scores of unchanged images stay.',
            { name: known.name },
          )}
        </p>
      )}
      {wouldLose !== null && (
        <div className={styles.notice} role="status">
          <p>
            {say(
              'This folder is the data set «{name}» already, read as {layout}. Read otherwise it would lose its labels, masks or classes.',
              { name: wouldLose.name, layout: layoutWords[wouldLose.layout].name },
            )}
          </p>
          <Button
            variant="outlined"
            onClick={() => {
              onLayout(wouldLose.layout);
            }}
          >
            {say('Read as {layout}', { layout: layoutWords[wouldLose.layout].name })}
          </Button>
        </div>
      )}
      <LayoutChoice {...props} />
      <div className={styles.body}>
        <div>
          {imageCount === 0 ? (
            <p>{openedCount === 0 || openedCount === null ? noImage() : noReadableImage(openedCount)}</p>
          ) : (
            <>
              <PreviewClasses preview={preview} />
              {splits.train + splits.test > 0 && (
                <p className={styles.quiet}>
                  {splits.none > 0
                    ? say(
                        '{train, number} train, {test, number} test, {none, number} in neither split',
                        splits,
                      )
                    : say('{train, number} train, {test, number} test', splits)}
                </p>
              )}
            </>
          )}
        </div>
        {preview.problemCount > 0 && (
          <div className={styles.problems}>
            <h3>
              {say('{count, plural, one {# problem} other {# problems}}', { count: preview.problemCount })}
            </h3>
            <ProblemGroups groups={groupProblems(preview.problems, preview.problemKinds)} />
          </div>
        )}
      </div>
      {imageCount > 0 && <p className={styles.quiet}>{howFarOpened(preview)}</p>}
      <ImportForm preview={preview} known={known ?? null} isRefused={wouldLose !== null} />
    </section>
  );
}

function noImage(): string {
  return say(
    'There is no image in this folder or below it. PNG, JPEG, TIFF, BMP and WebP are read. Choose another folder, or another way to read this one.',
  );
}

function noReadableImage(count: number): string {
  return say(
    '{count, plural, one {The one image here cannot be read} other {None of the # images here can be read}}; the list says why. Mend the files or choose another folder.',
    { count },
  );
}

function howFarOpened({ openedCount, imageCount }: ImportPreview): string {
  const opened = openedCount ?? 0;
  if (opened >= imageCount) {
    return say('Every file was opened once. The import lists what it cannot read and takes in the rest.');
  }
  return say(
    '{opened, number} of {imageCount, plural, one {# file} other {# files}} from everywhere were opened. The import opens all, lists what it cannot read and takes in the rest.',
    { opened, imageCount },
  );
}

interface ImportFormProps {
  readonly preview: ImportPreview;
  /** The data set that this folder is already. */
  readonly known: Dataset | null;
  /** Where importing it this way would cost labels. */
  readonly isRefused: boolean;
}

function ImportForm({ preview, known, isRefused }: ImportFormProps) {
  const client = useClient();
  const go = useAddressStore((state) => state.go);
  const { data: datasets = [] } = useDatasets();
  const [name, setName] = useState(known?.name ?? preview.name);
  const [watches, setWatches] = useState(known?.watch !== undefined);
  const clash = datasets.find((each) => each.name === name.trim() && each.root !== preview.root);
  const { imageCount, root, layout, layoutOptions } = preview;
  const start = useMutation({
    mutationFn: async () => {
      const imported = await client.call('datasets.import', {
        ...{ path: root, layout, name: name.trim() },
        ...(layoutOptions === undefined ? {} : { layoutOptions }),
      });
      const { id } = imported.dataset;
      if (watches !== (imported.dataset.watch !== undefined)) {
        await client.call('datasets.watch', { datasetId: id, watch: watches });
      }
      return imported;
    },
    onSuccess: ({ dataset }) => {
      go({
        ...{ view: 'images', datasetId: dataset.id, runId: null, imageId: null, className: null },
        ...{ path: null, layout: null },
      });
    },
  });
  return (
    <div className={styles.finish}>
      {start.error && <ErrorNotice title={say('The folder could not be imported')} error={start.error} />}
      <div className={styles.finishRow}>
        <TextField
          label={say('Name')}
          value={name}
          onChange={(event) => {
            setName(event.target.value);
          }}
          slotProps={{ htmlInput: { maxLength: 200 } }}
          sx={{ maxWidth: 280 }}
        />
        <FormControlLabel
          control={
            <Checkbox
              size="small"
              checked={watches}
              onChange={(_, checked) => {
                setWatches(checked);
              }}
            />
          }
          label={say('Take in new files as they come')}
        />
        <span className={styles.space} />
        <Button
          onClick={() => {
            go({ view: 'data', path: null, layout: null });
          }}
        >
          {say('Cancel')}
        </Button>
        <Button
          variant="contained"
          loading={start.isPending}
          disabled={imageCount === 0 || name.trim() === '' || isRefused}
          onClick={() => {
            start.mutate();
          }}
        >
          {say('Import {count, plural, one {# image} other {# images}}', { count: imageCount })}
        </Button>
      </div>
      {clash !== undefined && (
        <p className={styles.quiet} role="status">
          {say(
            'Another data set is called «{name}» too ({root}). Both can be; another name tells them apart.',
            {
              name: clash.name,
              root: clash.root,
            },
          )}
        </p>
      )}
    </div>
  );
}
