import styles from './middle-ellipsis.module.css';

const tailLength = 16;

/** A path or file name on one line; where it is too long its middle goes, for start and end tell files apart. */
export function MiddleEllipsis({ text }: { readonly text: string }) {
  const cut = Math.max(0, text.length - tailLength);
  return (
    <span className={styles.whole} title={text} translate="no">
      <span className={styles.start}>{text.slice(0, cut)}</span>
      <span className={styles.end}>{text.slice(cut)}</span>
    </span>
  );
}
