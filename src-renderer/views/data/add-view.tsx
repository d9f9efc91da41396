// What lives here: one folder a view, and `frame`, what stands around every view.
// What may not: drawing of images (canvas), and anything that outlives its view (state).
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import { useEffect, useState } from 'react';
import { WorkbenchError } from '../../../src-shared/contract/errors.ts';
import type { LayoutOptions } from '../../../src-shared/domain/dataset.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PathField } from '../../components/path-field.tsx';
import { addressActions, useAddress } from '../../state/address.ts';
import { folderOf, tableName, useDroppedStore } from '../../state/dropped.ts';
import { useInspection, type InspectionProgress } from '../../state/inspection.ts';
import { say } from '../../texts/say.ts';
import page from '../../components/page.module.css';
import styles from './add-view.module.css';
import { DroppedNotice } from './dropped-notice.tsx';
import { ImportPreviewSection } from './import-preview-section.tsx';

/** Shows what was understood of a folder before anything is stored. */
export function AddView() {
  const { path } = useAddress('path');
  // What was dropped is of this visit: another one begins with a fresh page.
  useEffect(
    () => () => {
      useDroppedStore.getState().take(null, 0);
    },
    [],
  );
  // What was typed and chosen belongs to one folder.
  return <AddPage key={path ?? ''} path={path} />;
}

function AddPage({ path }: { readonly path: string | null }) {
  const { layout } = useAddress('layout');
  const { go, replace } = addressActions;
  const [typed, setTyped] = useState(path ?? '');
  const [options, setOptions] = useState<LayoutOptions>({});
  const { dropped, leftOutCount } = useDroppedStore();
  const inspection = useInspection(path, layout, options);
  const { preview, isLooking, error } = inspection;

  const lookInto = (chosen: string) => {
    setTyped(chosen);
    if (chosen === path) inspection.lookAgain();
    else go({ path: chosen, layout: null });
  };
  return (
    <div className={page.padded}>
      <div className={styles.column}>
        <h1>{say('Add a folder')}</h1>
        <PathField
          label={say('Folder of images, or a table of them')}
          kind="folder"
          alsoFiles={{ pattern: tableName, chooseLabel: say('Choose a table') }}
          value={typed}
          onChange={setTyped}
          submitLabel={say('Look inside')}
          pending={isLooking}
          isDone={preview !== undefined && typed.trim() === path}
          onSubmit={lookInto}
        />
        {path === null && dropped !== null && (
          <DroppedNotice key={dropped.name} dropped={dropped} onChoose={lookInto} />
        )}
        {path === null && dropped === null && (
          <p className={styles.quiet}>
            {say(
              'PNG, JPEG, TIFF, BMP and WebP are read. A folder can be dropped on this window too. Nothing is copied and no file is changed: the workbench remembers where the images are.',
            )}
          </p>
        )}
        {path !== null && leftOutCount > 0 && (
          <p className={styles.quiet}>
            {say(
              'One folder is looked into at a time; {count, plural, one {# other thing} other {# other things}} that you dropped can be added after it.',
              { count: leftOutCount },
            )}
          </p>
        )}
        {isLooking && <Looking progress={inspection.progress} onStop={inspection.stop} />}
        {error !== null && !isLooking && path !== null && (
          <CannotLook path={path} error={error} onChoose={lookInto} onRetry={inspection.lookAgain} />
        )}
        {path !== null && preview === undefined && error === null && !isLooking && (
          <p role="status">
            {say('Looking was stopped; nothing was stored.')}{' '}
            <Button onClick={inspection.lookAgain}>{say('Look inside')}</Button>
          </p>
        )}
        {preview && error === null && (
          <div className={isLooking ? styles.stale : undefined} inert={isLooking}>
            <ImportPreviewSection
              key={preview.root}
              preview={preview}
              options={options}
              onLayout={(chosen) => {
                replace({ layout: chosen });
              }}
              onOptions={(chosen) => {
                setOptions(chosen);
                // Options belong to a layout: from now on it is chosen, not recognised.
                replace({ layout: preview.layout });
              }}
            />
          </div>
        )}
      </div>
    </div>
  );
}

function Looking({
  progress,
  onStop,
}: {
  readonly progress: InspectionProgress;
  readonly onStop: () => void;
}) {
  const { fileCount, imageCount, openedCount } = progress;
  const words =
    openedCount > 0
      ? say('{imageCount, plural, one {# image} other {# images}}, {openedCount, number} opened so far', {
          imageCount,
          openedCount,
        })
      : say(
          '{fileCount, plural, one {# entry} other {# entries}} seen, {imageCount, plural, one {# image} other {# images}} among them',
          { fileCount, imageCount },
        );
  return (
    <div className={styles.looking}>
      <div className={styles.lookingText}>
        <LinearProgress aria-label={say('Looking through the folder')} />
        <span className={styles.quiet}>{words}</span>
      </div>
      <Button variant="outlined" onClick={onStop}>
        {say('Stop')}
      </Button>
    </div>
  );
}

interface CannotLookProps {
  readonly path: string;
  readonly error: Error;
  readonly onChoose: (path: string) => void;
  readonly onRetry: () => void;
}

function CannotLook({ path, error, onChoose, onRetry }: CannotLookProps) {
  const isFile = error instanceof WorkbenchError && error.code === 'bad-request' && /[\\/]/.test(path);
  return (
    <>
      <ErrorNotice title={say('This could not be looked into')} error={error} onRetry={onRetry} />
      {isFile && (
        <div>
          <Button
            variant="outlined"
            onClick={() => {
              onChoose(folderOf(path));
            }}
          >
            {say('Look into {folder}', { folder: folderOf(path) })}
          </Button>
        </div>
      )}
    </>
  );
}
