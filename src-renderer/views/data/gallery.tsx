import Button from '@mui/material/Button';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Images } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ScoreBar } from '../../components/score-bar.tsx';
import { MiddleEllipsis } from '../../components/middle-ellipsis.tsx';
import { StateMark, wordOfLabel } from '../../components/state-mark.tsx';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { useElementSize } from '../../components/use-element-size.ts';
import { noGalleryFilter, useAddressStore } from '../../state/address.ts';
import { fileName, formatNoun, formatScore } from '../../state/format.ts';
import styles from './gallery.module.css';
import type { GalleryData } from './use-gallery.ts';

interface GalleryProps {
  readonly dataset: Dataset;
  readonly run: Run | null;
  readonly data: GalleryData;
}

/** Cells of small windows and of large ones, in CSS pixels. */
const cells = { small: { width: 168, height: 180 }, large: { width: 224, height: 232 } } as const;
/** The line that names class and defect. */
const kindLinePx = 16;
const largeFromWidthPx = 1600;
const gapPx = 8;
const sidePx = 24;

/** Thumbnails in rows; only what is visible is read and drawn, so that ten thousand scroll like ten. */
export function Gallery({ dataset, run, data }: GalleryProps) {
  const replace = useAddressStore((state) => state.replace);
  const scroller = useRef<HTMLDivElement>(null);
  const { width, height } = useElementSize(scroller);
  const cell = width < largeFromWidthPx ? cells.small : cells.large;
  const namesClass = dataset.classes.length > 1;
  const showsKind = namesClass || dataset.classes.some(({ anomalous }) => anomalous > 0);
  const cellHeight = cell.height + (showsKind ? kindLinePx : 0);
  const columns = Math.max(1, Math.floor((width - 2 * sidePx + gapPx) / (cell.width + gapPx)));
  const known = data.choice.rows.length;

  const rows = useVirtualizer({
    count: Math.ceil(known / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => cellHeight + gapPx,
    overscan: 2,
  });
  useEffect(() => {
    rows.measure();
  }, [rows, cellHeight]);
  const visible = rows.getVirtualItems();
  const moveFocus = (event: KeyboardEvent<HTMLElement>) => {
    const page = columns * Math.max(1, Math.floor(height / (cellHeight + gapPx)));
    const step = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
      PageDown: page,
      PageUp: -page,
      Home: -known,
      End: known,
    }[event.key];
    const current = document.activeElement?.getAttribute('data-index');
    if (step === undefined || current === null || current === undefined) return;
    event.preventDefault();
    const next = Math.min(known - 1, Math.max(0, Number(current) + step));
    rows.scrollToIndex(Math.floor(next / columns));
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
    });
  };

  return (
    <div ref={scroller} className={styles.scroller} data-testid="gallery" onKeyDown={moveFocus}>
      {known === 0 && data.columns.imageIds.length === 0 && (
        <EmptyState icon={Images} title={dataset.state === 'importing' ? 'Looking for images' : 'No images'}>
          {dataset.state === 'importing'
            ? 'They appear here as they are found.'
            : 'No file in this folder could be read as an image. The problems say why, file by file.'}
        </EmptyState>
      )}
      {known === 0 && data.columns.imageIds.length > 0 && (
        <EmptyState
          icon={Images}
          title="No image passes these filters"
          action={
            <Button
              variant="contained"
              onClick={() => {
                replace(noGalleryFilter);
              }}
            >
              Clear all filters
            </Button>
          }
        >
          {formatNoun(data.columns.imageIds.length, 'image')} are in this data set.
        </EmptyState>
      )}
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {visible.map((virtualRow) => (
          <div
            key={virtualRow.key}
            className={styles.row}
            style={{
              transform: `translateY(${virtualRow.start}px)`,
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
              height: cellHeight,
            }}
          >
            {Array.from({ length: columns }, (_, column) => virtualRow.index * columns + column)
              .filter((index) => index < known)
              .map((index) => (
                <Cell
                  key={index}
                  index={index}
                  row={data.choice.rows[index] ?? 0}
                  data={data}
                  run={run}
                  namesClass={namesClass}
                  showsKind={showsKind}
                />
              ))}
          </div>
        ))}
      </div>
    </div>
  );
}

interface CellProps {
  readonly index: number;
  /** Of the columns. */
  readonly row: number;
  readonly data: GalleryData;
  readonly run: Run | null;
  readonly namesClass: boolean;
  readonly showsKind: boolean;
}

function Cell({ index, row, data, run, namesClass, showsKind }: CellProps) {
  const go = useAddressStore((state) => state.go);
  const { columns, verdicts, threshold } = data;
  const imageId = columns.imageIds[row];
  const path = columns.paths[row];
  if (imageId === undefined || path === undefined) return <div className={styles.cell} />;
  const label = columns.labels[row] ?? null;
  const score = columns.scores[row] ?? null;
  const verdict = verdicts.values.get(imageId) ?? null;
  const scale = run?.scale ?? null;
  const span = scale ? scale.scoreMax - scale.scoreMin : 1;
  const words = [
    path,
    wordOfLabel(label),
    score === null ? '' : `score ${formatScore(score, span)}`,
    verdict === null ? '' : `verdict ${verdict}`,
  ].filter((word) => word !== '');
  return (
    <button
      type="button"
      className={styles.cell}
      data-index={index}
      aria-label={words.join(', ')}
      title={path}
      onClick={() => {
        go({ view: 'review', imageId });
      }}
    >
      <span className={styles.picture}>
        <Thumbnail imageId={imageId} sizePx={256} />
        <span className={styles.mark}>
          <StateMark kind={verdict} onImage sizePx={14} />
        </span>
      </span>
      {score !== null && scale && <ScoreBar score={score} threshold={threshold} scale={scale} />}
      <span className={styles.caption}>
        <span className={styles.name}>
          <MiddleEllipsis text={fileName(path)} />
        </span>
        <span>{score === null ? '' : formatScore(score, span)}</span>
      </span>
      {showsKind && (
        <span className={styles.kind}>
          {[namesClass ? columns.classNames[columns.classes[row] ?? 0] : null, label]
            .filter((part) => part !== null && part !== undefined)
            .join(' / ')}
        </span>
      )}
    </button>
  );
}
