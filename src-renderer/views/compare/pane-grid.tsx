import { useRef, type ReactNode } from 'react';
import { useElementSize } from '../../components/use-element-size.ts';
import { paneColumns } from '../../state/pane-columns.ts';
import styles from './pane-grid.module.css';

interface PaneGridProps {
  readonly count: number;
  /** Width by height of the image. */
  readonly aspect: number;
  readonly children: ReactNode;
}

/** Panes in a row, or in rows where that shows the image larger. */
export function PaneGrid({ count, aspect, children }: PaneGridProps) {
  const frame = useRef<HTMLDivElement>(null);
  const columns = paneColumns(count, useElementSize(frame), aspect);
  return (
    <div
      ref={frame}
      className={styles.panes}
      style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
    >
      {children}
    </div>
  );
}
