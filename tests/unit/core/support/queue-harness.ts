import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { WorkbenchEvent } from '../../../../src-shared/contract/events.ts';
import type { JobKind } from '../../../../src-shared/domain/job.ts';
import { openDatabase } from '../../../../src-main/core/db/open-database.ts';
import { createJobsRepository } from '../../../../src-main/core/db/jobs-repository.ts';
import { createEventBus } from '../../../../src-main/core/event-bus.ts';
import { defineJobKind, type JobContext, type JobLane } from '../../../../src-main/core/jobs/job-kind.ts';
import { createJobQueue } from '../../../../src-main/core/jobs/job-queue.ts';
import { migrationsFolder, temporaryFolder } from './harness.ts';

const payloadSchema = z.object({ name: z.string() });
type Work = (name: string, context: JobContext) => Promise<void>;

function kind(jobKind: JobKind, lane: JobLane, work: Work) {
  return defineJobKind({
    kind: jobKind,
    lane,
    payloadSchema,
    run: ({ name }, context) => work(name, context),
  });
}

/** A queue on its own connection to the folder's database, as another process would have it. */
export async function openQueue(
  work: Work,
  options: { dataFolder?: string; takeOver?: boolean; leaseMs?: number } = {},
) {
  const dataFolder = options.dataFolder ?? (await temporaryFolder());
  const logs: string[] = [];
  const log = (level: string, message: string) => void logs.push(`${level} ${message}`);
  const database = openDatabase({ dataFolder, migrationsFolder, log });
  const jobs = createJobsRepository(database);
  const events: WorkbenchEvent[] = [];
  const bus = createEventBus(log);
  bus.subscribe((event) => void events.push(event));
  const queue = createJobQueue({
    database,
    jobs,
    kinds: [
      kind('scan', 'compute', work),
      kind('model-import', 'compute', work),
      kind('dataset-import', 'files', work),
    ],
    events: bus,
    log,
    timing: { leaseMs: options.leaseMs ?? 10_000, tickMs: 50, abortGraceMs: 50 },
    takeOver: options.takeOver ?? true,
    dataFolder,
  });
  onTestFinished(() => {
    queue.close();
    database.close();
  });
  const add = (name: string, jobKind: JobKind = 'scan') => {
    const id = queue.add({ kind: jobKind, title: name, payload: { name } });
    queue.wake();
    return id;
  };
  const state = (jobId: number) => jobs.get(jobId)?.state;
  return { dataFolder, database, jobs, queue, events, logs, add, state };
}

/** Work that runs until the test lets each go; never hears of an abort. */
export function gatedWork() {
  const gates = new Map<string, PromiseWithResolvers<undefined>>();
  const contexts = new Map<string, JobContext>();
  const started: string[] = [];
  return {
    started,
    contexts,
    work: async (name: string, context: JobContext) => {
      started.push(name);
      contexts.set(name, context);
      const gate = Promise.withResolvers<undefined>();
      gates.set(name, gate);
      await gate.promise;
    },
    release: (name: string) => gates.get(name)?.resolve(undefined),
    fail: (name: string, reason: unknown) => gates.get(name)?.reject(reason),
  };
}
