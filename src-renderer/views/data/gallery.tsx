import Button from '@mui/material/Button';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Images } from 'lucide-react';
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type RefObject,
} from 'react';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { useElementSize } from '../../components/use-element-size.ts';
import { noGalleryFilter, useAddressStore } from '../../state/address.ts';
import { keepGalleryPlace, placeOfGallery, useGallerySettings } from '../../state/gallery-settings.ts';
import { justifyRows, rowOfTile, tileAcross, tileAspect } from '../../state/justified-rows.ts';
import { useThumbnailLevels } from '../../state/thumbnail-levels.ts';
import { say } from '../../texts/say.ts';
import { captionHeightPx, GalleryTile } from './gallery-tile.tsx';
import styles from './gallery.module.css';
import type { GalleryData } from './use-gallery.ts';

interface GalleryProps {
  readonly dataset: Dataset;
  readonly run: Run | null;
  readonly data: GalleryData;
}

const gapPx = 8;
const sidePx = 24;

/** A justified grid of thumbnails; only what is visible is drawn, so that ten thousands scroll like ten. */
export function Gallery({ dataset, run, data }: GalleryProps) {
  const go = useAddressStore((state) => state.go);
  const tileHeightPx = useGallerySettings((state) => state.settings.tileHeightPx);
  const scroller = useRef<HTMLDivElement>(null);
  const { width, height } = useElementSize(scroller);
  const levels = useThumbnailLevels(dataset.id);
  const [active, setActive] = useState(0);
  const namesClass = dataset.classes.length > 1;
  const showsKind = namesClass || dataset.classes.some(({ anomalous }) => anomalous > 0);
  const underPx = captionHeightPx(run !== null, showsKind);
  const { choice, columns } = data;
  const known = choice.rows.length;
  const aspects = useMemo(
    () => Array.from(choice.rows, (row) => columns.aspects[row] ?? 1),
    [choice.rows, columns.aspects],
  );
  const grid = useMemo(() => {
    const widthPx = Math.max(1, width - 2 * sidePx);
    return justifyRows(aspects, { widthPx, gapPx, heightPx: tileHeightPx });
  }, [aspects, width, tileHeightPx]);

  const rows = useVirtualizer({
    count: width === 0 ? 0 : grid.count,
    getScrollElement: () => scroller.current,
    estimateSize: (row) => (grid.heights[row] ?? 0) + underPx + gapPx,
    overscan: 2,
  });
  useLayoutEffect(() => {
    rows.measure();
  }, [rows, grid, underPx]);
  const visible = rows.getVirtualItems();
  const placeKey = useGalleryPlace({ dataset, run, data, scroller, isReady: rows.getTotalSize() > 0 });
  useKeptInView({ grid, rows, scroller });

  const firstShown = grid.first[visible[0]?.index ?? 0] ?? 0;
  const endShown = grid.first[(visible.at(-1)?.index ?? -1) + 1] ?? 0;
  // One stop for the Tab key, wherever the gallery is scrolled to; arrows go on from there.
  const stop = active >= firstShown && active < endShown ? active : firstShown;

  /** Where keys have led while the image there is not drawn yet: keys that follow fast go on from it. */
  const aim = useRef<number | null>(null);
  const moveFocus = (event: KeyboardEvent<HTMLElement>) => {
    const current = aim.current ?? document.activeElement?.getAttribute('data-index');
    if (current === null || current === undefined) return;
    const index = Number(current);
    const row = rowOfTile(grid, index);
    const rowHeight = (grid.heights[row] ?? 0) + underPx + gapPx;
    const page = Math.max(1, Math.floor(height / rowHeight));
    const across = (step: number) =>
      tileAcross(grid, aspects, index, Math.min(grid.count - 1, Math.max(0, row + step)), gapPx);
    const next = {
      ArrowRight: index + 1,
      ArrowLeft: index - 1,
      ArrowDown: across(1),
      ArrowUp: across(-1),
      PageDown: across(page),
      PageUp: across(-page),
      Home: 0,
      End: known - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const target = Math.min(known - 1, Math.max(0, next));
    setActive(target);
    rows.scrollToIndex(rowOfTile(grid, target));
    aim.current = target;
    focusWhenDrawn(scroller.current, target, aim);
  };

  return (
    <div ref={scroller} className={styles.scroller} data-testid="gallery" onKeyDown={moveFocus}>
      {known === 0 && <NothingShown dataset={dataset} data={data} />}
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {visible.map(({ key, index: row, start }) => {
          const rowHeight = grid.heights[row] ?? 0;
          const tiles = [];
          for (let index = grid.first[row] ?? 0; index < (grid.first[row + 1] ?? 0); index++) {
            tiles.push(
              <GalleryTile
                key={index}
                index={index}
                row={choice.rows[index] ?? 0}
                data={data}
                run={run}
                namesClass={namesClass}
                showsKind={showsKind}
                levels={levels}
                isStop={index === stop}
                widthPx={rowHeight * tileAspect(aspects[index] ?? 1)}
                pictureHeightPx={rowHeight}
                onFocus={setActive}
                onOpen={(imageId) => {
                  keepGalleryPlace(placeKey, {
                    scrollTop: scroller.current?.scrollTop ?? 0,
                    openedImageId: imageId,
                  });
                  go({ view: 'review', imageId });
                }}
              />,
            );
          }
          return (
            <div key={key} className={styles.row} style={{ transform: `translateY(${start}px)` }}>
              {tiles}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/**
 * Focuses the tile of an image in the frame in which it is there. Until then the gallery itself holds the focus: the tile that
 * had it may be taken off the page, and keys would go nowhere.
 */
function focusWhenDrawn(gallery: HTMLElement | null, index: number, aim: RefObject<number | null>): void {
  if (gallery === null) return;
  const tile = () => gallery.querySelector<HTMLElement>(`[data-index="${index}"]`);
  if (tile() === null) {
    gallery.tabIndex = -1;
    gallery.focus({ preventScroll: true });
  }
  let triesLeft = 120;
  const focus = () => {
    if (aim.current !== index) return;
    const { activeElement } = document;
    // Who went elsewhere meanwhile is not called back.
    if (activeElement !== document.body && !gallery.contains(activeElement)) triesLeft = 0;
    const found = triesLeft > 0 ? tile() : null;
    if (found === null && triesLeft-- > 0) {
      requestAnimationFrame(focus);
      return;
    }
    aim.current = null;
    found?.focus();
    gallery.removeAttribute('tabindex');
  };
  requestAnimationFrame(focus);
}

interface PlaceOptions extends GalleryProps {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** Whether there is something to scroll. */
  readonly isReady: boolean;
}

/** Returns to where the gallery was left, focus on the image that was opened; begins at the top after another choice. */
function useGalleryPlace({ dataset, run, data, scroller, isReady }: PlaceOptions): string {
  const { filter, sort, descending } = data;
  const key = JSON.stringify([dataset.id, run?.id ?? null, sort, descending, filter]);
  const shown = useRef<string | null>(null);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || !isReady || shown.current === key) return;
    const isFirst = shown.current === null;
    shown.current = key;
    const place = isFirst ? placeOfGallery(key) : null;
    element.scrollTo({ top: place?.scrollTop ?? 0 });
    const openedId = place?.openedImageId ?? null;
    if (openedId === null) return;
    keepGalleryPlace(key, { scrollTop: element.scrollTop, openedImageId: null });
    let triesLeft = 10;
    const focus = () => {
      const tile = element.querySelector<HTMLElement>(`[data-image="${openedId}"]`);
      if (tile !== null) tile.focus({ preventScroll: true });
      else if (triesLeft-- > 0) requestAnimationFrame(focus);
    };
    requestAnimationFrame(focus);
  }, [key, isReady, scroller]);
  useEffect(() => {
    const element = scroller.current;
    return () => {
      const before = placeOfGallery(key);
      if (element === null || (before !== null && before.openedImageId !== null)) return;
      keepGalleryPlace(key, { scrollTop: element.scrollTop, openedImageId: null });
    };
  }, [key, scroller]);
  return key;
}

interface KeptInViewOptions {
  readonly grid: ReturnType<typeof justifyRows>;
  readonly rows: {
    readonly scrollToIndex: (index: number, options: { align: 'start' }) => void;
    readonly getVirtualItemForOffset: (offset: number) => { readonly index: number } | undefined;
  };
  readonly scroller: RefObject<HTMLDivElement | null>;
}

/** Keeps the first visible image where it is when thumbnails or the window change their size. */
function useKeptInView({ grid, rows, scroller }: KeptInViewOptions): void {
  const anchor = useRef(0);
  const before = useRef(grid);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const remember = () => {
      const row = rows.getVirtualItemForOffset(element.scrollTop)?.index ?? 0;
      anchor.current = before.current.first[row] ?? 0;
    };
    element.addEventListener('scroll', remember, { passive: true });
    return () => {
      element.removeEventListener('scroll', remember);
    };
  }, [rows, scroller]);
  useLayoutEffect(() => {
    const old = before.current;
    before.current = grid;
    const sameImages = old.first.at(-1) === grid.first.at(-1);
    if (old === grid || !sameImages || anchor.current === 0 || old.count === grid.count) return;
    rows.scrollToIndex(rowOfTile(grid, anchor.current), { align: 'start' });
  }, [grid, rows]);
}

function NothingShown({ dataset, data }: Pick<GalleryProps, 'dataset' | 'data'>) {
  const replace = useAddressStore((state) => state.replace);
  const count = data.columns.imageIds.length;
  if (count === 0) {
    const isImporting = dataset.state === 'importing';
    return (
      <EmptyState icon={Images} title={isImporting ? say('Looking for images') : say('No images')}>
        {isImporting
          ? say('They appear here as they are found.')
          : say('No file in this folder could be read as an image. The problems say why, file by file.')}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={Images}
      title={say('No image passes these filters')}
      action={
        <Button
          variant="contained"
          onClick={() => {
            replace(noGalleryFilter);
          }}
        >
          {say('Clear all filters')}
        </Button>
      }
    >
      {say('{count, plural, one {# image is} other {# images are}} in this data set.', { count })}
    </EmptyState>
  );
}
