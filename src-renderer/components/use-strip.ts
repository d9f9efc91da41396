import useMediaQuery from '@mui/material/useMediaQuery';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';

const frameWidthPx = { low: 92, tall: 124 } as const;
const gapPx = 4;

interface StripQuestion {
  readonly count: number;
  /** The frame that is kept in the middle. */
  readonly selected: number;
  /** Where this is another one, the frames stand otherwise, and the selected one is brought to the middle again. */
  readonly order?: unknown;
}

/** A row of frames of which only those in view are drawn; `strip.module.css` has their looks. */
export function useStrip({ count, selected, order = null }: StripQuestion) {
  const scroller = useRef<HTMLDivElement>(null);
  const isTall = useMediaQuery('(min-height: 1080px)', { noSsr: true });
  const frameWidth = isTall ? frameWidthPx.tall : frameWidthPx.low;
  const frames = useVirtualizer({
    horizontal: true,
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => frameWidth + gapPx,
    paddingStart: 8,
    paddingEnd: 8,
    overscan: 4,
  });

  useEffect(() => {
    frames.measure();
  }, [frames, frameWidth]);

  useEffect(() => {
    frames.scrollToIndex(selected, { align: 'center' });
  }, [frames, selected, order]);

  return { scroller, frames, frameWidth, thumbnailPx: isTall ? 256 : 128 } as const;
}
