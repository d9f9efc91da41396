import { HardDrive, PlugZap, RotateCw } from 'lucide-react';
import { useConnectionStore } from '../../state/connection.ts';
import { useDecisionStore } from '../../state/decisions.ts';
import { describeUnstoredEnd } from '../../state/job-words.ts';
import { useJobs } from '../../state/queries.ts';
import { say } from '../../texts/say.ts';
import styles from './banners.module.css';

/**
 * What concerns every view: the connection is down, the compute process is being started again, or the end of a job finds no
 * room on the disk.
 */
export function Banners() {
  const connection = useConnectionStore((state) => state.connection);
  const compute = useConnectionStore((state) => state.compute);
  const waiting = useDecisionStore((state) => state.unsaved.length);
  const isKept = useDecisionStore((state) => state.isKept);
  const { data: jobs = [] } = useJobs();
  const unstored = jobs.flatMap((job) => describeUnstoredEnd(job) ?? []);
  return (
    <div role="status" className={styles.banners}>
      {connection === 'lost' && (
        <p className={styles.banner}>
          <PlugZap size={16} aria-hidden />
          {waiting === 0
            ? say(
                'The connection to the workbench is lost; trying again. If you closed it, start it again the way you did and use the address that it opens: everything you decided is stored.',
              )
            : isKept
              ? say(
                  'The connection to the workbench is lost; trying again. If you closed it, start it again the way you did and use the address that it opens: {count, plural, one {# decision waits and is} other {# decisions wait and are}} stored then.',
                  { count: waiting },
                )
              : say(
                  'The connection to the workbench is lost; trying again. {count, plural, one {# decision is} other {# decisions are}} in this window alone: leave it open until the workbench is back.',
                  { count: waiting },
                )}
        </p>
      )}
      {connection !== 'lost' && compute?.state === 'restarting' && !compute.isExpected && (
        <p className={styles.banner}>
          <RotateCw size={16} aria-hidden />
          {compute.message}
        </p>
      )}
      {unstored.map((sentence) => (
        <p key={sentence} className={styles.banner}>
          <HardDrive size={16} aria-hidden />
          {sentence}
        </p>
      ))}
    </div>
  );
}
