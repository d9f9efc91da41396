import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './empty-state.module.css';

interface EmptyStateProps {
  readonly icon: LucideIcon;
  readonly title: string;
  /** Where it stands for a whole page, its title is the page's. */
  readonly isPage?: boolean;
  /** What to do next, in a sentence or two. */
  readonly children: ReactNode;
  /** The button that does it. */
  readonly action?: ReactNode;
}

/** An empty view: says what to do next and offers it. */
export function EmptyState({ icon: Icon, title, isPage = false, children, action }: EmptyStateProps) {
  return (
    <div className={styles.empty}>
      <Icon size={40} strokeWidth={1.25} aria-hidden className={styles.icon} />
      {isPage ? <h1>{title}</h1> : <h2>{title}</h2>}
      <p className={styles.text}>{children}</p>
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  );
}
