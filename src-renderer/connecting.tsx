import { ErrorNotice } from './components/error-notice.tsx';
import styles from './connecting.module.css';
import { useConnectionStore } from './state/connection.ts';
import { say } from './texts/say.ts';

/** Before the core has answered: nothing for a moment, then a sentence. */
export function Connecting({ error }: { readonly error?: unknown }) {
  const connection = useConnectionStore((state) => state.connection);
  return (
    <main className={styles.page}>
      {error !== undefined && (
        <ErrorNotice
          title={say('The workbench could not be opened')}
          error={error}
          onRetry={() => {
            window.location.reload();
          }}
        />
      )}
      {error === undefined && (
        <p className={styles.words} role="status">
          {connection === 'lost'
            ? say(
                'The workbench does not answer. Start it again the way you did and use the address that it opens; this page keeps trying.',
              )
            : say('Opening the workbench…')}
        </p>
      )}
    </main>
  );
}
