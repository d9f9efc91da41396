import { ImageOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { assetPaths, type GreyWindow, type ThumbnailSize } from '../../src-shared/contract/asset-paths.ts';
import { useFirstLook } from '../canvas/first-look.ts';
import { say } from '../texts/say.ts';
import styles from './thumbnail.module.css';

/** A picture that is scrolled past before it has come is not waited for: those on the screen come before it. */
function dropWithElement(image: HTMLImageElement | null): (() => void) | undefined {
  if (image === null) return undefined;
  return () => {
    if (!image.complete) image.removeAttribute('src');
  };
}

interface ThumbnailProps {
  readonly imageId: number;
  readonly sizePx: ThumbnailSize;
  /** The grey values that are shown from black to white; absent: all. */
  readonly levels?: GreyWindow | null;
  /** It stands beside a large picture, which comes first where somebody went to another one. */
  readonly isBeside?: boolean;
  /** It follows a handle that is dragged: what is passed by in less than that is not asked for. */
  readonly afterMs?: number;
}

/** Whether it is a small picture's turn; once it was, it stays so. */
function useTurn(isBeside: boolean, afterMs: number): boolean {
  const [hasBegun, setBegun] = useState(
    () => afterMs === 0 && !(isBeside && useFirstLook.getState().isLoading),
  );
  const isHeld = useFirstLook(({ isLoading }) => isBeside && !hasBegun && isLoading);
  useEffect(() => {
    if (afterMs === 0) return undefined;
    const timer = setTimeout(() => {
      setBegun(true);
    }, afterMs);
    return () => {
      clearTimeout(timer);
    };
  }, [afterMs]);
  if (!isHeld && !hasBegun && afterMs === 0) setBegun(true);
  return hasBegun || (!isHeld && afterMs === 0);
}

/** A small picture of an image, or a mark where its file cannot be shown. What stands around it names it. */
export function Thumbnail({ imageId, sizePx, levels = null, isBeside = false, afterMs = 0 }: ThumbnailProps) {
  const [failedId, setFailedId] = useState<number | null>(null);
  const isTurn = useTurn(isBeside, afterMs);
  if (failedId === imageId) {
    return (
      <span className={styles.missing} title={say('This file cannot be shown')}>
        <ImageOff size={24} strokeWidth={1.25} aria-hidden />
      </span>
    );
  }
  const address =
    levels === null ? assetPaths.thumbnail(imageId, sizePx) : assetPaths.windowed(imageId, sizePx, levels);
  return (
    <img
      ref={dropWithElement}
      className={styles.picture}
      src={isTurn ? address : undefined}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => {
        setFailedId(imageId);
      }}
    />
  );
}
