import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import styles from './problem-list.module.css';

interface ProblemListProps {
  readonly problems: readonly { readonly path: string; readonly message: string }[];
  /** Spoken name of the list. */
  readonly label: string;
}

/** Files with what is wrong with each; thousands of them scroll as easily as ten. */
export function ProblemList({ problems, label }: ProblemListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: problems.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 52,
    overscan: 8,
  });
  return (
    <div ref={scroller} className={styles.scroller} tabIndex={0} role="region" aria-label={label}>
      <ul style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map(({ index, key, start }) => (
          <li
            key={key}
            ref={rows.measureElement}
            data-index={index}
            className={styles.row}
            style={{ transform: `translateY(${start}px)` }}
          >
            <div className={styles.path}>{problems[index]?.path}</div>
            <div className={styles.message}>{problems[index]?.message}</div>
          </li>
        ))}
      </ul>
    </div>
  );
}
