import LinearProgress from '@mui/material/LinearProgress';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Images } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { ImageRow, Run } from '../../../src-shared/domain/run.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { ScoreBar } from '../../components/score-bar.tsx';
import { MiddleEllipsis } from '../../components/middle-ellipsis.tsx';
import { markOfLabel, StateMark, wordOfLabel } from '../../components/state-mark.tsx';
import { Thumbnail } from '../../components/thumbnail.tsx';
import { useElementSize } from '../../components/use-element-size.ts';
import { useAddressStore } from '../../state/address.ts';
import { fileName, formatScore } from '../../state/format.ts';
import { useImagePages } from '../../state/queries.ts';
import { useRunThreshold } from '../../state/run-thresholds.ts';
import styles from './gallery.module.css';

interface GalleryProps {
  readonly dataset: Dataset;
  readonly run: Run | null;
  readonly className: string | null;
  readonly sort: 'score' | 'path';
}

/** Cells of small windows and of large ones, in CSS pixels. */
const cells = { small: { width: 168, height: 180 }, large: { width: 224, height: 232 } } as const;
/** The line that names class and defect. */
const kindLinePx = 16;
const largeFromWidthPx = 1600;
const gapPx = 8;
const sidePx = 24;

/** Thumbnails in rows; only what is visible is read and drawn, so that ten thousand scroll like ten. */
export function Gallery({ dataset, run, className, sort }: GalleryProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { width } = useElementSize(scroller);
  const cell = width < largeFromWidthPx ? cells.small : cells.large;
  const namesClass = dataset.classes.length > 1;
  const showsKind = namesClass || dataset.classes.some(({ anomalous }) => anomalous > 0);
  const cellHeight = cell.height + (showsKind ? kindLinePx : 0);
  const columns = Math.max(1, Math.floor((width - 2 * sidePx + gapPx) / (cell.width + gapPx)));
  const known = className === null ? dataset.imageCount : countOfClass(dataset, className);

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
  const pages = useImagePages(
    { datasetId: dataset.id, runId: run?.id ?? null, className, sort, descending: sort === 'score' },
    (visible[0]?.index ?? 0) * columns,
    ((visible.at(-1)?.index ?? 0) + 1) * columns - 1,
  );
  const threshold = useRunThreshold(run?.id ?? null, className).value;

  const moveFocus = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    const current = document.activeElement?.getAttribute('data-index');
    if (step === undefined || current === null || current === undefined) return;
    event.preventDefault();
    const next = Math.min(known - 1, Math.max(0, Number(current) + step));
    rows.scrollToIndex(Math.floor(next / columns));
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
    });
  };

  if (pages.error) return <ErrorNotice title="The images could not be listed" error={pages.error} />;
  return (
    <div ref={scroller} className={styles.scroller} data-testid="gallery" onKeyDown={moveFocus}>
      {pages.total === null && known > 0 && <LinearProgress aria-label="Reading the images" />}
      {known === 0 && (
        <EmptyState icon={Images} title={dataset.state === 'importing' ? 'Looking for images' : 'No images'}>
          {dataset.state === 'importing'
            ? 'They appear here as they are found.'
            : 'No file in this folder could be read as an image. The problems say why, file by file.'}
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
                  row={pages.row(index)}
                  run={run}
                  threshold={threshold}
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

function countOfClass(dataset: Dataset, className: string): number {
  const counts = dataset.classes.find(({ name }) => name === className);
  return counts ? counts.good + counts.anomalous + counts.unlabelled : 0;
}

interface CellProps {
  readonly index: number;
  readonly row: ImageRow | undefined;
  readonly run: Run | null;
  readonly threshold: number | null;
  readonly namesClass: boolean;
  readonly showsKind: boolean;
}

function Cell({ index, row, run, threshold, namesClass, showsKind }: CellProps) {
  const go = useAddressStore((state) => state.go);
  if (!row) return <div className={styles.cell} />;
  const { image, result } = row;
  const scale = run?.scale ?? null;
  const score = result?.score ?? null;
  const span = scale ? scale.scoreMax - scale.scoreMin : 1;
  const words = [
    image.path,
    wordOfLabel(image.label),
    score === null ? '' : `score ${formatScore(score, span)}`,
    result?.error ?? '',
  ].filter((word) => word !== '');
  return (
    <button
      type="button"
      className={styles.cell}
      data-index={index}
      aria-label={words.join(', ')}
      title={image.path}
      onClick={() => {
        go({ view: 'review', imageId: image.id });
      }}
    >
      <span className={styles.picture}>
        <Thumbnail imageId={image.id} sizePx={256} />
        <span className={styles.mark}>
          <StateMark kind={markOfLabel(image.label)} onImage sizePx={14} />
        </span>
      </span>
      {score !== null && scale && <ScoreBar score={score} threshold={threshold} scale={scale} />}
      <span className={styles.caption}>
        <span className={styles.name}>
          <MiddleEllipsis text={fileName(image.path)} />
        </span>
        <span>{score === null ? '' : formatScore(score, span)}</span>
      </span>
      {showsKind && (
        <span className={styles.kind}>
          {[namesClass ? image.className : null, image.defect ?? image.label]
            .filter((part) => part !== null)
            .join(' / ')}
        </span>
      )}
    </button>
  );
}
