// What lives here: one folder a view, and `frame`, what stands around every view.
// What may not: drawing of images (canvas), and anything that outlives its view (state).
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import TextField from '@mui/material/TextField';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  datasetLayoutSchema,
  type DatasetLayout,
  type ImportPreview,
} from '../../../src-shared/domain/dataset.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PathField } from '../../components/path-field.tsx';
import { useAddress, useAddressStore } from '../../state/address.ts';
import { useClient } from '../../state/client-context.ts';
import { formatNoun } from '../../state/format.ts';
import { describeProblems } from '../../state/problem-words.ts';
import styles from './add-view.module.css';
import { ClassTable } from './class-table.tsx';
import { ProblemList } from './problem-list.tsx';

const layoutNames: Readonly<Record<DatasetLayout, { name: string; explained: string }>> = {
  folder: {
    name: 'Plain folder',
    explained: 'Every image below the folder, without labels.',
  },
  mvtec: {
    name: 'MVTec AD',
    explained:
      'Class folders with train/good, test/good, test/<defect> and masks in ground_truth/<defect>; MPDD, BTAD and DTD-Synthetic too.',
  },
  visa: { name: 'VisA', explained: 'Images, labels and masks from a table in split_csv.' },
  anomalyclip: { name: 'AnomalyCLIP', explained: 'Images, labels and masks from meta.json.' },
  'images-masks': {
    name: 'Images and masks',
    explained:
      'A folder of images beside a folder of masks of the same names, as in Kvasir, ClinicDB, ISIC, TN3K.',
  },
  elpv: { name: 'ELPV', explained: 'Solar cells with a defect probability in labels.csv.' },
  sdd: {
    name: 'KolektorSDD',
    explained: 'Pictures with a label image beside each, cut into a top and a bottom half.',
  },
  'good-bad': {
    name: 'Good and bad',
    explained: 'Folders whose names say it: normal and anomaly, ok and ng, no and yes.',
  },
  list: { name: 'Image list', explained: 'A CSV table of paths, labels, classes and masks.' },
  coco: { name: 'COCO', explained: 'COCO annotations; polygons and run lengths become masks.' },
};

/** Shows what was understood of a folder before anything is stored. */
export function AddView() {
  const { path, layout } = useAddress();
  const { go, replace } = useAddressStore();
  const client = useClient();
  const [typed, setTyped] = useState(path ?? '');
  const preview = useQuery({
    queryKey: ['preview', path, layout],
    queryFn: () =>
      client.call('datasets.inspect', { path: path ?? '', ...(layout === null ? {} : { layout }) }),
    enabled: path !== null,
    retry: false,
    // The folder may change at any time: what is shown is always read afresh.
    gcTime: 0,
    staleTime: 0,
  });

  return (
    <div className={styles.page}>
      <div className={styles.column}>
        <h1>Add a folder</h1>
        <PathField
          label="Folder of images"
          kind="folder"
          value={typed}
          onChange={setTyped}
          submitLabel="Look inside"
          pending={preview.isFetching}
          onSubmit={(chosen) => {
            setTyped(chosen);
            if (chosen === path) void preview.refetch();
            else go({ path: chosen, layout: null });
          }}
        />
        {path === null && (
          <p className={styles.quiet}>
            PNG, JPEG, TIFF, BMP and WebP are read. Nothing is copied and no file is changed: the workbench
            remembers where the images are.
          </p>
        )}
        {preview.isFetching && <LinearProgress aria-label="Looking through the folder" />}
        {preview.error && !preview.isFetching && (
          <ErrorNotice title="The folder could not be read" error={preview.error} />
        )}
        {preview.data && !preview.error && (
          <Preview
            key={`${preview.data.root} ${preview.data.layout}`}
            preview={preview.data}
            onLayout={(chosen) => {
              replace({ layout: chosen });
            }}
          />
        )}
      </div>
    </div>
  );
}

interface PreviewProps {
  readonly preview: ImportPreview;
  readonly onLayout: (layout: DatasetLayout) => void;
}

function Preview({ preview, onLayout }: PreviewProps) {
  const client = useClient();
  const go = useAddressStore((state) => state.go);
  const [name, setName] = useState(preview.name);
  const start = useMutation({
    mutationFn: () =>
      client.call('datasets.import', { path: preview.root, layout: preview.layout, name: name.trim() }),
    onSuccess: ({ dataset }) => {
      go({
        view: 'images',
        datasetId: dataset.id,
        runId: null,
        imageId: null,
        className: null,
        path: null,
        layout: null,
      });
    },
  });
  const classNoun =
    preview.layout === 'folder' ? '' : `, ${formatNoun(preview.classes.length, 'class', 'classes')}`;

  return (
    <section className={styles.preview} aria-label="What was understood">
      <h2>
        {formatNoun(preview.imageCount, 'image')}
        {classNoun}
      </h2>
      <div className={styles.layout}>
        <ToggleButtonGroup
          exclusive
          size="small"
          sx={{ flexWrap: 'wrap' }}
          aria-label="Read as"
          value={preview.layout}
          onChange={(_, chosen: unknown) => {
            const parsed = datasetLayoutSchema.safeParse(chosen);
            if (parsed.success) onLayout(parsed.data);
          }}
        >
          {datasetLayoutSchema.options.map((layout) => (
            <ToggleButton key={layout} value={layout}>
              {layoutNames[layout].name}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <p className={styles.quiet}>{layoutNames[preview.layout].explained}</p>
      </div>
      {preview.imageCount === 0 ? (
        <p>
          There is no image that can be read in this folder. Choose another folder, or another way to read
          this one.
        </p>
      ) : (
        <ClassTable classes={preview.classes} shownCount={20} />
      )}
      {preview.samples.length > 0 && (
        <p className={styles.samples}>
          <span className={styles.quiet}>For example </span>
          {preview.samples.slice(0, 3).join(', ')}
        </p>
      )}
      {preview.problemCount > 0 && (
        <div className={styles.problems}>
          <h3>{describeProblems(preview.problems, preview.problemCount)}</h3>
          <ProblemList problems={preview.problems} label="Files with problems" />
        </div>
      )}
      {preview.imageCount > 0 && (
        <p className={styles.quiet}>
          Each file is opened during the import; what cannot be read is listed and left out, the rest comes
          in.
        </p>
      )}
      {start.error && <ErrorNotice title="The folder could not be imported" error={start.error} />}
      <div className={styles.finish}>
        <TextField
          label="Name"
          value={name}
          onChange={(event) => {
            setName(event.target.value);
          }}
          slotProps={{ htmlInput: { maxLength: 200 } }}
          sx={{ maxWidth: 320 }}
        />
        <Button
          variant="contained"
          loading={start.isPending}
          disabled={preview.imageCount === 0 || name.trim() === ''}
          onClick={() => {
            start.mutate();
          }}
        >
          Import {formatNoun(preview.imageCount, 'image')}
        </Button>
        <Button
          onClick={() => {
            go({ view: 'data', path: null, layout: null });
          }}
        >
          Cancel
        </Button>
      </div>
    </section>
  );
}
