import { PlugZap, RotateCw } from 'lucide-react';
import { useConnectionStore } from '../../state/connection.ts';
import { useDecisionStore } from '../../state/decisions.ts';
import { formatNoun } from '../../state/format.ts';
import styles from './banners.module.css';

/** What concerns every view: the connection is down, or the compute process is being started again. */
export function Banners() {
  const connection = useConnectionStore((state) => state.connection);
  const compute = useConnectionStore((state) => state.compute);
  const waiting = useDecisionStore((state) => state.unsaved.length);
  return (
    <div role="status" className={styles.banners}>
      {connection === 'lost' && (
        <p className={styles.banner}>
          <PlugZap size={16} aria-hidden />
          The connection to the workbench is lost; trying again. If you closed it, start it again the way you
          did and use the address that it opens:{' '}
          {waiting === 0
            ? 'everything you decided is stored.'
            : `everything is stored but ${formatNoun(waiting, 'decision')}, which ${waiting === 1 ? 'waits' : 'wait'} in this page: leave it open.`}
        </p>
      )}
      {connection !== 'lost' && compute?.state === 'restarting' && !compute.isExpected && (
        <p className={styles.banner}>
          <RotateCw size={16} aria-hidden />
          {compute.message}
        </p>
      )}
    </div>
  );
}
