import type { Job } from '../../../src-shared/domain/job.ts';
import type { Database } from '../db/database.ts';
import type { EventBus } from '../event-bus.ts';

/**
 * A window and a command line can share a data folder. What the other one writes is noticed here and told to this
 * process's listeners, as if it had happened in it. Costs one pragma a look while nobody else writes.
 */
export function watchOtherProcesses({
  database,
  listJobs,
  events,
}: {
  readonly database: Database;
  readonly listJobs: () => Job[];
  readonly events: EventBus;
}) {
  // SQLite counts up when another connection commits, never for this one's own writing.
  let version = database.pragma('data_version');
  let known = new Map<number, string>();

  return {
    look(): void {
      const now = database.pragma('data_version');
      if (now === version) return;
      version = now;
      if (events.listenerCount === 0) return;
      const jobs = listJobs();
      for (const job of jobs) {
        if (known.get(job.id) !== fingerprint(job)) events.emit({ event: 'job.changed', job });
      }
      known = new Map(jobs.map((job) => [job.id, fingerprint(job)]));
      events.emit({ event: 'datasets.changed', datasetId: null });
      events.emit({ event: 'runs.changed', runId: null });
      events.emit({ event: 'models.changed' });
    },
  };
}

function fingerprint(job: Job): string {
  return `${job.state} ${job.progress.done} ${job.progress.total ?? ''} ${job.progress.message}`;
}
